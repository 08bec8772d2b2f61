import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { httpsClient } from '../server/https-client.ts';

export interface ServedStatus {
  readonly adminUrl: string;
  /** The status code of the answer. */
  readonly ask: (path: string, review: unknown) => Promise<number | undefined>;
  readonly end: () => Promise<void>;
}

interface Listening {
  readonly url: string;
  readonly adminUrl: string;
  readonly caFile: string;
}

/** `headroom serve` over the example of a stuck migration, as a process. */
export async function serveStatus(...flags: readonly string[]): Promise<ServedStatus> {
  const snapshot = ['--snapshot', 'examples/quota-test-stuck.yaml'];
  const ports = ['--port', '0', '--admin-port', '0', '--drain', '0'];
  const child = spawn(process.execPath, ['src/cli.ts', 'serve', ...snapshot, ...ports, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const { url, adminUrl, caFile } = await new Promise<Listening>((resolve, reject) => {
    createInterface(child.stdout).on('line', (text) => {
      const line: Listening & { readonly msg: string } = JSON.parse(text);
      if (line.msg === 'listening') resolve(line);
    });
    exit.then(() => reject(new Error('the process has ended')), reject);
  });
  const client = httpsClient(url, readFileSync(caFile, 'utf8'));
  return {
    adminUrl: `${adminUrl}/`,
    ask: async (path, review) => (await client.post(path, JSON.stringify(review))).statusCode,
    end: async () => {
      client.close();
      child.kill('SIGTERM');
      await exit;
    },
  };
}
