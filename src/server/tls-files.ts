import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { TlsPair } from './app-options.ts';

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
    createSecureContext(pair);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`--tls-cert ${certFile} and --tls-key ${keyFile} are not a certificate and its key: ${reason}`);
  }
  return pair;
}

/** Into a folder that nobody else can have prepared. Returns the file's name. */
export async function writeCaFile(ca: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'headroom-')), 'ca.crt');
  await writeFile(file, ca, { mode: 0o644, flag: 'wx' });
  return file;
}
