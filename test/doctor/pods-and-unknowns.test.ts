import { describe, expect, test } from '@jest/globals';
import { examine } from '../../src/doctor/examination.ts';
import { bySeverity } from '../../src/doctor/finding.ts';
import { limitRange, quota } from '../builders/namespace.ts';
import { launcher } from '../builders/pod.ts';
import { emptyScene, type Scene, scene } from '../builders/scene.ts';
import { migration, vmi } from '../builders/virtual-machine.ts';
import { findingsIn, rulesOf, theFinding } from './examined.ts';

const ROOM = { 'limits.cpu': '30', 'limits.memory': '50Gi' };
const HOOK = { metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{"image":"hook:1"}]' } } };
const DEFAULTS = { type: 'Container', default: { cpu: '500m', memory: '64M' } };

describe('limit-range', () => {
  test('a bound that the pod breaks lets the VM neither migrate nor restart', () => {
    const bounded = scene().with(limitRange({ type: 'Container', max: { cpu: '1' } }));
    const findings = findingsIn(bounded);
    expect(rulesOf(findings)).toEqual(['limit-range error']);
    expect(findings[0]?.affected).toEqual([
      'VM vm1: LimitRange refuses the pod: maximum cpu usage per Container is 1, but limit is 2',
    ]);
  });

  test('defaults that the pod needs none of change nothing', () => {
    expect(findingsIn(scene().with(limitRange(DEFAULTS)))).toEqual([]);
  });

  test('defaults of sidecars alone are a note', () => {
    const hooked = scene({ base: ROOM }).changedVmi(HOOK).with(limitRange(DEFAULTS));
    const finding = theFinding(findingsIn(hooked), 'limit-range');
    expect(finding.severity).toBe('info');
    expect(finding.subject).toEqual({ kind: 'LimitRange', namespace: 'quota-test', name: 'bounds' });
    expect(finding.affected?.[0]).toContain('container hook-sidecar-0 gets limits cpu 500m, limits memory 64M');
  });

  test('a limit for the guest that the VM did not ask for is a warning', () => {
    const unlimited = { spec: { domain: { resources: { limits: undefined } } } };
    const plain = scene().without('ResourceQuota', 'default-z4g94').annotatedNamespace(undefined).changedVmi(unlimited);
    const [other] = [limitRange({ type: 'Container', min: { cpu: '1m' } })];
    const named = { ...other, metadata: { name: 'least', namespace: 'quota-test' } };
    const finding = theFinding(
      findingsIn(plain.with(limitRange({ type: 'Container', default: { cpu: '4', memory: '8Gi' } }), named)),
      'limit-range',
    );
    expect(finding.severity).toBe('warning');
    expect(finding.subject).toEqual({ kind: 'Namespace', name: 'quota-test' });
    expect(finding.summary).toMatch(/^One of the LimitRanges bounds and least/);
    expect(finding.affected?.[0]).toBe('VM vm1: container compute gets limits cpu 4 and limits memory 8Gi');
  });

  test('a VM of which no pod is made, one that has ended and one of an unknown version are passed over', () => {
    const ranged = scene({ base: ROOM }).with(limitRange(DEFAULTS));
    expect(rulesOf(findingsIn(ranged.changedVmi({ metadata: { labels: { logVerbosity: 'high' } } })))).toEqual([
      'pod-refused error',
    ]);
    expect(findingsIn(ranged.changedVmi({ ...HOOK, status: { phase: 'Succeeded' } }))).toEqual([]);
    const versions = { status: { observedKubeVirtVersion: '0.40.0', targetKubeVirtVersion: '0.40.0' } };
    expect(rulesOf(findingsIn(ranged.changedKubeVirt(versions)))).toEqual(['unknown-forecast unknown']);
  });
});

describe('pod-refused', () => {
  test('names what KubeVirt does not take, and is no second time among the VMs that cannot migrate', () => {
    const refused = scene().changedVmi({ metadata: { labels: { logVerbosity: 'high' } } });
    const findings = findingsIn(refused);
    expect(rulesOf(findings)).toEqual(['pod-refused error']);
    expect(findings[0]?.affected).toEqual(['VM vm1: KubeVirt refuses the pod: label logVerbosity is no number: high']);
  });
});

describe('what is not understood', () => {
  test('an object is named with what was expected of it', () => {
    const broken = scene().with(vmi('vm2', { spec: { domain: { memory: { guest: '4GB' } } } }));
    const findings = findingsIn(broken);
    expect(rulesOf(findings)).toEqual(['not-understood unknown']);
    expect(findings[0]?.summary).toBe(
      '1 object of kind VirtualMachineInstance in namespace quota-test is not understood.',
    );
    expect(findings[0]?.affected?.[0]).toMatch(
      /^VirtualMachineInstance quota-test\/vm2: spec\.domain\.memory\.guest: /,
    );
  });

  test('a quota that is not understood makes no forecast of its namespace, which is said once', () => {
    const broken = scene().with(quota('broken', {}, { spec: { hard: { 'limits.cpu': 'much' } } }), {
      ...quota('worse', {}),
      spec: 5,
    });
    const findings = findingsIn(broken);
    expect(rulesOf(findings)).toEqual(['not-understood unknown']);
    expect(findings[0]?.summary).toBe('2 objects of kind ResourceQuota in namespace quota-test are not understood.');
  });

  test('a kind that may not be read is said once', () => {
    const { cluster, namespace } = scene().objects();
    const forbidden = { ...namespace, pods: { items: [], problems: [], unreadable: 'pods: 403 Forbidden' } };
    const { findings } = examine(cluster).ofNamespace(forbidden);
    expect(rulesOf(findings)).toEqual(['not-understood unknown']);
    expect(findings[0]?.summary).toBe('Objects of kind Pod in namespace quota-test could not be read.');
    expect(findings[0]?.affected).toEqual(['pods: 403 Forbidden']);
  });

  test('quotas that may not be read are not missed', () => {
    const { cluster, namespace } = scene().objects();
    const forbidden = { ...namespace, quotas: { items: [], problems: [], unreadable: 'quotas: 403' } };
    expect(rulesOf(examine(cluster).ofNamespace(forbidden).findings)).toEqual(['not-understood unknown']);
  });

  test('a quota whose status is empty is a reason of its own', () => {
    const fresh = scene().changedQuota({ status: {} });
    const finding = theFinding(findingsIn(fresh), 'unknown-forecast');
    expect(finding.summary).toContain('its status has not been filled yet');
    expect(finding.affected).toEqual(['VM vm1']);
  });

  test('a namespace without its own object says so where it holds a VM, and nothing where it holds none', () => {
    const lost = (one: Scene) => rulesOf(findingsIn(one.without('Namespace', 'quota-test')));
    expect(lost(scene())).toEqual(['unknown-forecast unknown']);
    expect(lost(emptyScene())).toEqual([]);
  });

  test('where the cluster itself is not understood, no namespace repeats it', () => {
    expect(rulesOf(findingsIn(scene({ ratio: '4.5' }).pending().without('KubeVirt', 'kubevirt')))).toEqual([
      'cluster-unknown unknown',
    ]);
  });
});

describe('waiting-migration', () => {
  test('names how many KubeVirt lets run, and how many do', () => {
    const base = { 'limits.cpu': '30', 'limits.memory': '50Gi' };
    const three = emptyScene({ base }).started(vmi('vm1'), vmi('vm2'), vmi('vm3'));
    const queued = three.running('vm1').with(migration('vm2'), migration('vm3'));
    const finding = theFinding(findingsIn(queued), 'waiting-migration');
    expect(finding.summary).toBe('2 migrations of namespace quota-test wait for a pod, and there is or will be room.');
    expect(finding.evidence).toEqual([
      expect.stringContaining('at most 5 migrations at a time in the cluster and 2 out of a node'),
      '1 migration of this namespace has its target pod: 1 out of harv1.',
    ]);
    const configured = {
      spec: {
        configuration: { migrations: { parallelMigrationsPerCluster: 9, parallelOutboundMigrationsPerNode: 1 } },
      },
    };
    const own = theFinding(
      findingsIn(queued.changedKubeVirt(configured).changedVmi({ status: { nodeName: undefined } })),
      'waiting-migration',
    );
    expect(own.evidence[0]).toContain('at most 9 migrations at a time in the cluster and 1 out of a node');
    expect(own.evidence[1]).toMatch(/1 out of an unknown node\.$/);
  });
});

describe('what is seen of a healthy migration for a moment', () => {
  /** vm1's quota counts one pod more, or less, than there is. */
  const counting = (one: Scene, pods: bigint): Scene => {
    const used = { 'limits.cpu': `${2015n * pods}m`, 'limits.memory': `${4797464313n * pods}` };
    const hard = { 'limits.cpu': '5', 'limits.memory': '9980344313' };
    return one.changedQuota({ status: { hard, used } });
  };

  test('its target pod is charged before it is there: no fault', () => {
    const finding = theFinding(findingsIn(counting(scene().pending(), 2n)), 'stuck-migration');
    expect(finding.severity).toBe('info');
    expect(finding.summary).toMatch(/^Look again in a minute/);
    expect(finding.evidence[0]).toBe(
      'ResourceQuota default-z4g94 counts the target pod of migration vm1-z9lkd already, which is not among the pods yet.',
    );
  });

  test('a pod that has ended is still charged: no fault', () => {
    const cr = scene().find('KubeVirt', 'kubevirt');
    const ended = launcher(vmi(), cr, { metadata: { name: 'virt-launcher-vm1-old' }, status: { phase: 'Succeeded' } });
    const findings = findingsIn(counting(scene().with(ended), 2n));
    expect(rulesOf(findings)).toEqual(['cannot-migrate info', 'over-used info']);
    expect(findings[0]?.evidence[0]).toBe(
      'ResourceQuota default-z4g94 still counts pod virt-launcher-vm1-old, which has ended.',
    );
  });

  test('what is charged beside is somebody else: a fault', () => {
    expect(rulesOf(findingsIn(counting(scene().pending(), 3n)))).toContain('stuck-migration error');
    const gone = counting(scene().pending(), 1n).without('Pod', 'virt-launcher-vm1-src01');
    expect(rulesOf(findingsIn(gone.ratio('1.6')))).not.toContain('stuck-migration info');
  });
});

test('the gravest findings come first, and what was looked at is counted', () => {
  const { cluster, namespace } = scene({ ratio: '4.5' })
    .pending()
    .with(quota('team-pods', { pods: '9' }))
    .objects();
  const { findings, checked } = examine(cluster).ofNamespace(namespace);
  expect(rulesOf(bySeverity(findings))).toEqual(['stuck-migration error', 'over-used warning', 'never-scaled info']);
  expect(checked).toEqual({ namespaces: 1, quotas: 2, runningVms: 1, migrationsUnderWay: 1 });
});
