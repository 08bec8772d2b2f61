import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from './serve-config.ts';

const MEBIBYTE = 1024 * 1024;

/**
 * Writes without waiting: a reader that has stopped must not stop the webhook. What it leaves unread is dropped. Lines
 * are gathered for a quarter of a second at most, for a write of its own costs more than the decision that it tells.
 */
function standardOutput(): DestinationStream {
  return destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 250, maxLength: 4 * MEBIBYTE });
}

/** JSON lines. pino escapes control characters, so that no name can begin a line of its own. */
export function createLogger(level: LogLevel, stream: DestinationStream = standardOutput()): Logger {
  return pino(
    { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    stream,
  );
}
