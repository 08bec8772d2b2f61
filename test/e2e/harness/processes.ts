import { spawn } from 'node:child_process';
import { closeSync, globSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ChildOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** The whole environment of the child. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program that runs beside the tests; what it prints is in `logFile`. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  isRunning(): boolean;
  /** Sends a signal; resolves with how the program ended. */
  stop(signal: 'SIGTERM' | 'SIGKILL', withinSeconds?: number): Promise<Ending>;
  ended(): Promise<Ending>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export function startChild({ name, program, args, folder, environment = {} }: ChildOptions): Child {
  const logFile = `${folder}/${name}.log`;
  const pidFile = `${folder}/${name}.pid`;
  const log = openSync(logFile, 'a');
  // In a group of its own, so that Ctrl-C in a terminal reaches the runner alone, which then ends them in order.
  const child = spawn(program, args, { stdio: ['ignore', log, log], env: environment, detached: true, cwd: folder });
  closeSync(log);
  const end = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      rmSync(pidFile, { force: true });
      resolve({ code, signal });
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  writeFileSync(pidFile, `${pid}`);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    name,
    pid,
    logFile,
    isRunning,
    ended: () => end,
    stop: async (signal, withinSeconds = 15) => {
      if (isRunning()) child.kill(signal);
      const ending = await Promise.race([end, sleep(withinSeconds * 1000, undefined, { ref: false })]);
      if (ending !== undefined) return ending;
      child.kill('SIGKILL');
      throw new Error(`${name} still ran ${withinSeconds} s after ${signal}\n${tail(logFile)}`);
    },
  };
}

/** The last lines of a log, for a message. */
export function tail(file: string, lines = 30): string {
  const all = readFileSync(file, 'utf8').trimEnd().split('\n');
  return all
    .slice(-lines)
    .map((line) => line.slice(0, 500))
    .join('\n');
}

/** Nothing may outlive the tests, however they end: for what is left when nobody can stop it in order any more. */
export function killLeftovers(folder: string): void {
  for (const pidFile of globSync(`${folder}/**/*.pid`)) {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    rmSync(pidFile, { force: true });
  }
}
