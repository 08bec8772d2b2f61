import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isKept, KEPT_METADATA } from '../../src/cluster/kept-metadata.ts';
import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import { groupOf, OBJECT_KINDS } from '../../src/cluster/object-kinds.ts';
import { isOfNamespace, reducedObject } from '../../src/cluster/reduced-object.ts';
import * as harvesterNames from '../../src/harvester/names.ts';
import type { Json } from '../builders/json.ts';
import { loadObserved } from '../observed/load-observed.ts';
import { loadScenario, scenarioNames } from '../scenarios/load-scenarios.ts';
import { objectsIn } from './live-and-snapshot.ts';

const SECRET = 'not-for-anybody';

const steps = readdirSync(new URL('../observed/', import.meta.url))
  .filter((file) => file.endsWith('.yaml.gz'))
  .map((file) => file.slice(0, -'.yaml.gz'.length));

function reduced(object: Json): Json | undefined {
  return reducedObject(object as KubernetesObject);
}

function shapeOf(object: Json) {
  const { kind, apiVersion } = object as { kind: string; apiVersion: string };
  return Object.values(OBJECT_KINDS).find((one) => one.kind === kind && one.group === groupOf(apiVersion))?.shape;
}

/** A copy with a secret in every place where the object has no member: what anybody may add to it. */
function withSecretsEverywhere(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecretsEverywhere);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, withSecretsEverywhere(member)]);
  return { ...Object.fromEntries(members), unread: SECRET, deep: { er: [{ unread: SECRET }] } };
}

/** The maps whose names are anybody's are read whole. */
function withSecrets(object: Json): Json {
  return structuredClone({ ...object, ...(withSecretsEverywhere(withoutMaps(object)) as Json) });
}

const MAPS = new Set(['hard', 'used', 'limits', 'requests', 'labels', 'annotations', 'activePods', 'nodeSelector']);
const OTHER_MAPS = [
  'addedNodeSelector',
  'max',
  'min',
  'default',
  'defaultRequest',
  'binding',
  'matchLabels',
  'overhead',
];

function withoutMaps(object: Json): Json {
  const isMap = (name: string) => MAPS.has(name) || OTHER_MAPS.includes(name);
  return JSON.parse(JSON.stringify(object, (name, value) => (isMap(name) ? undefined : value)));
}

describe('what is saved of an object', () => {
  test.each(steps)('is read as the object itself at the observed step %s', (step) => {
    let compared = 0;
    for (const object of objectsIn(loadObserved(step))) {
      const left = reduced(object);
      if (left === undefined) continue;
      const shape = shapeOf(object);
      const readings = [shape?.safeParse(object), shape?.safeParse(left)].map((read) => comparable(read?.data));
      expect(readings[1]).toEqual(readings[0]);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(5);
  });

  test.each(['0', '1', '2', '3'])('keeps nothing that no shape names, in scenarios %s__', (hundred) => {
    for (const name of scenarioNames.filter((one) => one.startsWith(hundred))) {
      for (const object of objectsIn(loadScenario(name).before)) {
        const planted = withSecrets(object);
        expect(JSON.stringify(planted)).toContain(SECRET);
        expect(JSON.stringify(reduced(planted) ?? {})).not.toContain(SECRET);
      }
    }
  });

  test('is nothing of kinds that no forecast reads', () => {
    expect(reduced({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { a: SECRET } })).toBeUndefined();
    const other = { apiVersion: 'harvesterhci.io/v1beta1', kind: 'ResourceQuota', metadata: { name: 'a' } };
    expect(reduced(other)).toBeUndefined();
  });

  test('is nothing of pods that belong to no VM', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', labels: { app: 'web' } }, spec: {} };
    expect(reduced(pod)).toBeUndefined();
  });

  test.each(['backup-target', 'ssl-certificates', 'containerd-registry', 'http-proxy', 'cluster-registration-url'])(
    "is nothing of Harvester's Setting %s, which holds credentials",
    (name) => {
      const setting = { apiVersion: 'harvesterhci.io/v1beta1', kind: 'Setting', metadata: { name }, value: SECRET };
      expect(reduced(setting)).toBeUndefined();
    },
  );
});

const CLAIMS = new Set(['persistentVolumeClaim', 'dataVolume', 'memoryDump']);

const LEFT_OUT = new Set(['labels', 'annotations', 'resourceVersion']);

/** Without what is left out on purpose: most labels and annotations, the version, and which claims a VM has. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return value;
  const members = Object.entries(value as Json).filter(([name]) => !LEFT_OUT.has(name));
  return Object.fromEntries(
    members.map(([name, member]) => [
      name,
      CLAIMS.has(name) ? { hotpluggable: (member as Json).hotpluggable } : comparable(member),
    ]),
  );
}

/** Secrets in all places of a VM that are known to hold some, or to lead to some. */
const volumes = [
  { name: 'root', persistentVolumeClaim: { claimName: SECRET, hotpluggable: true } },
  { name: 'cloud', cloudInitNoCloud: { userData: SECRET, userDataBase64: SECRET, secretRef: { name: SECRET } } },
  { name: 'net', cloudInitConfigDrive: { networkData: SECRET, networkDataBase64: SECRET } },
  { name: 'sys', sysprep: { secret: { name: SECRET } } },
  { name: 'secret', secret: { secretName: SECRET } },
  { name: 'map', configMap: { name: SECRET } },
  { name: 'account', serviceAccount: { serviceAccountName: SECRET } },
  { name: 'disk', containerDisk: { image: 'registry/disk', imagePullSecret: SECRET } },
];
const template = {
  accessCredentials: [{ sshPublicKey: { source: { secret: { secretName: SECRET } } } }],
  domain: {
    devices: { disks: [{ name: 'root', serial: SECRET }], interfaces: [{ name: 'default', macAddress: SECRET }] },
    firmware: {
      uuid: SECRET,
      serial: SECRET,
      kernelBoot: { kernelArgs: SECRET, container: { image: 'registry/kernel' } },
    },
    chassis: { asset: SECRET },
  },
  hostname: SECRET,
  livenessProbe: { exec: { command: ['sh', '-c', SECRET] }, httpGet: { httpHeaders: [{ value: SECRET }] } },
  networks: [{ name: 'default', pod: { vmNetworkCIDR: SECRET } }],
  volumes,
};
const annotations = {
  'kubectl.kubernetes.io/last-applied-configuration': SECRET,
  'harvesterhci.io/volumeClaimTemplates': SECRET,
  'hooks.kubevirt.io/hookSidecars': JSON.stringify([{ image: SECRET, args: [SECRET] }, { configMap: { key: SECRET } }]),
};
const metadata = { name: 'vm1', annotations, managedFields: [{ manager: SECRET }], labels: { team: SECRET } };

describe('of a virtual machine', () => {
  const vmi: Json = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata,
    spec: template,
    status: { interfaces: [{ ipAddress: SECRET }], guestOSInfo: { name: SECRET } },
  };
  const vm: Json = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata,
    spec: {
      template: { metadata, spec: template },
      dataVolumeTemplates: [{ url: SECRET }],
      instancetype: { name: SECRET },
    },
  };

  test('no user data, credentials, commands or addresses are saved', () => {
    expect(JSON.stringify([reduced(vmi), reduced(vm)])).not.toContain(SECRET);
  });

  test('it is saved which volumes, probes and sidecars there are', () => {
    expect(reduced(vmi)).toMatchObject({
      metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{},{}]' } },
      spec: {
        livenessProbe: { exec: {} },
        networks: [{ name: 'default', pod: {} }],
        volumes: [
          { name: 'root', persistentVolumeClaim: { hotpluggable: true } },
          { name: 'cloud' },
          { name: 'net' },
          { name: 'sys' },
          { name: 'secret', secret: {} },
          { name: 'map', configMap: {} },
          { name: 'account', serviceAccount: {} },
          { name: 'disk', containerDisk: { image: 'registry/disk' } },
        ],
      },
    });
    expect(reduced(vm)).toMatchObject({ spec: { instancetype: {} } });
  });

  test.each([
    ['null', 'null'],
    [`[{"image":"${SECRET}"}, null]`, '[{},null]'],
    [`["${SECRET}"]`, '[""]'],
    [`{"image":"${SECRET}"}`, '{}'],
    [SECRET, ''],
  ])('sidecars asked for as %s are saved as %s', (given, saved) => {
    const asked = { ...vmi, metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': given } } };
    expect(reduced(asked)?.metadata).toEqual({ annotations: { 'hooks.kubevirt.io/hookSidecars': saved } });
  });
});

test('no version is saved: a snapshot is of no one moment', () => {
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', resourceVersion: '7' } };
  expect(reduced(quota)).toEqual({ ...quota, metadata: { name: 'q' } });
});

test('of a launcher pod, no environment, command or image is saved', () => {
  const container = { command: [SECRET], args: [SECRET], env: [{ name: 'A', value: SECRET }], image: SECRET };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels: { 'kubevirt.io': 'virt-launcher' }, annotations },
    spec: { containers: [{ name: 'compute', ...container }], initContainers: [{ name: 'i', ...container }] },
  };
  expect(reduced(pod)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels: { 'kubevirt.io': 'virt-launcher' } },
    spec: { containers: [{ name: 'compute' }], initContainers: [{ name: 'i' }] },
  });
});

describe('a value of a type that is not expected', () => {
  test.each([
    ['a text', { metadata: SECRET }],
    ['a list', { metadata: { labels: [SECRET] } }],
    ['an object in the place of an amount', { spec: { hard: { 'limits.cpu': { a: SECRET } } } }],
    ['an object in the place of a text', { spec: { scopes: [{ a: SECRET }] } }],
    ['a number', { spec: { hard: 7 } }],
    ['a list in the place of an object', { metadata: { name: 'q' }, spec: [SECRET] }],
  ])('is saved as an empty one, and refused in the same words: %s', (_, wrong) => {
    const object = { apiVersion: 'v1', kind: 'ResourceQuota', ...wrong };
    const left = reduced(object);
    expect(JSON.stringify(left)).not.toContain(SECRET);
    const { shape } = OBJECT_KINDS.quotas;
    const [refused, refusedLeft] = [shape.safeParse(object), shape.safeParse(left)];
    expect(refused.success).toBe(false);
    expect(refusedLeft.error?.issues.map(({ path }) => path)).toEqual(refused.error?.issues.map(({ path }) => path));
  });

  test('may be called __proto__', () => {
    const object = JSON.parse('{"apiVersion":"v1","kind":"ResourceQuota","spec":{"hard":{"__proto__":"1"}}}');
    expect(JSON.stringify(reduced(object))).toContain('{"hard":{"__proto__":"1"}}');
  });
});

test('a namespace has its own objects, and what holds for the cluster', () => {
  const of = (kind: string, apiVersion: string, own: Json): boolean =>
    isOfNamespace({ kind, apiVersion, metadata: own }, 'team');
  expect(of('Pod', 'v1', { namespace: 'team' })).toBe(true);
  expect(of('Pod', 'v1', { namespace: 'other' })).toBe(false);
  expect(of('Pod', 'v1', {})).toBe(false);
  expect(isOfNamespace({ kind: 'Pod', apiVersion: 'v1', metadata: {} }, 'default')).toBe(true);
  expect(of('Namespace', 'v1', { name: 'team' })).toBe(true);
  expect(of('Namespace', 'v1', { name: 'other' })).toBe(false);
  expect(of('KubeVirt', 'kubevirt.io/v1', { namespace: 'harvester-system' })).toBe(true);
  expect(of('Node', 'v1', { name: 'harv1' })).toBe(true);
});

/** Names of the form that labels and annotations have and that are none of what is read. */
const OTHER_NAMES = [
  /^devices\.kubevirt\.io\//,
  /^headroom\.harvesterhci\.io\/(content|forecast|verdict)$/,
  /\/v1(beta1)?$/,
];
const NO_METADATA = new Set([
  'app.kubernetes.io/managed-by',
  'k8s.v1.cni.cncf.io/resourceName',
  'kubernetes.io/hostname',
  'kubevirt.io/evacuationMigration',
  'kubevirt.io/workloadUpdateMigration',
  'kubernetes.io/tls',
  // Of Namespaces, whose labels are all saved.
  'alpha.kubevirt.io/auto-memory-limits-ratio',
]);

test('every label and annotation that the program has a name for is saved, where some rule asks for it', () => {
  const kept = Object.values(KEPT_METADATA).flatMap(({ labels, annotations: notes }) => [...labels, ...notes]);
  const named = sources('src').flatMap((text) => [...text.matchAll(NAME)].map(([, name = '']) => name));
  const lost = [...new Set(named)].filter(
    (name) =>
      !isKept(
        name,
        kept.filter((one) => one !== '*'),
      ) &&
      !NO_METADATA.has(name) &&
      !OTHER_NAMES.some((one) => one.test(name)),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(lost).toEqual([]);
});

const NAME = /'((?:[a-z0-9-]+\.)+(?:io|com)\/[A-Za-z][A-Za-z0-9._-]*)'/g;

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'kept-metadata.ts')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

test('every Setting that the program has a name for is saved', () => {
  const settings = Object.entries(harvesterNames).flatMap(([name, value]) =>
    name.endsWith('_SETTING') ? [value] : [],
  );
  expect(settings.length).toBeGreaterThanOrEqual(3);
  for (const name of settings) {
    const setting = { apiVersion: 'harvesterhci.io/v1beta1', kind: 'Setting', metadata: { name }, value: '1' };
    expect(reduced(setting)).toEqual(setting);
  }
});
