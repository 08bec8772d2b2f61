import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NO_ANSWER } from './completion-candidates.ts';

/** Since the key was pressed, with the start of two processes; somebody is waiting in front of a line that stands still. */
const ANSWER_SECONDS = 1.9;
/** So much even where the machine is so busy that the start of the first process took all of it. */
const LEAST_SECONDS = 0.5;
const MOST_BYTES = 1 << 24;

/** From source the program is its own file; the bundle is one file, this module included. */
const PROGRAM = fileURLToPath(
  import.meta.url.endsWith('.ts') ? new URL('../cli.ts', import.meta.url) : import.meta.url,
);

/** Hidden option of `__complete`: look the names up, and take the time that it takes. */
export const IN_PROCESS = '--in-process';

/** Hidden option of `__complete`: seconds to wait for names, where nobody is waiting. */
export const WITHIN = '--within';

/** In whole milliseconds: Node refuses a timeout that is a fraction. */
export function millisecondsLeft(seconds: number, spentSeconds: number): number {
  return Math.round(Math.max(LEAST_SECONDS, seconds - spentSeconds) * 1000);
}

/**
 * Has another process answer, which can be ended whatever it is doing: a credential plugin that asks for a password and
 * the parsing of a large file heed no signal. Nothing where it is too late.
 */
export function answerInTime(words: readonly string[], within: number | undefined): Promise<string> {
  const args = [PROGRAM, '__complete', IN_PROCESS, '--', ...words];
  const timeout = millisecondsLeft(within ?? ANSWER_SECONDS, within === undefined ? process.uptime() : 0);
  const options = { timeout, killSignal: 'SIGKILL', maxBuffer: MOST_BYTES, windowsHide: true } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (_error, stdout) => {
      resolve(stdout.endsWith(NO_ANSWER) ? stdout : NO_ANSWER);
    });
  });
}
