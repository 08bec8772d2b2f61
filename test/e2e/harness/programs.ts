import { execFile } from 'node:child_process';
import { runFolder } from './cluster.ts';
import { programPath } from './control-plane.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  /** The administrator's without it. */
  readonly kubeconfig?: string;
  readonly withinSeconds?: number;
}

/** A program's own words and exit code; that it fails is an answer too. */
function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const folder = runFolder();
  const { input, kubeconfig = `${folder}/admin.kubeconfig`, withinSeconds = 60 } = options;
  // Nothing of the user's own: no contexts, plugins or chart repositories.
  const env = { KUBECONFIG: kubeconfig, HOME: folder, PATH: '/usr/bin:/bin' };
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { env, timeout: withinSeconds * 1000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
    child.stdin?.end(input ?? '');
  });
}

export function kubectl(args: readonly string[], options?: RunOptions): Promise<Run> {
  return run(programPath('kubectl'), args, options);
}

export function helm(args: readonly string[], options?: RunOptions): Promise<Run> {
  return run(programPath('helm'), args, options);
}

/** The program under test on the command line, against the cluster at hand. */
export function headroom(args: readonly string[], options?: RunOptions): Promise<Run> {
  return run(process.execPath, [`${runFolder()}/headroom.mjs`, ...args], options);
}

/** Standard output of what must not fail. */
export async function outputOf(running: Promise<Run>): Promise<string> {
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(`exit code ${code}\n${stdout}${stderr}`);
  return stdout;
}
