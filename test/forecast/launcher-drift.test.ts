import { describe, expect, test } from '@jest/globals';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { launcherDrift } from '../../src/forecast/launcher-drift.ts';
import { podShape } from '../../src/objects/kubernetes.ts';
import { type Json, merged, objectAt } from '../builders/json.ts';
import { plainScene, type Scene, scene } from '../builders/scene.ts';

const SOURCE = 'virt-launcher-vm1-src01';

/** What is found in the pod that vm1 runs in in `made`, were it created in `at`. */
function driftOf(at: Scene, made: Scene = at, changes: Json = {}) {
  const pod = merged(made.find('Pod', SOURCE), changes);
  return launcherDrift(prepare(at.objects()), podShape.parse(pod));
}

/** The pod with `bytes` more in the limit and the request of its compute container. */
function grown(bytes: bigint): Json {
  const { spec } = scene().find('Pod', SOURCE) as { spec: { containers: Json[] } };
  const containers = spec.containers.map((container) => {
    if (container.name !== 'compute') return container;
    const { limits, requests } = objectAt(container, 'resources') as Record<string, Record<string, string>>;
    const more = (amounts: Record<string, string> = {}) => ({
      ...amounts,
      memory: `${BigInt(`${amounts.memory}`) + bytes}`,
    });
    return { ...container, resources: { limits: more(limits), requests: more(requests) } };
  });
  return { spec: { containers } };
}

function withContainers(change: (containers: readonly Json[]) => readonly Json[]): Json {
  const { spec } = scene().find('Pod', SOURCE) as { spec: { containers: Json[] } };
  return { spec: { containers: change(spec.containers) } };
}

/** The same ratio and another version. */
const upTo = (version: string) => scene({ kubeVirt: version });

describe('a launcher pod that is being created', () => {
  test('is as the formula gives it', () => expect(driftOf(scene())).toBeUndefined());

  test.each([1n, -1n, 52_428_800n])('with %s bytes too much has drifted', (bytes) => {
    const drift = driftOf(scene(), scene(), grown(bytes));
    expect(drift).toMatchObject({
      reason: 'memory',
      release: '1.6.3',
      kubeVirtVersion: '1.6.3-150700.3.13.1',
      part: 'source',
      kubeVirtNamespace: 'harvester-system',
    });
    expect(drift?.differences.map(({ container, amount }) => `${container} ${amount}`)).toEqual([
      'compute limits.memory',
      'compute requests.memory',
    ]);
    const [limit] = drift?.differences ?? [];
    expect(limit?.expected?.toString()).toBe('4737464313');
    expect(limit?.actual?.toString()).toBe(`${4_737_464_313n + bytes}`);
  });

  test.each(['1', '1.25', '2.0', ''])('made at ratio %j, just before it changed to 1.5, has not drifted', (ratio) => {
    expect(
      driftOf(scene(), scene().ratio(ratio).started(scene().find('VirtualMachineInstance', 'vm1'))),
    ).toBeUndefined();
  });

  test('made by the rules of another release has drifted, and which one is said', () => {
    const drift = driftOf(upTo('v1.6.3'), upTo('v1.5.2'));
    expect(drift).toMatchObject({
      reason: 'other-release',
      release: '1.6.3',
      madeAsBy: expect.stringMatching(/^1\.5\./),
    });
    expect(drift?.differences).not.toEqual([]);
  });

  test('made by either release of an upgrade that is running has not drifted', () => {
    const upgrading = upTo('v1.6.3').changedKubeVirt({
      status: { observedKubeVirtVersion: 'v1.5.2', targetKubeVirtVersion: 'v1.6.3' },
    });
    expect(driftOf(upgrading, upTo('v1.5.2'))).toBeUndefined();
    expect(driftOf(upgrading, upTo('v1.6.3'))).toBeUndefined();
    expect(driftOf(upgrading, upTo('v1.6.3'), grown(1n))).toMatchObject({ reason: 'memory' });
  });

  test('with a container that KubeVirt does not give it has drifted', () => {
    const meshed = withContainers((containers) => [...containers, { name: 'istio-proxy', resources: {} }]);
    expect(driftOf(scene(), scene(), meshed)).toMatchObject({
      reason: 'containers',
      differences: [{ container: 'istio-proxy', amount: undefined, expected: undefined, actual: 'container' }],
    });
  });

  test('without a container that KubeVirt gives it has drifted', () => {
    const bare = withContainers((containers) => containers.filter(({ name }) => name !== 'compute'));
    expect(driftOf(scene(), scene(), bare)).toMatchObject({
      reason: 'containers',
      differences: [{ container: 'compute', amount: undefined, expected: 'container', actual: undefined }],
    });
  });

  test('with another amount than memory has drifted', () => {
    const slower = withContainers((containers) =>
      containers.map((one) => (one.name === 'compute' ? merged(one, { resources: { limits: { cpu: '7' } } }) : one)),
    );
    expect(driftOf(scene(), scene(), slower)).toMatchObject({
      reason: 'resources',
      differences: [{ container: 'compute', amount: 'limits.cpu' }],
    });
  });

  test('with what a LimitRange or a network attachment adds to a container has not drifted', () => {
    const filled = withContainers((containers) =>
      containers.map((one) =>
        merged(one, { resources: { limits: { 'ephemeral-storage': '1Gi', 'intel.com/sriov': '1' } } }),
      ),
    );
    expect(driftOf(scene(), scene(), filled)).toBeUndefined();
  });

  test("with a device of KubeVirt's that its VMI does not ask for has drifted", () => {
    const device = withContainers((containers) =>
      containers.map((one) => merged(one, { resources: { limits: { 'devices.kubevirt.io/sev': '1' } } })),
    );
    expect(driftOf(scene(), scene(), device)).toMatchObject({ reason: 'resources' });
  });

  test('for a VMI of which KubeVirt should make none was not expected', () => {
    const refused = scene().changedVmi({ metadata: { labels: { logVerbosity: 'much' } } });
    expect(driftOf(refused, scene())).toMatchObject({ reason: 'not-expected', differences: [] });
  });
});

describe('without Harvester', () => {
  const plain = plainScene({ 'limits.memory': '20Gi' });

  test('a launcher pod is compared too', () => {
    expect(driftOf(plain)).toBeUndefined();
    expect(driftOf(plain, scene())).toBeUndefined();
    expect(driftOf(plain, scene(), grown(1n))).toMatchObject({ reason: 'memory' });
  });

  test("the version is that of the row where only the VMI's image tells it", () => {
    const silent = plain.changedKubeVirt({ status: { observedKubeVirtVersion: undefined } });
    const tagged = silent.changedVmi({ status: { launcherContainerImageVersion: 'registry.example/launcher:v1.6.3' } });
    const untold = tagged.changedKubeVirt({ status: { targetKubeVirtVersion: undefined } });
    expect(driftOf(untold, plain, grown(1n))).toMatchObject({ kubeVirtVersion: '1.6.3' });
  });
});

describe('the target of a migration', () => {
  test('is compared as a target', () => {
    const migrating = scene().running();
    const pods = migrating.json().filter(({ kind }) => kind === 'Pod');
    const target = pods.find((pod) => objectAt(pod, 'metadata', 'labels')['kubevirt.io/migrationJobUID'] !== undefined);
    const prepared = prepare(migrating.objects());
    expect(launcherDrift(prepared, podShape.parse(target))).toBeUndefined();
    const bare = merged(target as Json, { spec: { containers: [{ name: 'compute', resources: {} }] } });
    expect(launcherDrift(prepared, podShape.parse(bare))).toMatchObject({ part: 'target', reason: 'memory' });
  });
});

describe('nothing is compared', () => {
  test.each([
    ['without a KubeVirt', scene().without('KubeVirt', 'kubevirt')],
    [
      'with a KubeVirt of an unknown release',
      scene().changedKubeVirt({ status: { observedKubeVirtVersion: 'v0.59.0' } }),
    ],
    ['without the VMI', scene().without('VirtualMachineInstance', 'vm1')],
  ])('%s', (_title, at) => expect(driftOf(at, scene(), grown(1n))).toBeUndefined());
});
