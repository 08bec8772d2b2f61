import { rmSync } from 'node:fs';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { CommandError } from './command-error.ts';
import type { TextSink } from './io.ts';

const compress = promisify(gzip);

/** A file that is there in full, or as it was before. */
export interface SnapshotFile extends TextSink {
  /** Puts what was written in the file's place; gives its size. */
  finish(): Promise<number>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/** Opens a file for nobody else's eyes; what ends in `.gz` is compressed. Throws CommandError. */
export async function openSnapshotFile(file: string): Promise<SnapshotFile> {
  try {
    const { path, temporary } = await placeOf(file);
    const handle = await open(temporary ?? path, temporary === undefined ? 'w' : 'wx', 0o600);
    return new OpenFile({ file, path, temporary, handle });
  } catch (error) {
    throw faultOf(file, error);
  }
}

interface Place {
  /** What a link leads to. */
  readonly path: string;
  /** Undefined for what must be written to and not replaced, such as a pipe. */
  readonly temporary: string | undefined;
}

async function placeOf(file: string): Promise<Place> {
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) throw new CommandError(`${file}: is a directory, expected a file`);
  const path = there === undefined ? file : await realpath(file);
  return { path, temporary: there === undefined || there.isFile() ? `${path}.${process.pid}.tmp` : undefined };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

class OpenFile implements SnapshotFile {
  readonly #file: string;
  readonly #path: string;
  readonly #temporary: string | undefined;
  readonly #handle: FileHandle;
  #bytes = 0;

  constructor({ file, path, temporary, handle }: Place & { readonly file: string; readonly handle: FileHandle }) {
    this.#file = file;
    this.#path = path;
    this.#temporary = temporary;
    this.#handle = handle;
    for (const signal of SIGNALS) process.once(signal, this.#onSignal);
  }

  async write(text: string): Promise<void> {
    // Compressed pieces one after the other are a compressed file.
    const data = this.#file.endsWith('.gz') ? await compress(text) : Buffer.from(text);
    try {
      await this.#handle.writeFile(data);
    } catch (error) {
      throw faultOf(this.#file, error);
    }
    this.#bytes += data.length;
  }

  async finish(): Promise<number> {
    try {
      if (this.#temporary !== undefined) await this.#handle.sync();
      await this.#close();
      if (this.#temporary !== undefined) await rename(this.#temporary, this.#path);
    } catch (error) {
      throw faultOf(this.#file, error);
    }
    return this.#bytes;
  }

  async abandon(): Promise<void> {
    await this.#close();
    if (this.#temporary !== undefined) await rm(this.#temporary, { force: true });
  }

  async #close(): Promise<void> {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    await this.#handle.close();
  }

  /** Ends the process as the signal would have done. */
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { force: true });
    for (const each of SIGNALS) process.off(each, this.#onSignal);
    process.kill(process.pid, signal);
  };
}

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
};

function faultOf(file: string, error: unknown): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  return code === undefined ? error : new CommandError(`${file}: cannot be written: ${FAULTS[code] ?? code}`);
}
