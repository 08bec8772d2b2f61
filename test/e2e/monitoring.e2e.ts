import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Json } from '../builders/json.ts';
import { openCluster, referenceOf, type Stored } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { difference, type Inventory, takeInventory } from './harness/inventory.ts';
import { helm, kubectl, outputOf } from './harness/programs.ts';
import { helmInstall, helmUpgrade } from './harness/release.ts';
import { removeNamespace, untilNoNamespaceEnds } from './harness/situation.ts';

const NAMESPACE = 'monitored';
const DASHBOARDS = 'cattle-dashboards';
const IN_NAMESPACE = ['--namespace', NAMESPACE];
const RULES = fileURLToPath(new URL('../../charts/headroom/rules/headroom.yaml', import.meta.url));
const ENABLED = { monitoring: { enabled: true } };

/** Of the operator's definitions what a ServiceMonitor and a PrometheusRule of the chart are checked by. */
const SPECS: Readonly<Record<string, Json>> = {
  servicemonitor: {
    required: ['endpoints', 'selector'],
    properties: {
      endpoints: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            port: { type: 'string' },
            path: { type: 'string' },
            honorLabels: { type: 'boolean' },
            interval: { type: 'string', pattern: '^(0|([0-9]+h)?([0-9]+m)?([0-9]+s)?)$' },
          },
        },
      },
      jobLabel: { type: 'string' },
      selector: {
        type: 'object',
        properties: { matchLabels: { type: 'object', additionalProperties: { type: 'string' } } },
      },
    },
  },
  prometheusrule: {
    properties: {
      groups: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string', minLength: 1 },
            rules: {
              type: 'array',
              items: {
                type: 'object',
                required: ['expr'],
                properties: {
                  alert: { type: 'string' },
                  expr: { 'x-kubernetes-int-or-string': true },
                  for: { type: 'string', pattern: '^(0|([0-9]+h)?([0-9]+m)?([0-9]+s)?)$' },
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  annotations: { type: 'object', additionalProperties: { type: 'string' } },
                },
              },
            },
          },
        },
      },
    },
  },
};

function definitionOf(kind: string): Json {
  const singular = kind.toLowerCase();
  const spec = { type: 'object', ...SPECS[singular] };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.monitoring.coreos.com` },
    spec: {
      group: 'monitoring.coreos.com',
      scope: 'Namespaced',
      names: { kind, singular, plural: `${singular}s`, listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec } } },
        },
      ],
    },
  };
}

const cluster = openCluster();
const definitions = ['ServiceMonitor', 'PrometheusRule'].map(definitionOf);
let empty: Inventory = new Map();

const stored = async (plural: string, name = 'headroom') =>
  JSON.parse(await outputOf(kubectl(['get', plural, name, '-o', 'json', ...IN_NAMESPACE]))) as Stored;

const come = async () => difference(empty, await takeInventory(cluster)).come;

const untilNothingIsLeft = () =>
  eventually('all that came with the release is gone', async () => {
    expect(difference(empty, await takeInventory(cluster))).toEqual({ come: [], gone: [] });
  });

beforeAll(async () => {
  for (const name of [NAMESPACE, DASHBOARDS]) {
    await cluster.created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const account = { kind: 'ServiceAccount', name: 'default', namespace: name };
    await eventually(`${name} has its ServiceAccount`, () => cluster.get(account));
  }
  await untilNoNamespaceEnds(cluster);
}, 120_000);

afterEach(async () => {
  await helm(['uninstall', 'headroom', ...IN_NAMESPACE, '--ignore-not-found']);
  await untilNothingIsLeft();
});

afterAll(async () => {
  for (const definition of definitions) await cluster.remove(referenceOf(definition));
  for (const name of [NAMESPACE, DASHBOARDS]) await removeNamespace(cluster, name);
  await cluster.close();
});

describe("without the definitions of Prometheus's operator", () => {
  beforeAll(async () => {
    empty = await takeInventory(cluster);
  });

  test('monitoring is refused in words, and nothing is installed', async () => {
    const { code, stderr } = await helmInstall('headroom', NAMESPACE, ENABLED);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/no matches for kind "ServiceMonitor" in version "monitoring\.coreos\.com\/v1"/);
    await untilNothingIsLeft();
  });

  test('a release that was installed without it stays as it was', async () => {
    await outputOf(helmInstall('headroom', NAMESPACE, {}));
    const before = await come();
    expect((await helmUpgrade('headroom', NAMESPACE, ENABLED)).stderr).toMatch(/no matches for kind/);
    expect(await come()).toEqual(before);
  });
});

describe("with Prometheus's operator, or its definitions alone, as on Harvester", () => {
  beforeAll(async () => {
    for (const definition of definitions) await cluster.created(definition);
    await eventually('both kinds can be listed', () =>
      outputOf(kubectl(['get', 'servicemonitors,prometheusrules', '-A', '-o', 'name'])),
    );
    // The API server makes an object of its own out of their group.
    await eventually('the API server has an APIService for them', async () => {
      expect(await come()).toContain('apiservices.apiregistration.k8s.io v1.monitoring.coreos.com');
    });
    empty = await takeInventory(cluster);
  }, 60_000);

  test('monitoring comes with an upgrade, goes with another, and leaves nothing when all is uninstalled', async () => {
    await outputOf(helmInstall('headroom', NAMESPACE, {}));
    const plain = await come();
    await outputOf(helmUpgrade('headroom', NAMESPACE, ENABLED));
    const added = (await come()).filter((key) => !plain.includes(key) && !/endpoint|sh\.helm\.release/.test(key));
    expect(added).toEqual([
      `configmaps ${DASHBOARDS}/headroom-dashboard`,
      `prometheusrules.monitoring.coreos.com ${NAMESPACE}/headroom`,
      `servicemonitors.monitoring.coreos.com ${NAMESPACE}/headroom`,
      `services ${NAMESPACE}/headroom-metrics`,
    ]);
    await outputOf(helmUpgrade('headroom', NAMESPACE, { monitoring: { enabled: false } }));
    expect((await come()).filter((key) => added.includes(key))).toEqual([]);
    await outputOf(helmUpgrade('headroom', NAMESPACE, ENABLED));
    await outputOf(helm(['uninstall', 'headroom', ...IN_NAMESPACE]));
    await untilNothingIsLeft();
  });

  test('the API server keeps every field of the alerts and of the ServiceMonitor', async () => {
    const monitoring = { enabled: true, interval: '15s', labels: { release: 'prometheus' } };
    await outputOf(helmInstall('headroom', NAMESPACE, { monitoring }));
    const { spec: rules, metadata } = await stored('prometheusrules');
    expect(rules).toEqual(parse(readFileSync(RULES, 'utf8')));
    expect(metadata.labels).toMatchObject({ release: 'prometheus' });
    const { spec: monitor } = await stored('servicemonitors');
    expect(monitor).toEqual({
      jobLabel: 'app.kubernetes.io/name',
      selector: {
        matchLabels: {
          'app.kubernetes.io/name': 'headroom',
          'app.kubernetes.io/instance': 'headroom',
          'app.kubernetes.io/component': 'metrics',
        },
      },
      endpoints: [{ port: 'metrics', path: '/metrics', honorLabels: true, interval: '15s' }],
    });
  });

  test("the webhook's Service has its one port, and the other finds the same pods for their metrics", async () => {
    await outputOf(helmInstall('headroom', NAMESPACE, ENABLED));
    const [webhook, metrics] = await Promise.all([stored('services'), stored('services', 'headroom-metrics')]);
    expect(webhook.spec).toMatchObject({ type: 'ClusterIP', ports: [{ name: 'webhook', port: 443 }] });
    expect(metrics.spec).toMatchObject({ clusterIP: 'None', ports: [{ name: 'metrics', targetPort: 'admin' }] });
    expect((metrics.spec as Json).selector).toEqual((webhook.spec as Json).selector);
  });

  test('a namespace for dashboards that is not there is named', async () => {
    const monitoring = { enabled: true, dashboard: { namespace: 'grafana' } };
    const { code, stderr } = await helmInstall('headroom', NAMESPACE, { monitoring });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/namespaces "grafana" not found/);
  });
});
