import { execFile } from 'node:child_process';
import { globSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSelfSigned } from '../../src/server/self-signed.ts';
import { FakeApiServer } from '../builders/fake-api-server.ts';
import { HttpsApiServer } from '../builders/https-api-server.ts';
import { answersOf } from '../builders/https-cluster.ts';
import { type ProgramResult, runProgram } from '../commands/run-program.ts';
import { liveCluster, sceneFiles } from './scene-files.ts';
import { wordsOf } from './shell-text.ts';

/** Where the documents' commands are typed: a folder with the files that they name, and a cluster that they ask. */
export interface Scene {
  /** In this process. A redirection to a file is followed. */
  run(line: string): Promise<ProgramResult>;
  /** By bash, in which `headroom` is the program and `ssh HOST COMMAND` runs the command here. */
  runInShell(line: string): Promise<ProgramResult>;
  leave(): Promise<void>;
}

const ROOT = resolve('.');

/** The working folder of this process is the scene's until it is left. */
export async function enterScene(): Promise<Scene> {
  const pair = await createSelfSigned(undefined, new Date());
  const server = await HttpsApiServer.start(pair);
  server.answers = [answersOf(new FakeApiServer(liveCluster()))];
  const { folder } = server;
  for (const [path, content] of Object.entries(await sceneFiles(pair))) {
    mkdirSync(resolve(folder, path, '..'), { recursive: true });
    writeFileSync(resolve(folder, path), content, { mode: path.startsWith('bin/') ? 0o755 : 0o600 });
  }
  symlinkSync(resolve('examples'), resolve(folder, 'examples'));
  const environment = { KUBECONFIG: server.kubeconfig(), HOME: folder };
  const { KUBECONFIG: before } = process.env;
  // Read where kubectl has it from.
  process.env.KUBECONFIG = environment.KUBECONFIG;
  process.chdir(folder);
  return {
    run: (line) => runHere(line, environment),
    runInShell: (line) => runInShell(line, { ...environment, PATH: `${folder}/bin:${process.env.PATH}` }),
    leave: async () => {
      process.chdir(ROOT);
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
      await server.stop();
    },
  };
}

async function runHere(line: string, environment: Readonly<Record<string, string>>): Promise<ProgramResult> {
  const [, command = line, file] = /^(.*?) > ?(\S+|"[^"]*")$/.exec(line) ?? [];
  const args = wordsOf(command)
    .slice(1)
    .flatMap((word) => (word.includes('*') ? globSync(word).sort() : word));
  const result = await runProgram(args, { environment });
  if (file !== undefined) writeFileSync(file.replace(/^~/, resolve('.')), result.stdout);
  return result;
}

/** `fpath` is where zsh looks for completions, counted from 1. */
function runInShell(line: string, env: Readonly<Record<string, string>>): Promise<ProgramResult> {
  const script = `fpath=(- "$HOME/functions"); ${line}`;
  return new Promise((done) => {
    execFile('bash', ['-o', 'pipefail', '-c', script], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      done({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}
