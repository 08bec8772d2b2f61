import { describe, expect, test } from '@jest/globals';
import type { ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import type { NamespaceObjects } from '../../src/forecast/cluster-objects.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { forecastStart } from '../../src/forecast/forecast-start.ts';
import { defaultQuota, limitRange } from '../builders/namespace.ts';
import { type Scene, scene } from '../builders/scene.ts';
import { vm, vmi } from '../builders/virtual-machine.ts';

/** A scene whose forecast is unknown, with the beginning of the reason. */
interface Row {
  readonly title: string;
  readonly broken: (whole: Scene) => Scene;
  readonly reason: string | RegExp;
}

function expectUnknown(broken: Scene, reason: string | RegExp): void {
  const forecast = broken.forecast();
  expect(forecast).toMatchObject({ verdict: 'unknown', quotas: [], remedies: [], needsScaleUp: false });
  expect(forecast.reason).toEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason));
  expect(forecast.message).toMatch(/^Cannot tell whether VM quota-test\/vm1 fits its quota: /);
  expect(forecast.message.length).toBeLessThanOrEqual(256);
}

const limitsAnnotation = 'Namespace quota-test: annotation field.cattle.io/resourceQuota: ';

const rows: readonly Row[] = [
  {
    title: 'a VMI that is not there',
    broken: (whole) => whole.without('VirtualMachineInstance', 'vm1'),
    reason: 'VirtualMachineInstance vm1 was not found',
  },
  {
    title: 'a VMI that has succeeded',
    broken: (whole) => whole.changedVmi({ status: { phase: 'Succeeded' } }),
    reason: 'VirtualMachineInstance vm1 has ended (phase Succeeded)',
  },
  {
    title: 'a VMI that has failed',
    broken: (whole) => whole.changedVmi({ status: { phase: 'Failed' } }),
    reason: 'VirtualMachineInstance vm1 has ended (phase Failed)',
  },
  {
    title: 'a namespace that is not there',
    broken: (whole) => whole.without('Namespace', 'quota-test'),
    reason: 'Namespace quota-test was not found',
  },
  {
    title: 'limits of the namespace that are no JSON',
    broken: (whole) => whole.annotatedNamespace('{"limit":{'),
    reason: `${limitsAnnotation}expected JSON, got "{\\"limit\\":{"`,
  },
  {
    title: 'limits of the namespace that are a list',
    broken: (whole) => whole.annotatedNamespace('[]'),
    reason: `${limitsAnnotation}expected an object with a member limit, got "[]"`,
  },
  {
    title: 'a limit of the namespace that is a number',
    broken: (whole) => whole.annotatedNamespace('{"limit":{"limitsCpu":3}}'),
    reason: `${limitsAnnotation}limit.limitsCpu: expected a string`,
  },
  {
    title: 'garbage in a migrating annotation',
    broken: (whole) => whole.changedQuota({ metadata: { annotations: { 'harvesterhci.io/migratingUID-1': 'x' } } }),
    reason: 'ResourceQuota default-z4g94: annotation harvesterhci.io/migratingUID-1: expected JSON, got "x"',
  },
  {
    title: 'garbage in the compensation',
    broken: (whole) =>
      whole.changedQuota({ metadata: { annotations: { 'harvesterhci.io/migratingCompensation': '7' } } }),
    reason: /^ResourceQuota default-z4g94: annotation harvesterhci\.io\/migratingCompensation: /,
  },
  {
    title: 'an empty status of a quota',
    broken: (whole) => whole.changedQuota({ status: {} }),
    reason: 'ResourceQuota default-z4g94: its status has not been filled yet',
  },
  {
    title: 'a status without use',
    broken: (whole) => whole.changedQuota({ status: { hard: { 'limits.cpu': '3', 'limits.memory': '5000Mi' } } }),
    reason: 'ResourceQuota default-z4g94: its status has not been filled yet',
  },
  {
    title: 'no KubeVirt object',
    broken: (whole) => whole.without('KubeVirt', 'kubevirt'),
    reason: 'there is no KubeVirt object in the cluster',
  },
  {
    title: 'a configuration that KubeVirt refuses',
    broken: (whole) =>
      whole.changedKubeVirt({ spec: { configuration: { developerConfiguration: { cpuAllocationRatio: -1 } } } }),
    reason: /^KubeVirt refuses its configuration and goes on with the last valid one, .*cpuAllocationRatio is -1$/,
  },
  {
    title: 'a KubeVirt object that is not understood',
    broken: (whole) => whole.changedKubeVirt({ spec: { configuration: { additionalGuestMemoryOverheadRatio: 1.5 } } }),
    reason: /^KubeVirt harvester-system\/kubevirt: spec\.configuration\.additionalGuestMemoryOverheadRatio: /,
  },
  {
    title: 'a Setting that is not understood',
    broken: (whole) => whole.changed('Setting', 'server-version', { value: 7 }),
    reason: /^Setting server-version: value: /,
  },
  {
    title: 'a LimitRange that is not understood',
    broken: (whole) => whole.with(limitRange({ type: 'Container', max: { memory: '1GB' } })),
    reason: /^LimitRange quota-test\/bounds: spec\.limits\.0\.max\.memory: .*"1GB"/,
  },
  {
    title: 'a VMI that is not understood',
    broken: (whole) => whole.changedVmi({ spec: { domain: { cpu: { cores: 'two' } } } }),
    reason: /^VirtualMachineInstance vm1: spec\.domain\.cpu\.cores: /,
  },
  {
    title: 'a negative ratio',
    broken: (whole) => whole.ratio('-1'),
    reason: 'additionalGuestMemoryOverheadRatio of the KubeVirt CR is "-1": no pod can be made of that',
  },
  {
    title: 'an infinite ratio',
    broken: (whole) => whole.ratio('Inf'),
    reason: 'additionalGuestMemoryOverheadRatio of the KubeVirt CR is "Inf": no pod can be made of that',
  },
];

describe('a fact that is missing or not understood is said and never denied', () => {
  test.each(rows)('$title', ({ broken, reason }) => {
    expectUnknown(broken(scene()), reason);
  });
});

describe('a quantity that no cluster can mean is named with its object and field', () => {
  const quantities = [' 1Gi', '1GB', '1e400', '9223372036854775808', '9223372036854775807', '-1Gi', ''];

  test.each(quantities)('%j as the hard limit of a quota', (text) => {
    const broken = scene().changedQuota({ spec: { hard: { 'limits.memory': text } } });
    expectUnknown(broken, /^ResourceQuota quota-test\/default-z4g94: (spec|status)\.hard\.limits\.memory: expected /);
  });

  test.each(quantities)('%j as the use of a quota', (text) => {
    const hard = { 'limits.cpu': '3', 'limits.memory': '5000Mi' };
    const used = { 'limits.cpu': '2', 'limits.memory': text };
    expectUnknown(
      scene().changedQuota({ status: { hard, used } }),
      /^ResourceQuota quota-test\/default-z4g94: status\.used\.limits\.memory: expected /,
    );
  });

  test.each(quantities)('%j as a limit of the VMI', (text) => {
    const resources = { limits: { memory: text } };
    expectUnknown(
      scene().changedVmi({ spec: { domain: { resources } } }),
      /^VirtualMachineInstance vm1: spec\.domain\.resources\.limits\.memory: expected /,
    );
  });

  test.each(quantities.filter((text) => text !== ''))("%j among the namespace's limits", (text) => {
    expectUnknown(
      scene().annotatedNamespace(JSON.stringify({ limit: { limitsMemory: text } })),
      /^Namespace quota-test: annotation field\.cattle\.io\/resourceQuota: limit\.limitsMemory: expected /,
    );
  });

  test.each(quantities)('%j in a migrating annotation', (text) => {
    const annotations = { 'harvesterhci.io/migratingUID-1': JSON.stringify({ 'limits.memory': text }) };
    expectUnknown(
      scene().changedQuota({ metadata: { annotations } }),
      /^ResourceQuota default-z4g94: annotation harvesterhci\.io\/migratingUID-1: limits\.memory: expected /,
    );
  });

  test('another VM, of which something is not understood, does no harm', () => {
    const broken = vmi('vm2', { spec: { domain: { resources: { limits: { memory: '1GB' } } } } });
    expect(scene().with(broken).forecast().verdict).toBe('fits');
  });
});

describe('a kind that could not be read at all', () => {
  const forbidden = { items: [], problems: [], unreadable: 'ResourceQuotas: 403, expected the right to list them' };

  test.each(['kubeVirts', 'settings', 'nodes'] as const)('of the cluster: %s', (kind) => {
    const objects = scene().objects();
    const forecast = forecastMigration(
      prepare({ ...objects, cluster: { ...objects.cluster, [kind]: forbidden } }),
      'vm1',
    );
    expect(forecast).toMatchObject({ verdict: 'unknown', reason: forbidden.unreadable });
  });

  const kinds = ['namespaces', 'quotas', 'limitRanges', 'pods', 'virtualMachineInstances', 'migrations'] as const;
  test.each(kinds)('of the namespace: %s', (kind) => {
    const forecast = forecastMigration(prepare(withUnreadable(scene().objects(), kind)), 'vm1');
    expect(forecast).toMatchObject({ verdict: 'unknown', reason: forbidden.unreadable });
  });

  test('VirtualMachines are not needed for a migration, and are for a start', () => {
    const prepared = prepare(withUnreadable(scene().with(vm('stopped')).objects(), 'virtualMachines'));
    expect(forecastMigration(prepared, 'vm1').verdict).toBe('fits');
    expect(forecastStart(prepared, 'stopped')).toMatchObject({ verdict: 'unknown', reason: forbidden.unreadable });
  });

  function withUnreadable(objects: ForecastObjects, kind: keyof NamespaceObjects): ForecastObjects {
    return { ...objects, namespace: { ...objects.namespace, [kind]: forbidden } };
  }
});

describe('several default quotas', () => {
  const second = defaultQuota(
    { 'limits.cpu': '3', 'limits.memory': '5000Mi' },
    { metadata: { name: 'default-aaaaa' } },
  );

  test('nobody can tell which of them Harvester scales, so that the answer is unknown', () => {
    expect(scene().with(second).forecast()).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringMatching(
        /^it depends on what no object tells: fits if Harvester scales default-.* and default-.* and KubeVirt .* renders the pod, exceeds if Harvester scales default-/,
      ),
    });
  });

  test('where there is room whichever is scaled, the answer is fits', () => {
    const roomy = scene().with(second).base({ 'limits.cpu': '30', 'limits.memory': '30Gi' });
    expect(roomy.forecast().verdict).toBe('fits');
  });

  test('where a key is short that none of them scales, the answer is exceeds', () => {
    const short = scene()
      .with(second)
      .changedQuota({ spec: { hard: { pods: '1' } } });
    expect(short.forecast().verdict).toBe('exceeds');
  });

  test('without Harvester none is scaled, and nothing is unclear', () => {
    expect(scene().with(second).without('Setting', 'server-version').forecast().verdict).toBe('exceeds');
  });
});
