import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { createAuthority } from './harness/certificates.ts';
import { openCluster, type Stored } from './harness/cluster.ts';
import { eventually } from './harness/eventually.ts';
import { difference, type Inventory, takeInventory } from './harness/inventory.ts';
import { helm, kubectl, outputOf } from './harness/programs.ts';
import { helmInstall, helmUpgrade } from './harness/release.ts';
import { removeNamespace } from './harness/situation.ts';

const NAMESPACE = 'chart-test';
const IN_NAMESPACE = ['--namespace', NAMESPACE];
const RELEASE_LABEL = 'app.kubernetes.io/instance';

const cluster = openCluster();
let empty: Inventory = new Map();

const install = async (values = {}) => outputOf(helmInstall('headroom', NAMESPACE, values));
const upgrade = async (values = {}) => outputOf(helmUpgrade('headroom', NAMESPACE, values));
const deployment = () => cluster.get({ kind: 'Deployment', name: 'headroom', namespace: NAMESPACE });

const untilNothingIsLeft = () =>
  eventually('all that came with the release is gone', async () => {
    expect(difference(empty, await takeInventory(cluster))).toEqual({ come: [], gone: [] });
  });

beforeAll(async () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await cluster.created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } });
  await eventually('the namespace has its ServiceAccount', () =>
    cluster.get({ kind: 'ServiceAccount', name: 'default', namespace: NAMESPACE }),
  );
  // What other suites have left must not go away between the two looks.
  await eventually(
    'no namespace is being deleted',
    async () => {
      const phases = (await cluster.list('Namespace')).map(({ status }) => status?.phase);
      expect(phases).not.toContain('Terminating');
    },
    { withinSeconds: 50 },
  );
  empty = await takeInventory(cluster);
});

afterEach(async () => {
  await helm(['uninstall', 'headroom', ...IN_NAMESPACE, '--ignore-not-found']);
  await untilNothingIsLeft();
});

afterAll(async () => {
  await removeNamespace(cluster, NAMESPACE);
  await cluster.close();
});

describe('what comes goes again', () => {
  test('installed, upgraded, rolled back and uninstalled, the chart leaves nothing in the cluster', async () => {
    await install();
    const { come } = difference(empty, await takeInventory(cluster));
    expect(come).toEqual(
      expect.arrayContaining([
        'deployments.apps chart-test/headroom',
        'clusterroles.rbac.authorization.k8s.io headroom',
        'validatingwebhookconfigurations.admissionregistration.k8s.io headroom',
        'mutatingwebhookconfigurations.admissionregistration.k8s.io headroom',
        'poddisruptionbudgets.policy chart-test/headroom',
      ]),
    );
    await upgrade({ replicas: 3, networkPolicy: { enabled: true } });
    expect((await deployment()).spec?.replicas).toBe(3);
    await outputOf(helm(['rollback', 'headroom', '1', ...IN_NAMESPACE]));
    expect((await deployment()).spec?.replicas).toBe(2);
    expect(difference(empty, await takeInventory(cluster)).come.join('\n')).not.toContain('networkpolicies');
    await outputOf(helm(['uninstall', 'headroom', ...IN_NAMESPACE]));
    await untilNothingIsLeft();
  });

  test('every object of the release says so in its labels', async () => {
    await install();
    const now = await takeInventory(cluster);
    const unlabelled = difference(empty, now)
      .come.filter((key) => now.get(key)?.metadata.labels?.[RELEASE_LABEL] !== 'headroom')
      // Helm's own note, and the address that the API server keeps for the Service.
      .filter((key) => !key.startsWith('secrets chart-test/sh.helm.release.') && !key.startsWith('ipaddresses.'));
    expect(unlabelled).toEqual([]);
  });

  test('a Secret that was deleted and made anew by somebody else goes with the release all the same', async () => {
    await install();
    const secret = { kind: 'Secret', name: 'headroom-certificates', namespace: NAMESPACE };
    await cluster.remove(secret);
    const { name, namespace } = secret;
    await cluster.created({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque' });
    await outputOf(helm(['uninstall', 'headroom', ...IN_NAMESPACE]));
    await untilNothingIsLeft();
  });
});

describe('what headroom fills in survives', () => {
  const secret = { kind: 'Secret', name: 'headroom-certificates', namespace: NAMESPACE };
  const reservations = { kind: 'ConfigMap', name: 'headroom-reservations', namespace: NAMESPACE };
  const configurations = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'];

  const filled = async () => ({
    secret: (await cluster.get(secret)).data,
    reservations: (await cluster.get(reservations)).data,
    caBundles: await Promise.all(configurations.map(async (kind) => caBundlesOf(await configuration(kind)))),
  });
  const configuration = (kind: string) => cluster.get({ kind, name: 'headroom' });

  test('the certificates, the caBundle and the reservations outlive an upgrade and a rollback', async () => {
    await install();
    const { cert } = await createAuthority('some authority');
    const caBundle = Buffer.from(cert).toString('base64');
    await cluster.patch(secret, { data: { 'ca.crt': caBundle } });
    await cluster.patch(reservations, { data: { some: 'promise' } });
    for (const kind of configurations) {
      const { webhooks } = (await configuration(kind)) as unknown as { webhooks: readonly unknown[] };
      const path = (index: number) => `/webhooks/${index}/clientConfig/caBundle`;
      const patch = webhooks.map((_webhook, index) => ({ op: 'add', path: path(index), value: caBundle }));
      await cluster.patch({ kind, name: 'headroom' }, patch, { type: 'json' });
    }
    const before = await filled();
    expect(before.caBundles).toEqual([[caBundle], [caBundle, caBundle]]);
    await upgrade({ webhook: { timeoutSeconds: 7 }, policies: { user: 'warn' } });
    expect(await filled()).toEqual(before);
    await outputOf(helm(['rollback', 'headroom', '1', ...IN_NAMESPACE]));
    expect(await filled()).toEqual(before);
  });
});

function caBundlesOf(configuration: Stored): readonly unknown[] {
  const webhooks = configuration.webhooks as readonly { clientConfig: { caBundle?: string } }[];
  return webhooks.map(({ clientConfig }) => clientConfig.caBundle);
}

describe('what the API server makes of it', () => {
  test('the pods of the Deployment and of helm test hold to the restricted Pod Security Standard', async () => {
    await install();
    const { metadata, spec } = podTemplateOf(await deployment());
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'one', namespace: NAMESPACE }, spec };
    expect(await cluster.create(pod, { dryRun: true })).toMatchObject({ kind: 'done', warnings: [] });
    const hooks = await outputOf(helm(['get', 'hooks', 'headroom', ...IN_NAMESPACE]));
    const selfTest = parseAllDocuments(hooks)
      .map((document) => document.toJS())
      .find((object) => object?.kind === 'Pod');
    await cluster.created({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: accountOf(selfTest) });
    expect(await cluster.create(selfTest, { dryRun: true })).toMatchObject({ kind: 'done', warnings: [] });
    await cluster.remove({ kind: 'ServiceAccount', ...accountOf(selfTest) });
  });

  test('the API server fills in nothing that makes helm see a change where there is none', async () => {
    await install();
    const before = await deployment();
    await upgrade();
    const after = await deployment();
    expect(after.metadata.generation).toBe(before.metadata.generation);
    expect(after.spec).toEqual(before.spec);
  });

  test('two releases live side by side in one cluster', async () => {
    await install();
    await outputOf(helmInstall('second', NAMESPACE, {}));
    const found = await kubectl(['get', 'deployments,clusterroles', '-o', 'name', ...IN_NAMESPACE]);
    expect(found.stdout).toContain('deployment.apps/second-headroom');
    expect(found.stdout).toContain('clusterrole.rbac.authorization.k8s.io/second-headroom');
    await outputOf(helm(['uninstall', 'second', ...IN_NAMESPACE]));
  });

  test('in mode secret the configurations trust the given authority, and there is no Secret of the chart', async () => {
    const { cert } = await createAuthority('the authority of somebody');
    await install({ certificates: { mode: 'secret', secretName: 'mine', caBundle: cert } });
    const configuration = await cluster.get({ kind: 'ValidatingWebhookConfiguration', name: 'headroom' });
    expect(caBundlesOf(configuration)).toEqual([Buffer.from(cert).toString('base64')]);
    const { come } = difference(empty, await takeInventory(cluster));
    expect(come.filter((key) => key.startsWith('secrets ') && !key.includes('sh.helm.release'))).toEqual([]);
  });
});

function podTemplateOf({ spec }: Stored): { metadata: object; spec: object } {
  return (spec as { template: { metadata: object; spec: object } }).template;
}

function accountOf({ spec }: { spec: { serviceAccountName: string } }) {
  return { name: spec.serviceAccountName, namespace: NAMESPACE };
}

describe('wrong values are refused in words, and nothing is installed', () => {
  test.each([
    { title: 'an unknown value', values: { replicaCount: 3 }, words: /replicaCount/ },
    { title: 'a policy that is none', values: { policies: { user: 'block' } }, words: /policies.*user/s },
    {
      title: 'a failure policy in small letters',
      values: { webhook: { failurePolicy: 'ignore' } },
      words: /failurePolicy/,
    },
    { title: 'a time-out over 30 s', values: { webhook: { timeoutSeconds: 31 } }, words: /timeoutSeconds/ },
    { title: 'no replicas', values: { replicas: 0 }, words: /replicas/ },
    {
      title: 'mode secret without a Secret',
      values: { certificates: { mode: 'secret' } },
      words: /certificates\.secretName is empty/,
    },
    {
      title: 'cert-manager where there is none',
      values: { certificates: { mode: 'cert-manager' } },
      words: /no matches for kind "(Certificate|Issuer)"/,
    },
  ])('$title', async ({ values, words }) => {
    const { code, stderr } = await helmInstall('headroom', NAMESPACE, values);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(words);
    await untilNothingIsLeft();
  });
});
