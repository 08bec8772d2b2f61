import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { createSelfSigned } from '../../src/server/self-signed.ts';
import { FakeApiServer, refused } from '../builders/fake-api-server.ts';
import { answerJson, HttpsApiServer } from '../builders/https-api-server.ts';
import { answersOf } from '../builders/https-cluster.ts';
import type { Json } from '../builders/json.ts';
import { eventually } from '../e2e/harness/eventually.ts';
import { killLeftovers } from '../e2e/harness/processes.ts';
import { panelQueries, pathOf, readAlerts, readDashboard } from './chart-files.ts';
import { type ActiveAlert, type Prometheus, startPrometheus } from './prometheus.ts';
import { migrationReview, podReview, readObjects, type Served, startServed } from './served.ts';

/** One VM whose migration hangs: 499581313 bytes are missing. */
const STUCK = 'examples/quota-test-stuck.yaml';
const SHORT_BYTES = 499_581_313;
const FINE = 'examples/quota-test.yaml';
/** What Grafana puts in the place of its variables. */
const VARIABLES: Readonly<Record<string, string>> = { $__rate_interval: '5m', $__range: '5m', $namespace: '.*' };

const ASKED = [
  'headroom-fine /mutate/pods',
  'headroom-fine /validate/migrations',
  'headroom-live /validate/migrations',
  'headroom-stuck /mutate/migrations',
  'headroom-stuck /validate/migrations',
];

const folder = mkdtempSync(join(tmpdir(), 'headroom-monitoring-'));
process.once('exit', () => killLeftovers(folder));
const served: Served[] = [];
let api: HttpsApiServer;
let prometheus: Prometheus;

/** The endpoint of the ServiceMonitor as helm renders it. */
function monitoredEndpoint(): { readonly path: string; readonly honorLabels: boolean } {
  const args = ['template', 'headroom', pathOf('charts/headroom'), '--set=monitoring.enabled=true'];
  const rendered = execFileSync(pathOf('.cache/bin/helm'), args, { encoding: 'utf8' });
  const objects = parseAllDocuments(rendered).map((document) => document.toJS());
  return objects.find((object) => object?.kind === 'ServiceMonitor').spec.endpoints[0];
}

/** An API server with the stuck cluster. It takes Events, and refuses the first list of LimitRanges. */
async function apiOfStuckCluster(): Promise<HttpsApiServer> {
  const cluster = new FakeApiServer(readObjects(STUCK));
  let hasRefused = false;
  cluster.intervene = ({ path }) => {
    if (!path.endsWith('/limitranges') || hasRefused) return undefined;
    hasRefused = true;
    return refused(403);
  };
  const server = await HttpsApiServer.start(await createSelfSigned('127.0.0.1', new Date()));
  const others = answersOf(cluster);
  server.answers = [
    (response, call) => {
      if (call.method !== 'POST' || !call.url.includes('/events')) return others(response, call);
      const event = JSON.parse(call.body);
      answerJson({ ...event, metadata: { ...event.metadata, resourceVersion: '1' } }, 201)(response, call);
    },
  ];
  return server;
}

/** A cluster in which all is well, in another namespace. */
function fineSnapshot(): string {
  const file = join(folder, 'fine.yaml');
  writeFileSync(file, readFileSync(pathOf(FINE), 'utf8').replaceAll('quota-test', 'team-fine'));
  return file;
}

/** The launcher pod of an example with a byte more than KubeVirt gives. */
function driftedPod(): Json {
  const pod = readObjects(FINE).find(({ kind }) => kind === 'Pod');
  const text = JSON.stringify(pod).replaceAll('quota-test', 'team-fine');
  return JSON.parse(text.replaceAll(/"memory":"(\d+)"/g, (_, bytes) => `"memory":"${BigInt(bytes) + 1n}"`));
}

async function scraped(): Promise<number> {
  return (await prometheus.query('headroom_build_info')).length;
}

/** At which of its webhooks each replica was asked, as far as Prometheus knows. */
async function asked(): Promise<readonly string[]> {
  const found = await prometheus.query('headroom_decision_seconds_count > 0');
  return found.map(({ metric }) => `${metric.pod} ${metric.path}`).sort();
}

beforeAll(async () => {
  api = await apiOfStuckCluster();
  const start = async (name: string, daysLeft: number, ...flags: readonly string[]) => {
    served.push(await startServed({ name, folder, flags, daysLeft }));
  };
  await start('headroom-stuck', 80, `--snapshot=${pathOf(STUCK)}`);
  await start('headroom-fine', 5, `--snapshot=${fineSnapshot()}`);
  await start('headroom-live', 80, `--kubeconfig=${api.kubeconfig()}`, '--events=on', '--drain=600');
  const targets = served.map(({ name: pod, adminAddress: address }) => ({
    address,
    // As Prometheus's operator labels what a ServiceMonitor finds.
    labels: {
      namespace: 'headroom-system',
      service: 'headroom-metrics',
      pod,
      container: 'headroom',
      endpoint: 'metrics',
    },
  }));
  prometheus = await startPrometheus(folder, targets, monitoredEndpoint());
  const patience = { withinSeconds: 60, everyMilliseconds: 500 };
  await eventually('every replica was read', async () => expect(await scraped()).toBe(served.length), patience);
  await ask();
  // A series that begins with the first answer shows no rate before the second.
  await eventually('the answers were read', async () => expect(await asked()).toEqual(ASKED), patience);
  await ask();
}, 180_000);

afterAll(async () => {
  await prometheus?.stop();
  for (const one of served) await one.stop('SIGKILL');
  await api?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Denied, fitting, unknown and not understood migrations, a pod as it should be and one that is not. */
async function ask(): Promise<void> {
  const [stuck, fine, live] = served as [Served, Served, Served];
  const said = async (one: Served, path: string, body: string) => (await one.post(path, body)).statusCode;
  const codes = [
    await said(stuck, '/validate/migrations', migrationReview()),
    await said(stuck, '/mutate/migrations', migrationReview()),
    await said(live, '/validate/migrations', migrationReview()),
    await said(fine, '/validate/migrations', migrationReview().replaceAll('quota-test', 'team-fine')),
    await said(fine, '/mutate/pods', podReview(driftedPod())),
  ];
  for (let times = 0; times < 5; times += 1)
    codes.push(await said(stuck, '/validate/migrations', migrationReview('gone')));
  expect(codes).toEqual(codes.map(() => 200));
  expect(await said(fine, '/validate/migrations', 'no review')).toBe(400);
}

function withVariables(expression: string): string {
  return Object.entries(VARIABLES).reduce((text, [name, value]) => text.replaceAll(name, value), expression);
}

describe('Prometheus, reading three replicas', () => {
  test.each(panelQueries(readDashboard()))('has something to show for $title', async ({ expr, labels }) => {
    const found = await eventually(
      `there are series of ${expr}`,
      async () => {
        const samples = await prometheus.query(withVariables(expr));
        expect(samples.length).toBeGreaterThan(0);
        return samples;
      },
      { withinSeconds: 60, everyMilliseconds: 500 },
    );
    for (const { metric, value } of found) {
      expect(Number(value[1])).not.toBeNaN();
      expect(Object.keys(metric)).toEqual(expect.arrayContaining([...labels]));
    }
  });

  test('shows the room that is missing and the room that there is, of each namespace once', async () => {
    const table = readDashboard().panels.find(({ title }) => title === 'Room for a migration, least first');
    const rooms = await prometheus.query(withVariables(table?.targets?.[0]?.expr ?? ''));
    expect(rooms[0]).toMatchObject({
      metric: { namespace: 'quota-test', resource: 'limits.memory' },
      value: [expect.anything(), `${-SHORT_BYTES}`],
    });
    const places = rooms.map(({ metric }) => `${metric.namespace} ${metric.quota} ${metric.resource}`);
    expect(new Set(places).size).toBe(places.length);
    expect(places.some((place) => place.startsWith('team-fine '))).toBe(true);
  });

  test.each([
    { panel: 'Replicas ready', figure: 3 },
    { panel: 'VMs that cannot migrate', figure: 1 },
    { panel: 'Namespaces short of room', figure: 1 },
  ])('counts $figure for $panel, though two replicas say the same', async ({ panel, figure }) => {
    const shown = readDashboard().panels.find(({ title }) => title === panel);
    const found = await prometheus.query(withVariables(shown?.targets?.[0]?.expr ?? ''));
    expect(found.map(({ value }) => Number(value[1]))).toEqual([figure]);
  });

  test('counts what the API server has refused', async () => {
    const found = await prometheus.query('headroom_api_reads_total{outcome="refused"} > 0');
    expect(found.map(({ metric }) => [metric.pod, metric.kind])).toEqual([['headroom-live', 'limitranges']]);
  });

  test('counts the Event that was written about the VM', async () => {
    await eventually('the Event is counted', async () => {
      const found = await prometheus.query('headroom_events_total{outcome="written"} > 0');
      expect(found.map(({ metric }) => metric.pod)).toEqual(['headroom-live']);
    });
  });

  test('evaluates every rule without a fault', async () => {
    const rules = await eventually('every rule was evaluated', async () => {
      const all = await prometheus.rules();
      expect(all.map(({ health }) => health)).toEqual(all.map(() => 'ok'));
      return all;
    });
    expect(rules.map(({ name }) => name)).toEqual(readAlerts().map(({ alert }) => alert));
    expect(rules.map(({ lastError = '' }) => lastError).join('')).toBe('');
  });
});

describe('alerts about what is wrong', () => {
  const active = (name: string): Promise<ActiveAlert> =>
    eventually(
      `${name} is active`,
      async () => {
        const found = (await prometheus.alerts()).filter(({ labels }) => labels.alertname === name);
        const [one] = found;
        if (one === undefined) throw new Error(`of ${JSON.stringify(await prometheus.alerts(), undefined, 1)}`);
        expect(found.length).toBe(1);
        expect(JSON.stringify(one.annotations)).not.toMatch(/error expanding template|no value/);
        return one;
      },
      { withinSeconds: 60, everyMilliseconds: 500 },
    );

  test('a denied migration, by class and cause', async () => {
    const { labels, annotations } = await active('HeadroomMigrationsDenied');
    expect(labels).toMatchObject({ namespace: 'headroom-system', class: 'user', cause: 'overhead-grew' });
    expect(annotations.runbook).toBe('docs/runbook.md#headroommigrationsdenied');
  });

  test('a namespace none of whose VMs can migrate, and no other', async () => {
    const { labels, annotations } = await active('HeadroomNamespaceCannotMigrate');
    expect(labels).toMatchObject({ namespace: 'quota-test' });
    expect(annotations.description).toContain('Quota default-z4g94 is short of limits.memory by 476.4MiB. Raise');
  });

  test('the pod whose certificate is about to end, and not those with a fresh one', async () => {
    const { labels, annotations } = await active('HeadroomCertificateExpiring');
    expect(labels).toMatchObject({ namespace: 'headroom-system', pod: 'headroom-fine' });
    expect(annotations.description).toMatch(/headroom-system\/headroom-fine serves ends in 4d 23h/);
  });

  test('a pod with another overhead', async () => {
    const { labels } = await active('HeadroomOverheadDrift');
    expect(labels).toMatchObject({
      namespace: 'headroom-system',
      reason: 'memory',
      release: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  test('answers that were unknown, by reason', async () => {
    const { labels } = await active('HeadroomUnknownsRising');
    expect(labels).toMatchObject({ namespace: 'headroom-system', reason: 'vm-not-found' });
  });

  test('headroom itself, while the last replica is seen and not ready, and once all have ended', async () => {
    expect((await prometheus.alerts()).map(({ labels }) => labels.alertname)).not.toContain('HeadroomDown');
    const [stuck, fine, live] = served as [Served, Served, Served];
    await stuck.stop();
    await fine.stop();
    live.drain();
    const { labels } = await active('HeadroomDown');
    expect(labels).toEqual({ alertname: 'HeadroomDown', severity: 'critical' });
    const ready = await prometheus.query('headroom_ready');
    expect(ready.map(({ metric, value }) => [metric.pod, value[1]])).toEqual([['headroom-live', '0']]);
    await live.stop('SIGKILL');
    await eventually('nobody is seen', async () => expect(await scraped()).toBe(0), { withinSeconds: 60 });
    expect((await active('HeadroomDown')).labels).toEqual(labels);
  });
});
