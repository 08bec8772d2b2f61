import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { httpsClient } from '../server/https-client.ts';
import { headroom, withFolder } from './run-program.ts';

const REVIEW = readFileSync('examples/review-migration.json', 'utf8');
const { uid } = JSON.parse(REVIEW).request;
const EXAMPLE = 'examples/decision.log';

/** What `serve -v` writes on standard output, asked once. */
async function logOfServer(): Promise<readonly string[]> {
  const snapshot = ['--snapshot', 'examples/quota-test-after-migration.yaml'];
  const args = ['src/cli.ts', 'serve', '-v', '--port', '0', '--admin-port', '0', ...snapshot];
  const child = spawn(process.execPath, args, { env: { PATH: '' } });
  const log: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    log.push(line);
    const { msg, trace } = JSON.parse(line);
    if (msg === 'listening') await ask(JSON.parse(line));
    if (trace === 'verdict') child.kill('SIGINT');
  }
  if (child.exitCode === null) await once(child, 'exit');
  return log;
}

async function ask({ url, caFile }: { readonly url: string; readonly caFile: string }): Promise<void> {
  const client = httpsClient(url, readFileSync(caFile, 'utf8'));
  const { response } = JSON.parse((await client.post('/validate/migrations', REVIEW)).body);
  client.close();
  expect(response).toMatchObject({ uid, allowed: false });
}

/** The lines of traces, with every time and duration as it is in the example. */
function timeless(lines: readonly string[]): readonly string[] {
  const traced = lines.filter((line) => line.includes('"trace":"'));
  return traced.map((line) => {
    const timed = line.replace(/"(time|at)":"[^"]+"/g, '"$1":"2026-11-22T05:00:00.000Z"');
    return timed.replace(/"milliseconds":[\d.]+/, '"milliseconds":2.5');
  });
}

test('what a webhook that runs with -v has logged replays as it has decided, and is what the example shows', async () => {
  const log = await logOfServer();
  const { stdout } = await withFolder({ 'a.log': log.join('\n') }, async (folder) => {
    const written = await headroom(`trace ${folder}/a.log --uid ${uid} --scenario ${folder}/scenario`);
    expect(written).toMatchObject({ exitCode: 0, stderr: '' });
    expect(written.stdout).toMatch(/\/scenario: 12 objects and a migration; replays as it was decided: exceeds\n$/);
    return headroom(`replay -o json ${folder}/scenario`);
  });
  const short = { quota: 'default-z4g94', resource: 'limits.memory', hardAfterScaleUp: '10865341313' };
  expect(JSON.parse(stdout)).toMatchObject({ migrations: [{ vmi: 'vm1', verdict: 'exceeds', short: [short] }] });
  const example = `${timeless(log).join('\n')}\n`;
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(EXAMPLE, example);
  expect(readFileSync(EXAMPLE, 'utf8')).toBe(example);
});
