import { describe, expect, test } from '@jest/globals';
import type { Json } from '../builders/json.ts';
import { limitRange, quota } from '../builders/namespace.ts';
import { otherPod } from '../builders/pod.ts';
import { emptyScene, plainScene, type Scene, scene } from '../builders/scene.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { causes, figures } from './figures.ts';

const SKIP = { metadata: { annotations: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } } };
const HOOK: Json = { metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{"image":"hook:1"}]' } } };

/** The launcher of the quota notes' VM at ratio 1.5. */
const POD_BYTES = 4797464313;

describe('not-admitted', () => {
  test("a LimitRange that allows less memory than the pod has refuses it in the API server's own words", () => {
    const forecast = scene()
      .with(limitRange({ type: 'Container', max: { memory: '4Gi' } }))
      .forecast();
    expect(forecast.verdict).toBe('exceeds');
    expect(forecast.reason).toBe(
      'LimitRange refuses the pod: maximum memory usage per Container is 4Gi, but limit is 4737464313',
    );
    expect(forecast.quotas).toEqual([]);
    expect(forecast.remedies).toEqual([]);
    expect(forecast.message).toBe(
      'VM quota-test/vm1 cannot migrate: LimitRange refuses its pod: maximum memory usage per Container is 4Gi, but limit is 4737464313',
    );
  });

  test.each([
    {
      title: 'hook sidecars that are no JSON',
      changes: { metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '{' } } },
      reason: 'KubeVirt refuses the pod: annotation hooks.kubevirt.io/hookSidecars is no list of sidecars',
    },
    {
      title: 'a network binding that nobody has registered',
      changes: { spec: { domain: { devices: { interfaces: [{ name: 'default', binding: { name: 'passt' } }] } } } },
      reason: 'KubeVirt refuses the pod: network binding passt is not registered in the KubeVirt configuration',
    },
    {
      title: 'a log verbosity that is no number',
      changes: { metadata: { labels: { logVerbosity: 'high' } } },
      reason: 'KubeVirt refuses the pod: label logVerbosity is no number: high',
    },
  ])('KubeVirt makes no pod of a VMI with $title', ({ changes, reason }) => {
    expect(scene().changedVmi(changes).forecast()).toMatchObject({ verdict: 'exceeds', reason, quotas: [] });
  });

  test('the API server refuses a pod that would request more than its limit', () => {
    const over = { spec: { domain: { resources: { requests: { cpu: '3' } } } } };
    const forecast = scene().changedVmi(over).forecast();
    expect(forecast.verdict).toBe('exceeds');
    expect(forecast.reason).toMatch(/refuses the pod: container compute would request 3 of cpu, over its limit of 2$/);
  });

  test('it is the cause of the forecast itself, for it belongs to no quota key', () => {
    const refused = scene()
      .with(limitRange({ type: 'Container', max: { cpu: '1' } }))
      .forecast();
    expect(refused).toMatchObject({ verdict: 'exceeds', cause: 'not-admitted', quotas: [] });
    expect(
      scene()
        .changedVmi({ metadata: { labels: { logVerbosity: 'high' } } })
        .forecast().cause,
    ).toBe('not-admitted');
    expect(scene().forecast().cause).toBeUndefined();
    expect(scene({ ratio: '4.5' }).forecast().cause).toBeUndefined();
  });

  test('it comes before every cause of a quota', () => {
    const refused = scene()
      .with(limitRange({ type: 'Container', max: { cpu: '1' } }))
      .changedVmi(HOOK)
      .changedQuota(SKIP);
    expect(causes(refused.forecast())).toEqual([]);
    expect(refused.forecast().reason).toMatch(/^LimitRange refuses/);
  });
});

describe('no-limits', () => {
  const hooked = scene().changedVmi(HOOK);

  test('a hook sidecar states no limits, and a quota on limits will not have that', () => {
    const forecast = hooked.forecast();
    expect(forecast).toMatchObject({ verdict: 'exceeds' });
    expect(causes(forecast)).toEqual(['default-z4g94 limits.cpu no-limits', 'default-z4g94 limits.memory no-limits']);
    expect(forecast.message).toContain('quota default-z4g94 demands limits.cpu of every container');
  });

  test('each key of a quota has one line, whatever is wrong with it', () => {
    const keys = hooked.forecast().quotas.map(({ quota: name, resource }) => `${name} ${resource}`);
    expect(keys).toEqual([...new Set(keys)]);
  });

  test('the remedy is to give sidecars limits in the KubeVirt CR, and it is the only one', () => {
    expect(hooked.forecast().remedies.map(({ kind }) => kind)).toEqual(['set-container-limits']);
  });

  test("a LimitRange's default limits fill the gap", () => {
    const defaulted = hooked.with(limitRange({ type: 'Container', default: { cpu: '100m', memory: '50M' } }));
    expect(defaulted.forecast().verdict).toBe('fits');
  });

  test('a quota without limits, or one whose scope the pod is not in, demands nothing', () => {
    const scoped = quota('best-effort', { pods: '5' }, { spec: { scopes: ['BestEffort'] } });
    expect(plainScene({ pods: '5' }).changedVmi(HOOK).with(scoped).forecast().verdict).toBe('fits');
  });

  test('it comes before scaling-off', () => {
    expect(causes(hooked.changedQuota(SKIP).forecast())[0]).toBe('default-z4g94 limits.cpu no-limits');
  });
});

describe('scaling-off', () => {
  const bothKeys = ['default-z4g94 limits.cpu scaling-off', 'default-z4g94 limits.memory scaling-off'];

  test.each([
    { title: 'the skip annotation', off: (one: Scene) => one.changedQuota(SKIP), expected: bothKeys },
    { title: 'no limits of the namespace', off: (one: Scene) => one.annotatedNamespace(undefined), expected: bothKeys },
    { title: 'empty limits of the namespace', off: (one: Scene) => one.annotatedNamespace(''), expected: bothKeys },
    {
      title: 'no memory among the limits of the namespace',
      off: (one: Scene) => one.annotatedNamespace('{"limit":{"limitsCpu":"3000m"}}'),
      expected: ['default-z4g94 limits.memory scaling-off'],
    },
    {
      title: 'a limit of zero',
      off: (one: Scene) => one.annotatedNamespace('{"limit":{"limitsCpu":"0","limitsMemory":"5000Mi"}}'),
      expected: ['default-z4g94 limits.cpu scaling-off'],
    },
  ])('with $title a key stays as it is during migrations', ({ off, expected }) => {
    for (const harvester of ['v1.4.2', 'v1.7.0', 'v1.9.0']) {
      const forecast = off(scene({ harvester })).forecast();
      expect(forecast.verdict).toBe('exceeds');
      expect(forecast.needsScaleUp).toBe(false);
      expect(causes(forecast)).toEqual(expected);
    }
  });

  test('taking the skip annotation away is a remedy', () => {
    const { remedies } = scene().changedQuota(SKIP).forecast();
    expect(remedies).toContainEqual(expect.objectContaining({ kind: 'enable-scaling', quota: 'default-z4g94' }));
  });

  test('Harvester before 1.4.2 knows neither the annotation nor the limits of the namespace, and scales', () => {
    const old = scene({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '' });
    expect(old.changedQuota(SKIP).forecast().verdict).toBe('fits');
    expect(old.annotatedNamespace(undefined).forecast().verdict).toBe('fits');
  });

  test('it comes before older-formula, vm-grew and overhead-grew', () => {
    expect(causes(scene({ harvester: 'v1.5.2', ratio: '4.5' }).changedQuota(SKIP).forecast())).toEqual(bothKeys);
  });
});

describe('not-scaled', () => {
  test('a second quota, without the label of the default one, is never scaled', () => {
    const forecast = scene()
      .with(quota('team-quota', { 'limits.memory': '8Gi' }))
      .forecast();
    expect(causes(forecast)).toEqual(['team-quota limits.memory not-scaled']);
    expect(figures(forecast)).toContain(
      'team-quota limits.memory 4797464313 + 4797464313 of 8Gi: short by 1004994034, not-scaled',
    );
  });

  test.each([
    { key: 'requests.memory', hard: '4Gi' },
    { key: 'memory', hard: '4Gi' },
    { key: 'requests.cpu', hard: '150m' },
    { key: 'pods', hard: '1' },
    { key: 'count/pods', hard: '1' },
    { key: 'requests.devices.kubevirt.io/kvm', hard: '1' },
    { key: 'requests.ephemeral-storage', hard: '60M' },
  ])('$key of the default quota is never scaled', ({ key, hard }) => {
    const forecast = scene()
      .changedQuota({ spec: { hard: { [key]: hard } } })
      .forecast();
    expect(forecast.verdict).toBe('exceeds');
    expect(causes(forecast)).toEqual([`default-z4g94 ${key} not-scaled`]);
  });

  test('without Harvester nothing is ever scaled', () => {
    const forecast = plainScene({ 'limits.memory': '5000Mi' }).forecast();
    expect(causes(forecast)).toEqual(['team-quota limits.memory not-scaled']);
    expect(forecast.needsScaleUp).toBe(false);
  });

  test('a label of Rancher means nothing without Harvester', () => {
    const labels = { 'resourcequota.management.cattle.io/default-resource-quota': 'true' };
    const labelled = quota('team-quota', { 'limits.memory': '5000Mi' }, { metadata: { labels } });
    expect(causes(plainScene({}).with(labelled).forecast())).toEqual(['team-quota limits.memory not-scaled']);
  });

  test('a VMI without limits gets some from KubeVirt, of which Harvester adds nothing', () => {
    const unlimited = vmi('vm1', { spec: { domain: { resources: { limits: undefined } } } });
    const forecast = emptyScene({ base: { 'limits.cpu': '3', 'limits.memory': '8Gi' } })
      .started(vmi())
      .with(unlimited)
      .forecast();
    expect(causes(forecast)).toEqual(['default-z4g94 limits.cpu not-scaled', 'default-z4g94 limits.memory not-scaled']);
  });
});

describe('older-formula', () => {
  // 4Gi and 1.5 x (250Mi + page tables) + 60M; the scale-up of 1.4.0 and 1.4.1 has 1 x the overhead.
  test.each(['v1.4.0', 'v1.4.1'])('Harvester %s leaves the ratio out of the scale-up', (harvester) => {
    const forecast = scene({
      harvester,
      kubeVirt: '1.2.2-150500.8.21.1',
      base: { 'limits.cpu': '3', 'limits.memory': '4700Mi' },
    }).forecast();
    expect(forecast.verdict).toBe('exceeds');
    expect(causes(forecast)).toEqual(['default-z4g94 limits.memory older-formula']);
  });

  test('Harvester 1.5.2 is behind its KubeVirt by 5Mi x 1.5', () => {
    const at = (spareBytes: number) => {
      const running = scene({ harvester: 'v1.5.2', kubeVirt: '1.4.1-150600.5.21.2' });
      const used = running.objects().namespace.quotas.items[0]?.status?.used?.get('limits.memory')?.value() ?? 0n;
      return running.base({ 'limits.cpu': '3', 'limits.memory': `${used + BigInt(spareBytes)}` }).forecast();
    };
    // 60M of the sidecar and 5Mi x 1.5, rounded as KubeVirt rounds.
    expect(at(68_000_000).verdict).toBe('fits');
    expect(causes(at(66_000_000))).toEqual(['default-z4g94 limits.memory older-formula']);
    expect(causes(at(40_000_000))).toEqual(['default-z4g94 limits.memory sidecar-gap']);
  });
});

describe('vm-grew', () => {
  const bootedWith4Gi = { status: { memory: { guestAtBoot: '4Gi' } } };

  test('a VM that memory hotplug has made larger than the quota was made for cannot migrate again', () => {
    const grown = sizedVmi('vm1', { cpu: 2, memoryMi: 6144 }, bootedWith4Gi);
    const forecast = emptyScene().started(grown).forecast();
    expect(forecast.verdict).toBe('exceeds');
    expect(causes(forecast)).toEqual(['default-z4g94 limits.memory vm-grew']);
  });

  test('the migration that makes it larger fits, and leaves it using too much for the next', () => {
    const larger = sizedVmi('vm1', { cpu: 2, memoryMi: 6144 }, bootedWith4Gi);
    const forecast = scene().with(larger).forecast();
    expect(forecast).toMatchObject({ verdict: 'fits', next: 'exceeds' });
    expect(forecast.message).toContain('Cause vm-grew');
  });

  test('CPUs that are asked for and not yet plugged in are growth too', () => {
    const larger = { spec: { domain: { cpu: { sockets: 2 }, resources: { limits: { cpu: '4' } } } } };
    const forecast = scene()
      .changedVmi(larger)
      .with(otherPod({ limits: { cpu: '1', memory: '1Mi' } }))
      .forecast();
    expect(causes(forecast)).toEqual(['default-z4g94 limits.cpu vm-grew']);
  });

  test('it comes before overhead-grew', () => {
    // 478 MB over the base, of which hotplug explains 1Gi and the share of the ratio 1043 MB.
    const grown = sizedVmi('vm1', { cpu: 2, memoryMi: 5120 }, bootedWith4Gi);
    const forecast = emptyScene({ ratio: '4.5', base: { 'limits.cpu': '3', 'limits.memory': '6000Mi' } })
      .started(grown)
      .forecast();
    expect(causes(forecast)).toEqual(['default-z4g94 limits.memory vm-grew']);
  });
});

describe('overhead-grew, sidecar-gap and over-quota', () => {
  const withBase = (memory: number) => scene().base({ 'limits.cpu': '3', 'limits.memory': `${memory}` });

  test('a quota that is full to the byte lacks what the console log sidecar takes', () => {
    const forecast = withBase(POD_BYTES).forecast();
    expect(figures(forecast)[1]).toBe(
      'default-z4g94 limits.memory 4797464313 + 4797464313 of 9534928626: short by 60M, sidecar-gap',
    );
  });

  test.each([
    { spare: 60_000_000, verdict: 'fits' },
    { spare: 59_999_999, verdict: 'exceeds' },
  ])('with $spare bytes to spare a migration $verdict: exactly full still fits', ({ spare, verdict }) => {
    expect(withBase(POD_BYTES + spare).forecast().verdict).toBe(verdict);
  });

  test('the CPU of the sidecar is a gap of 15m', () => {
    const forecast = scene().base({ 'limits.cpu': '2015m', 'limits.memory': '5000Mi' }).forecast();
    expect(figures(forecast)[0]).toBe('default-z4g94 limits.cpu 2015m + 2015m of 4015m: short by 15m, sidecar-gap');
  });

  test('an overrun no larger than the share of the ratio is put down to the ratio', () => {
    // The overhead is 295 MB x 1.5, so that the share of the ratio is 147 MB.
    expect(causes(withBase(POD_BYTES - 147_000_000).forecast())).toEqual(['default-z4g94 limits.memory overhead-grew']);
    expect(causes(withBase(POD_BYTES - 148_000_000).forecast())).toEqual(['default-z4g94 limits.memory over-quota']);
  });

  test('others that use more than the quota was made for are the cause that remains', () => {
    const forecast = scene()
      .with(otherPod({ limits: { cpu: '100m', memory: '1Gi' } }))
      .forecast();
    expect(causes(forecast)).toEqual(['default-z4g94 limits.memory over-quota']);
    expect(forecast.remedies.map(({ kind }) => kind)).toContain('free-room');
  });
});
