import { describe, expect, test } from '@jest/globals';
import { applyRemedy } from '../../src/forecast/apply-remedy.ts';
import type { Forecast, Remedy } from '../../src/forecast/forecast.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { kubeVirt, ratioSetting } from '../builders/cluster.ts';
import { quota } from '../builders/namespace.ts';
import { otherPod } from '../builders/pod.ts';
import { emptyScene, plainScene, type Scene, scene } from '../builders/scene.ts';
import { vmi } from '../builders/virtual-machine.ts';
import { causes, figures } from './figures.ts';

function kinds({ remedies }: Forecast): string[] {
  return remedies.map(({ kind }) => kind);
}

function verdictAfter(broken: Scene, remedy: Parameters<typeof applyRemedy>[1]): string {
  return forecastMigration(prepare(applyRemedy(broken.objects(), remedy)), 'vm1').verdict;
}

function remedyOf<Kind extends Remedy['kind']>(broken: Scene, kind: Kind): Extract<Remedy, { kind: Kind }> {
  const found = broken.forecast().remedies.find((remedy) => remedy.kind === kind);
  if (found === undefined) throw new Error(`no remedy ${kind}`);
  return found as Extract<Remedy, { kind: Kind }>;
}

describe('room to free', () => {
  const hard = { 'limits.memory': '9500M' };

  test('is offered in Mi as far as others use it', () => {
    // 5723707137 + 4649965313 of 9500M are 833.2Mi too many, and web has 1Gi.
    const crowded = plainScene(hard).with(otherPod({ limits: { memory: '1Gi' } }));
    expect(remedyOf(crowded, 'free-room').text).toBe(
      'Free 834Mi of limits.memory (quota team-quota) in namespace quota-test, by stopping or shrinking other VMs or pods.',
    );
    expect(verdictAfter(crowded, remedyOf(crowded, 'free-room'))).toBe('fits');
  });

  test.each([
    { memory: '833Mi', offered: false },
    { memory: '834Mi', offered: true },
  ])('is not offered beyond what others use: $memory', ({ memory, offered }) => {
    // As much is short as web has beyond 1Mi more or less.
    const bytes = BigInt(memory.slice(0, -2)) * 1024n * 1024n;
    const limit = 2n * 4649965313n + bytes - 833n * 1024n * 1024n - 1n;
    const crowded = plainScene({ 'limits.memory': `${limit}` }).with(otherPod({ limits: { memory } }));
    expect(kinds(crowded.forecast()).includes('free-room')).toBe(offered);
  });

  test("is not offered where the VM's own running pod is unknown: all that is used may be its own", () => {
    const used = { 'limits.memory': '5723707137' };
    const podless = plainScene({})
      .without('Pod', 'virt-launcher-vm1-src01')
      .with(quota('team-quota', hard, { status: { hard, used } }));
    expect(podless.forecast().verdict).toBe('exceeds');
    expect(kinds(podless.forecast())).toEqual(['raise-quota']);
  });
});

describe('limits for a VM that states none', () => {
  const own = { limits: undefined, requests: { cpu: '2', memory: '4Gi' } };
  const unlimited = vmi('vm1', { spec: { domain: { resources: own } } });
  const roomy = { 'limits.cpu': '30', 'limits.memory': '30Gi' };
  const releases = [
    { harvester: 'v1.3.2', kubeVirt: '1.1.1' },
    { harvester: 'v1.4.1', kubeVirt: '1.2.2' },
    { harvester: 'v1.4.3', kubeVirt: '1.3.1' },
    { harvester: 'v1.5.2', kubeVirt: '1.4.1' },
  ];

  test.each(releases)('are demanded of the pod by a quota on limits, on Harvester $harvester', (release) => {
    const bare = emptyScene({ ...release, ratio: '', base: roomy }).started(unlimited);
    expect(bare.forecast().verdict).toBe('exceeds');
    expect(causes(bare.forecast())).toEqual([
      'default-z4g94 limits.cpu no-limits',
      'default-z4g94 limits.memory no-limits',
    ]);
  });

  test.each(releases)('come from a LimitRange on Harvester $harvester, no less than the VM has', (release) => {
    const bare = emptyScene({ ...release, ratio: '', base: roomy }).started(unlimited);
    expect(kinds(bare.forecast())).toEqual(['add-limit-range']);
    const remedy = remedyOf(bare, 'add-limit-range');
    const [cpu, memory] = remedy.defaults.map(({ limit }) => limit);
    expect(cpu?.toString()).toBe('2');
    // 4Gi and the overhead, in Mi.
    expect(memory?.toString()).toMatch(/^4\d{3}Mi$/);
    expect(remedy.text).toContain(`whose Container default is cpu 2 and memory ${memory};`);
    expect(bare.forecast().message.split('\n')[0]).toContain(
      `create a LimitRange with default limits cpu 2 and memory ${memory}`,
    );
    expect(verdictAfter(bare, remedy)).toBe('fits');
  });

  test('are named for the one resource that the quota limits', () => {
    const bare = emptyScene({ harvester: 'v1.5.2', kubeVirt: '1.4.1', ratio: '', base: { 'limits.cpu': '30' } });
    const remedy = remedyOf(bare.started(unlimited), 'add-limit-range');
    expect(remedy.defaults.map(({ resource }) => resource)).toEqual(['cpu']);
  });

  test('are no remedy where there is no room for them', () => {
    const tight = { 'limits.cpu': '30', 'limits.memory': '2Gi' };
    const bare = emptyScene({ harvester: 'v1.5.2', kubeVirt: '1.4.1', ratio: '', base: tight }).started(unlimited);
    expect(kinds(bare.forecast())).not.toContain('add-limit-range');
  });

  test('are given by KubeVirt itself from 1.5 on', () => {
    const newer = emptyScene({ harvester: 'v1.6.1', kubeVirt: '1.5.2', ratio: '', base: roomy }).started(unlimited);
    expect(newer.forecast().verdict).toBe('fits');
  });

  test('a key that must be stated and is also short is one line, with its figures and the cause no-limits', () => {
    const hook = { metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{}]' } } };
    const full = scene({ base: { 'limits.cpu': '3', 'limits.memory': '4797464313' } }).changedVmi(hook);
    expect(figures(full.forecast())).toEqual([
      'default-z4g94 limits.cpu no-limits',
      'default-z4g94 limits.memory 4797464313 + 4797464313 of 9534928626: short by 60M, no-limits',
    ]);
  });
});

describe('a lower ratio', () => {
  const raised = plainScene({ 'limits.memory': '9800M' }).changedKubeVirt({
    spec: { configuration: { additionalGuestMemoryOverheadRatio: '4.5' } },
  });

  test('is the highest tenth that helps', () => {
    // 9800M less the running pod of 4649965313 leave 1.695 x the overhead of 294998017 more than the pod without ratio.
    expect(remedyOf(raised, 'lower-ratio').ratio).toBe('2.6');
    expect(verdictAfter(raised, { kind: 'lower-ratio', ratio: '2.6' })).toBe('fits');
    expect(verdictAfter(raised, { kind: 'lower-ratio', ratio: '2.7' })).toBe('exceeds');
  });

  test.each(['2.4', '2.65', '3', '7.3', '10'])('is the highest tenth from a ratio of %s too', (ratio) => {
    for (const memory of ['9400M', '9600M', '9700M']) {
      const at = plainScene({ 'limits.memory': memory }).changedKubeVirt({
        spec: { configuration: { additionalGuestMemoryOverheadRatio: ratio } },
      });
      const tenths = Math.round(Number(remedyOf(at, 'lower-ratio').ratio) * 10);
      expect(verdictAfter(at, { kind: 'lower-ratio', ratio: (tenths / 10).toFixed(1) })).toBe('fits');
      expect(verdictAfter(at, { kind: 'lower-ratio', ratio: ((tenths + 1) / 10).toFixed(1) })).toBe('exceeds');
    }
  });

  test('is reckoned from the KubeVirt CR that is Deployed, whatever others say', () => {
    const other = kubeVirt('v1.1.0', {
      metadata: { name: 'old', namespace: 'kubevirt' },
      spec: { configuration: { additionalGuestMemoryOverheadRatio: '1' } },
      status: { phase: 'Deleted' },
    });
    const deployed = raised.find('KubeVirt', 'kubevirt');
    const both = raised.without('KubeVirt', 'kubevirt').with(other, deployed);
    expect(remedyOf(both, 'lower-ratio').ratio).toBe('2.6');
  });

  test('is none where the ratio is 1, or none, or not a number', () => {
    for (const ratio of ['1', undefined, 'abc', '']) {
      const at = plainScene({ 'limits.memory': '9Gi' }).changedKubeVirt({
        spec: { configuration: { additionalGuestMemoryOverheadRatio: ratio } },
      });
      expect(at.with(otherPod({ limits: { memory: '1Gi' } })).forecast().verdict).toBe('exceeds');
      expect(kinds(at.forecast())).not.toContain('lower-ratio');
    }
  });
});

describe('a lower ratio is set', () => {
  // At ratio 2 the pod takes 4890438337, and Harvester 1.3 adds 4562702337 for a migration, without the ratio.
  const base = { 'limits.cpu': '30', 'limits.memory': '5100M' };
  const raised = scene({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '2', base });
  const textOf = (one: Scene) => remedyOf(one, 'lower-ratio').text;

  test('in the KubeVirt CR, where Harvester has no setting for it', () => {
    const old = raised.without('Setting', 'additional-guest-memory-overhead-ratio');
    expect(textOf(old)).toMatch(/^Set additionalGuestMemoryOverheadRatio in the KubeVirt CR to \d/);
    expect(textOf(old)).toContain('reservedMemory is the alternative');
  });

  test("in Harvester's setting, where there is one", () => {
    expect(textOf(raised)).toMatch(/^Set the Harvester setting additional-guest-memory-overhead-ratio to \d/);
  });

  test('in the KubeVirt CR, where there is no Harvester to read a setting', () => {
    const plain = plainScene({ 'limits.memory': '9800M' })
      .with(ratioSetting('4.5'))
      .changedKubeVirt({ spec: { configuration: { additionalGuestMemoryOverheadRatio: '4.5' } } });
    expect(textOf(plain)).toMatch(/^Set additionalGuestMemoryOverheadRatio in the KubeVirt CR to 2\.6 or less/);
    expect(textOf(plain)).not.toContain('reservedMemory');
  });
});

describe('raising the quota while another migration is under way', () => {
  const situations = [
    { title: 'on Harvester 1.7', two: scene({ ratio: '4.5' }) },
    { title: 'on Harvester 1.9', two: scene({ harvester: 'v1.9.0', kubeVirt: '1.8.4', base: { 'limits.cpu': '3' } }) },
    {
      title: 'on Harvester 1.3, which changes the quota in place',
      two: scene({
        harvester: 'v1.3.2',
        kubeVirt: '1.1.1',
        ratio: '',
        base: { 'limits.cpu': '4030m', 'limits.memory': `${2 * 4622702337}` },
      }),
    },
    { title: 'without Harvester', two: plainScene({ 'limits.memory': '9Gi', pods: '3' }) },
  ];
  const rows = situations.flatMap((row) => [
    { ...row, state: 'pending' as const },
    { ...row, state: 'running' as const },
  ]);

  test.each(rows)('is given $title with the other $state, and makes it fit', ({ two, state }) => {
    const crowded = two.started(vmi('vm2'))[state]('vm2');
    expect(crowded.forecast().verdict).toBe('exceeds');
    expect(verdictAfter(crowded, remedyOf(crowded, 'raise-quota'))).toBe('fits');
  });
});
