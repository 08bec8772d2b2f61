import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { TlsPair } from './app-options.ts';
import { type WatchParts, watchFiles } from './watched-files.ts';

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

export interface TlsFilesWatch extends WatchParts {
  readonly onPair: (pair: TlsPair) => void;
}

function isSame(one: TlsPair, other: TlsPair): boolean {
  return one.cert === other.cert && one.key === other.key;
}

/** Hands over each pair that differs from the one before. Returns what ends it. */
export function watchTlsFiles(files: TlsFiles, { onPair, ...parts }: TlsFilesWatch): () => void {
  const { certFile, keyFile, pair } = files;
  return watchFiles(
    {
      file: certFile,
      read: () => readTlsPair(certFile, keyFile),
      isSame,
      first: pair,
      onChange: (changed, log) => {
        onPair(changed);
        log.event({ certFile }, 'serving certificate taken up');
      },
    },
    parts,
  );
}

/** Into a folder that nobody else can have prepared. Returns the file's name. */
export async function writeCaFile(ca: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'headroom-')), 'ca.crt');
  await writeFile(file, ca, { mode: 0o644, flag: 'wx' });
  return file;
}
