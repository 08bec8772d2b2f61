// An archive that is the same to the byte whenever and wherever it is made of the same files.
import { gzipSync } from 'node:zlib';

export interface ArchivedFile {
  readonly name: string;
  readonly content: Buffer;
  readonly mode: 'file' | 'program';
}

const BLOCK = 512;
const MODES = { file: 0o644, program: 0o755 } as const;

/** A ustar archive, gzipped; owners and times are those of nobody and never. */
export function tarGz(files: readonly ArchivedFile[]): Buffer {
  const members = files.flatMap(({ content, ...file }) => [header(file, content.length), padded(content)]);
  const gzipped = gzipSync(Buffer.concat([...members, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  // The tenth byte says on which operating system; 255 is unknown (RFC 1952).
  gzipped[9] = 255;
  return gzipped;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** POSIX 1003.1, pax, "ustar Interchange Format": fields at their offsets, numbers in octal. */
function header({ name, mode }: Omit<ArchivedFile, 'content'>, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name}: a name in the archive takes 100 bytes at most`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write(octal(MODES[mode], 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\u0000 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
