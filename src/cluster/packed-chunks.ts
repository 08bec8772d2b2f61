import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Told with every piece of a file how many bytes have been read so far. */
export type BytesListener = (bytes: number) => void;

type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

export async function* counted(chunks: Chunks, onBytes: BytesListener | undefined): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    onBytes?.(bytes);
    yield chunk;
  }
}

const GZIP_MARK = Buffer.from([0x1f, 0x8b]);

/** What a compressed file holds; it is known by how it begins, for standard input has no name to tell it by. */
export async function* unpacked(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await chunks.next();
  if (first.done === true) return;
  const whole = startingWith(first.value, chunks);
  const isPacked = first.value.subarray(0, GZIP_MARK.length).equals(GZIP_MARK);
  // Whatever goes wrong is thrown to the reader of the last stream.
  yield* isPacked ? pipeline(Readable.from(whole), createGunzip(), () => undefined) : whole;
}

async function* startingWith(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
