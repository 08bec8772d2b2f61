import { spawn, spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startServing } from '../../src/commands/serve.ts';
import { createLogger } from '../../src/config/logger.ts';
import { serveConfig } from '../../src/config/serve-config.ts';
import { understoodLine } from '../commands/understood-line.ts';
import { commandsIn, documentNames } from './documented-commands.ts';
import { enterScene, type Scene } from './scene.ts';
import { type Way, waysOf } from './ways.ts';

const commands = documentNames().flatMap((name) => commandsIn(name));
const ways = commands.flatMap(({ text }) => waysOf(text));

/** Of a replay each case is a line of its own. */
function documentsIn(line: string, stdout: string): readonly string[] {
  return line.startsWith('headroom replay') ? stdout.trimEnd().split('\n') : [stdout];
}

/** A file that a line leaves behind. */
const WRITTEN = / (?:-o|>) (\w[\w.-]*\.[a-z]+)(?= |$)/;

/** Each line once, in the order of the documents. */
function linesOf(kind: Way['kind']): readonly string[] {
  return [...new Set(ways.flatMap((way) => (way.kind === kind && way.kind !== 'fault' ? way.line : [])))];
}

let scene: Scene;
beforeAll(async () => {
  scene = await enterScene();
});
afterAll(() => scene.leave());

describe('the program does what its documents have it do', () => {
  test.each(linesOf('program'))('%s', async (line) => {
    const file = WRITTEN.exec(line)?.[1];
    if (file !== undefined) rmSync(file, { force: true });
    const { exitCode, stdout, stderr } = await scene.run(line);
    expect({ exitCode, stderr }).toEqual({
      exitCode: expect.anything(),
      stderr: expect.not.stringMatching(/^error: /m),
    });
    expect([0, 2, 3]).toContain(exitCode);
    expect(`${stdout}${stderr}`.trim()).not.toBe('');
    if (line.includes(' -o json')) expect(documentsIn(line, stdout).map((text) => JSON.parse(text))).not.toEqual([]);
    if (file !== undefined) expect(statSync(file).size).toBeGreaterThan(100);
  });
});

describe('what they could not have it do', () => {
  test('is found out', async () => {
    expect((await scene.run('headroom forecast --no-such')).exitCode).toBe(1);
    expect((await scene.runInShell('headroom forecast --no-such | cat')).exitCode).toBe(1);
  });
});

/** Where a program is not installed the report has a `todo`. */
function testWith(program: string | undefined, title: string, check: () => Promise<void>): void {
  const isHere = program === undefined || spawnSync(program, ['--version']).status === 0;
  if (isHere) test(title, check);
  else test.todo(`${title} (not tried: ${program} is not installed here)`);
}

describe('a shell does what the documents have it do', () => {
  for (const line of linesOf('shell')) {
    const needed = ['jq'].find((program) => line.includes(`${program} `));
    testWith(needed, line, async () => {
      expect(await scene.runInShell(line)).toEqual({
        exitCode: 0,
        stdout: expect.anything(),
        stderr: expect.not.stringMatching(/error/i),
      });
    });
  }
});

describe('the webhook runs as the documents start it, but for its ports', () => {
  test.each(linesOf('webhook'))('%s', async (line) => {
    const { command, options } = await understoodLine(line);
    expect(command).toBe('serve');
    const logger = createLogger('info', { write: () => undefined });
    const listening = await startServing(serveConfig({ ...options, port: '0', adminPort: '0' }, {}), logger, '1.2.3');
    const { status } = await fetch(`${listening.adminUrl}/readyz`);
    await listening.close();
    expect(status).toBe(200);
  });

  testWith('curl', 'and the line that it prints to be tried can be typed', async () => {
    const args = ['serve', '--snapshot', 'examples/quota-test.yaml', '--port', '0', '--admin-port', '0'];
    const webhook = spawn(resolve('bin/headroom'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      for await (const line of createInterface({ input: webhook.stdout })) {
        const { try: shown } = JSON.parse(line) as { readonly try?: string };
        if (shown === undefined) continue;
        const { stdout } = await scene.runInShell(`${shown} --silent`);
        expect(JSON.parse(stdout).response).toMatchObject({ allowed: true });
        return;
      }
      throw new Error('it has ended without such a line');
    } finally {
      webhook.kill('SIGKILL');
    }
  });
});
