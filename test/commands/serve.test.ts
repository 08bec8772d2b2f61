import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { httpsClient } from '../server/https-client.ts';
import { headroom, runProgram } from './run-program.ts';

const REVIEW = readFileSync('examples/review-migration.json', 'utf8');

describe('a webhook over a snapshot', () => {
  test('decides by it, and says how to try that', async () => {
    const args = [
      'src/cli.ts',
      'serve',
      '--port',
      '0',
      '--admin-port',
      '0',
      '--snapshot',
      'examples/quota-test-after-migration.yaml',
    ];
    const child = spawn(process.execPath, args, { env: { PATH: '' } });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const listening = JSON.parse((await lines.next()).value ?? '');
    const toTry = JSON.parse((await lines.next()).value ?? '');
    expect(toTry.try).toBe(
      `curl --cacert ${listening.caFile} -H 'Content-Type: application/json' -d @examples/review-migration.json ${listening.url}/validate/migrations`,
    );
    const client = httpsClient(listening.url, readFileSync(listening.caFile, 'utf8'));
    const { response } = JSON.parse((await client.post('/validate/migrations', REVIEW)).body);
    client.close();
    expect(response.allowed).toBe(false);
    expect(response.status.message).toContain('5682461313 used + 5682461313 requested > 10865341313');
    child.kill('SIGINT');
    const [exitCode] = await once(child, 'exit');
    expect(exitCode).toBe(0);
  });
});

describe('a webhook that cannot start says why', () => {
  test('without a certificate for a live cluster', async () => {
    const { exitCode, stderr } = await headroom('serve --kubeconfig config');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /--tls-cert and --tls-key .* or --certificate-secret .*: expected, unless --snapshot is given/,
    );
  });

  test('with authorities of clients that are not there, or are none', async () => {
    for (const [file, words] of [
      ['nothing.crt', '--client-ca: cannot read nothing.crt: '],
      ['README.md', '--client-ca README.md: expected certificates of authorities in PEM'],
    ] as const) {
      const args = ['serve', '--snapshot', 'examples/quota-test.yaml', '--port', '0', '--admin-port', '0'];
      const { exitCode, stderr } = await runProgram([...args, '--client-ca', file]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`error: ${words}`);
    }
  });

  test('with a setting that is none', async () => {
    const { exitCode, stderr } = await headroom('serve --snapshot examples/quota-test.yaml --port x --drain y');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: --port \(HEADROOM_PORT\): .*\nerror: --drain \(HEADROOM_DRAIN\): .*\n$/);
  });

  test('with a snapshot in the environment that is not there', async () => {
    const { exitCode, stderr } = await runProgram(['serve'], { environment: { HEADROOM_SNAPSHOT: 'nothing.yaml' } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'error: nothing.yaml: no such file\n' });
  });
});
