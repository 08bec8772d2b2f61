import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from './serve-config.ts';
import { LogOutput } from './standard-output.ts';

function standardOutput(): DestinationStream {
  const output = new LogOutput((lines) => tellLost(output, lines));
  process.once('exit', () => output.flushSync());
  return output;
}

/** By a logger of its own, for the one that lost them is not made yet. */
function tellLost(output: DestinationStream, lines: number): void {
  createLogger('warn', output).warn({ lines }, 'log lines were lost: nobody read them');
}

const PLAIN = /^[ -~]*\n$/;
/** What JSON leaves as it is and steers a terminal, turns the direction of a line, or begins another one for some readers. */
const UNPRINTABLE = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** The time as a member of a line. Many lines come within a millisecond. */
function clock(): () => string {
  let at = Number.NaN;
  let member = '';
  return () => {
    const now = Date.now();
    if (now !== at) member = `,"time":"${new Date(now).toISOString()}"`;
    at = now;
    return member;
  };
}

/** JSON lines of printable characters, so that no name can begin a line of its own, or hide what stands on another's. */
export function createLogger(level: LogLevel, stream: DestinationStream = standardOutput()): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: clock(),
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => (PLAIN.test(line) ? line : line.replace(UNPRINTABLE, escaped)) },
    },
    stream,
  );
}
