import { closeSync, openSync, readSync } from 'node:fs';
import { type BytesListener, counted, unpacked } from './packed-chunks.ts';
import { SnapshotError } from './snapshot-error.ts';

const BLOCK_BYTES = 1 << 18;
const NEWLINE = 0x0a;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory, expected a file',
  EACCES: 'permission denied',
  Z_BUF_ERROR: 'ends in the middle of its compressed data',
  Z_DATA_ERROR: 'its compressed data is damaged',
};

/**
 * A file (`-`: standard input), compressed or not, in blocks of whole lines, so that no reader holds more of it than it
 * must.
 */
export async function* readBlocks(file: string, onBytes?: BytesListener): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  for await (const chunk of readChunks(file, onBytes)) {
    const first = chunk.indexOf(NEWLINE) + 1;
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (first > 0) {
      yield Buffer.concat([...begun, chunk.subarray(0, first)]);
      yield chunk.subarray(first, end);
      begun = [];
    }
    begun.push(chunk.subarray(end));
  }
  yield Buffer.concat(begun);
}

async function* readChunks(file: string, onBytes: BytesListener | undefined): AsyncGenerator<Buffer> {
  try {
    const chunks = file === '-' ? process.stdin : chunksOf(file);
    yield* withCheckedStart(file, unpacked(counted(chunks, onBytes)));
  } catch (error) {
    throw fileFault(file, error);
  }
}

function* chunksOf(file: string): Generator<Buffer> {
  const descriptor = openSync(file, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(BLOCK_BYTES);
      const bytes = readSync(descriptor, chunk);
      if (bytes === 0) return;
      yield chunk.subarray(0, bytes);
    }
  } finally {
    closeSync(descriptor);
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

/** PowerShell's `>` writes UTF-16, and an archive is taken for a snapshot easily: both hold NUL bytes. */
function checkedStart(file: string, start: Buffer): Buffer {
  if (start.includes(0)) {
    throw new SnapshotError(`${file}: holds binary data, expected YAML, JSON or JSON Lines in UTF-8`);
  }
  return start.subarray(0, 3).equals(UTF8_MARK) ? start.subarray(3) : start;
}
