import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { createSelfSigned } from '../src/server/self-signed.ts';
import type { ServerTls } from './server-process.ts';

export const run = promisify(execFile);

/** Of a file beside the bench's own. */
export const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A folder that is there while something is measured. */
export async function inTemporaryFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await act(folder);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** The program as it is handed on, built of what lies here and copied, so that a later build cannot change it meanwhile. */
export async function buildBundle(folder: string): Promise<string> {
  await run(process.execPath, ['scripts/build.ts'], { cwd: pathOf('..') });
  const bundle = join(folder, 'headroom.mjs');
  await copyFile(pathOf('../dist/headroom.mjs'), bundle);
  return bundle;
}

/** A bare server as one file, as headroom is: started from its sources, Node would load what strips types besides. */
export async function bundleProgram(folder: string, name: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [pathOf(`programs/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return outfile;
}

/** Go keeps what it has compiled: this takes half a minute once, and then half a second. */
export async function buildGoWebhook(folder: string): Promise<string> {
  const program = join(folder, 'go-webhook');
  await run('go', ['build', '-mod=readonly', '-trimpath', '-o', program, '.'], { cwd: pathOf('webhook') });
  return program;
}

/** One certificate for all servers: an elliptic-curve key, as headroom makes them. */
export async function writeCertificate(folder: string): Promise<ServerTls> {
  const { ca, cert, key } = await createSelfSigned('localhost', new Date());
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
  return { certFile, keyFile, ca };
}
