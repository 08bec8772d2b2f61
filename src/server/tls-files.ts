import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { type CertificateLogger, ChangeLog } from '../certificates/change-log.ts';
import { type Clock, systemClock } from '../certificates/clock.ts';
import type { TlsPair } from './app-options.ts';

const POLL_MILLISECONDS = 5000;

/** The pair of files the user names; the error says which of them is wrong. */
export async function readTlsPair(certFile: string, keyFile: string): Promise<TlsPair> {
  const read = async (setting: string, file: string): Promise<string> => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      throw new Error(`${setting}: cannot read ${file}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const pair = { cert: await read('--tls-cert', certFile), key: await read('--tls-key', keyFile) };
  try {
    // A secure context is content with two empty texts.
    new X509Certificate(pair.cert);
    createPrivateKey(pair.key);
    createSecureContext(pair);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`--tls-cert ${certFile} and --tls-key ${keyFile} are not a certificate and its key: ${reason}`);
  }
  return pair;
}

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** What has been read of them at the start. */
  readonly pair: TlsPair;
}

export interface TlsFilesWatch {
  readonly logger: CertificateLogger;
  readonly onPair: (pair: TlsPair) => void;
  readonly clock?: Clock;
}

function isSame(one: TlsPair | undefined, other: TlsPair): boolean {
  return one?.cert === other.cert && one.key === other.key;
}

/** Of a pair only what has been read twice alike: a file cut off between two certificates of its chain looks whole. */
class TlsFilesReader {
  readonly #files: TlsFiles;
  #taken: TlsPair;
  #seen: TlsPair | undefined;

  constructor(files: TlsFiles) {
    this.#files = files;
    this.#taken = files.pair;
  }

  /** The pair, if it is another one than that last returned. */
  async readChanged(): Promise<TlsPair | undefined> {
    const before = this.#seen;
    this.#seen = undefined;
    const pair = await readTlsPair(this.#files.certFile, this.#files.keyFile);
    this.#seen = pair;
    if (!isSame(before, pair) || isSame(this.#taken, pair)) return undefined;
    this.#taken = pair;
    return pair;
  }
}

/**
 * Reads the files again and again, and hands over each pair that differs from the one before. By content: kubelet swaps
 * a symbolic link two folders up, which no watch of the file itself would see. Returns what ends it.
 */
export function watchTlsFiles(files: TlsFiles, { onPair, logger, clock = systemClock }: TlsFilesWatch): () => void {
  const { certFile } = files;
  const log = new ChangeLog(logger);
  const reader = new TlsFilesReader(files);
  const stopping = new AbortController();
  let cancel: () => void = () => undefined;

  const takeUp = async (): Promise<void> => {
    const pair = await reader.readChanged();
    if (stopping.signal.aborted) return;
    if (pair !== undefined) {
      onPair(pair);
      log.event({ certFile }, 'serving certificate taken up');
    }
    log.well(certFile);
  };
  const refuse = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    log.trouble('warn', certFile, 'the changed files are not taken up', text);
  };
  const waitForNext = (): void => {
    if (!stopping.signal.aborted) cancel = clock.after(POLL_MILLISECONDS, poll);
  };
  const poll = (): void => void takeUp().catch(refuse).finally(waitForNext);

  waitForNext();
  return () => {
    log.silence();
    stopping.abort();
    cancel();
  };
}

/** Into a folder that nobody else can have prepared. Returns the file's name. */
export async function writeCaFile(ca: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'headroom-')), 'ca.crt');
  await writeFile(file, ca, { mode: 0o644, flag: 'wx' });
  return file;
}
