// Has a running server publish every metric, promtool look at all of them, and docs/metrics.md name the same ones:
// `npm run check:metrics`. Prometheus' programs are found by scripts/install-prometheus.sh.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { metricFaults } from './metric-rules.ts';

const PAGE = 'docs/metrics.md';
const MOST_SECONDS = 60;
/** A VM that cannot migrate, and room that is short. */
const SNAPSHOT = 'examples/quota-test-after-migration.yaml';
const REVIEW = readFileSync('examples/review-migration.json', 'utf8');

interface Server {
  readonly url: string;
  readonly adminUrl: string;
  readonly ca: string;
  stop(): void;
}

async function startServer(): Promise<Server> {
  const flags = ['--snapshot', SNAPSHOT, '--port', '0', '--admin-port', '0', '--survey-interval', '1', '--drain', '0'];
  const child = spawn(process.execPath, ['src/cli.ts', 'serve', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(child.stdout)) {
    const { url, adminUrl, caFile } = JSON.parse(line);
    if (caFile === undefined) continue;
    const ca = readFileSync(caFile, 'utf8');
    child.stdout.resume();
    return {
      url,
      adminUrl,
      ca,
      stop: () => {
        child.kill('SIGTERM');
        rmSync(dirname(caFile), { recursive: true, force: true });
      },
    };
  }
  throw new Error('headroom serve has ended');
}

async function send({ url, ca }: Server, path: string, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const sent = request(`${url}${path}`, { method: 'POST', ca, headers }, (response) => {
    response.resume();
    response.on('end', () => resolve(response.statusCode ?? 0));
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

/** As soon as namespaces have been looked at. */
async function scrape({ adminUrl }: Server): Promise<string> {
  for (let tenths = 0; tenths < MOST_SECONDS * 10; tenths += 1) {
    const text = await (await fetch(`${adminUrl}/metrics`)).text();
    if (/^headroom_vms\{/m.test(text)) return text;
    await sleep(100);
  }
  throw new Error(`no survey within ${MOST_SECONDS} s`);
}

function lint(exposition: string): readonly string[] {
  const folder = execFileSync('bash', ['scripts/install-prometheus.sh'], { encoding: 'utf8' }).trim();
  const checked = spawnSync(join(folder, 'promtool'), ['check', 'metrics'], { input: exposition, encoding: 'utf8' });
  const said = `${checked.stdout}${checked.stderr}`.split('\n').filter((line) => line !== '');
  return checked.status === 0 || said.length > 0 ? said : [`promtool ended with ${checked.status ?? checked.signal}`];
}

const server = await startServer();
try {
  const codes = [
    await send(server, '/validate/migrations', REVIEW),
    await send(server, '/mutate/migrations', REVIEW),
    await send(server, '/mutate/pods', REVIEW),
    await send(server, '/validate/migrations', REVIEW.replaceAll('"vm1"', '"nobody"')),
    await send(server, '/validate/migrations', 'no review'),
  ];
  if (codes.join() !== '200,200,200,200,400') throw new Error(`answered with ${codes.join()}`);
  const exposition = await scrape(server);
  const faults = [...metricFaults(exposition, readFileSync(PAGE, 'utf8')), ...lint(exposition)];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else
    console.log(`${exposition.match(/^# TYPE /gm)?.length} metrics: promtool finds no fault, ${PAGE} names headroom's`);
} finally {
  server.stop();
}
