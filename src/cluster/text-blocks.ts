import { createReadStream } from 'node:fs';
import { SnapshotError } from './snapshot-error.ts';

const BLOCK_BYTES = 1 << 18;
const NEWLINE = 0x0a;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory, expected a file',
  EACCES: 'permission denied',
};

/** A file (`-`: standard input) in blocks of whole lines, so that no reader holds more of it than it must. */
export async function* readBlocks(file: string): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  for await (const chunk of readChunks(file)) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    begun.push(chunk.subarray(0, end));
    if (end > 0) {
      yield Buffer.concat(begun);
      begun = [];
    }
    begun.push(chunk.subarray(end));
  }
  yield Buffer.concat(begun);
}

async function* readChunks(file: string): AsyncGenerator<Buffer> {
  const stream: AsyncIterable<Buffer> =
    file === '-' ? process.stdin : createReadStream(file, { highWaterMark: BLOCK_BYTES });
  try {
    yield* withCheckedStart(file, stream);
  } catch (error) {
    throw fileFault(file, error);
  }
}

function fileFault(file: string, error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('code' in error)) return error;
  const code = String(error.code);
  return new SnapshotError(`${file}: ${FILE_FAULTS[code] ?? `cannot be read (${code})`}`);
}

async function* withCheckedStart(file: string, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let chunks = 0;
  for await (const chunk of stream) {
    yield chunks === 0 ? checkedStart(file, chunk) : chunk;
    chunks += 1;
  }
}

/** PowerShell's `>` writes UTF-16, and a compressed file is taken for a snapshot easily: both hold NUL bytes. */
function checkedStart(file: string, start: Buffer): Buffer {
  if (start.includes(0)) {
    throw new SnapshotError(`${file}: holds binary data, expected YAML, JSON or JSON Lines in UTF-8`);
  }
  return start.subarray(0, 3).equals(UTF8_MARK) ? start.subarray(3) : start;
}
