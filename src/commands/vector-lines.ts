import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CommandError } from './command-error.ts';

export function isVectorFile(file: string): boolean {
  return file.endsWith('.jsonl') || file.endsWith('.jsonl.gz');
}

/** The lines of a file, unpacked where its name says so; never more of it in memory than one block. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const text = new PassThrough();
  const unpacking = file.endsWith('.gz') ? [createGunzip()] : [];
  const reading = pipeline([createReadStream(file), ...unpacking, text]);
  try {
    yield* createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY });
    await reading;
  } catch {
    // The line reader fails with the pipeline, whose own error alone says why.
    const reason = await reading.catch((error: unknown) => error);
    throw new CommandError(`${file}: cannot be read: ${reason instanceof Error ? reason.message : reason}`);
  } finally {
    // Whoever stops in the middle of a file leaves nothing open, and nobody waits for that any more.
    reading.catch(() => undefined);
    text.destroy();
  }
}
