import { describe, expect, test } from '@jest/globals';
import type { Amounts, Json } from '../builders/json.ts';
import { limitRange, quota } from '../builders/namespace.ts';
import { emptyScene, plainScene, scene } from '../builders/scene.ts';
import { vm } from '../builders/virtual-machine.ts';
import { causes, figures } from './figures.ts';

const roomy: Amounts = { 'limits.cpu': '30', 'limits.memory': '30Gi' };

/** The quota notes' VM but for its name, stopped. */
const stopped = (changes: Json = {}) => vm('vm2', changes);

describe('starting a stopped VM', () => {
  test('fits where its pod finds room in the plain quota', () => {
    const forecast = emptyScene().with(stopped()).start('vm2');
    expect(forecast).toMatchObject({ verdict: 'fits', needsScaleUp: false, needsCompensation: false });
    expect(forecast.next).toBeUndefined();
    expect(figures(forecast)[1]).toBe('default-z4g94 limits.memory 0 + 4797464313 of 5000Mi');
    expect(forecast.message).toMatch(/^VM quota-test\/vm2 can start: 4797464313 of 5000Mi limits\.memory/);
  });

  test('is not scaled up for, not even by Harvester 1.9', () => {
    for (const harvester of ['v1.3.2', 'v1.7.0', 'v1.9.0']) {
      const forecast = scene({ harvester }).with(stopped()).start('vm2');
      expect(forecast).toMatchObject({ verdict: 'exceeds', needsScaleUp: false, needsCompensation: false });
    }
  });

  test("is refused by Harvester first, in the words of the release, with Harvester's own figures", () => {
    const sentence = (harvester: string) => scene({ harvester }).with(stopped()).start('vm2').reason;
    expect(sentence('v1.7.0')).toBe(
      'Harvester itself refuses the start first ("cpu insufficient resources due to resource quota"): it reckons with 2 of limits.cpu, and 985m are free',
    );
    expect(sentence('v1.3.2')).toContain('("cpu insufficient resources")');
    expect(sentence('v1.1.3')).toBeUndefined();
  });

  test("is refused by Harvester although Kubernetes would let it pass, where the quota is above the namespace's limits", () => {
    const edited = scene({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '' }).changedQuota({ spec: { hard: roomy } });
    const forecast = edited.with(stopped()).start('vm2');
    expect(forecast.verdict).toBe('exceeds');
    expect(forecast.reason).toMatch(/^Harvester itself refuses the start first \("cpu insufficient resources"\)/);
    expect(causes(forecast)).toEqual([]);
    expect(forecast.message.split('\n')[0]).toMatch(/^VM quota-test\/vm2 cannot start: .*Harvester/);
    expect(forecast.message).not.toContain('of every container');
  });

  test('passes by scale-ups of nobody, which neither Harvester nor the quota counts as use', () => {
    const leaked = scene().stored('migratingUID-gone', { 'limits.cpu': '20', 'limits.memory': '20Gi' });
    expect(leaked.with(stopped()).start('vm2').verdict).toBe('fits');
  });

  test('may use room that a migration under way lends, unless Harvester refuses first', () => {
    const migrating = scene({ harvester: 'v1.1.3', kubeVirt: '1.1.1', ratio: '', base: roomy }).running();
    expect(migrating.with(stopped()).start('vm2').verdict).toBe('fits');
  });

  test('waits without Harvester for a source pod that will go', () => {
    const running = plainScene({ pods: '2' }).running().with(stopped());
    expect(running.start('vm2').verdict).toBe('waits');
    expect(running.start('vm2').message).toMatch(/^VM quota-test\/vm2 must wait to start/);
  });

  test('lacks plain room in a quota that others fill', () => {
    const forecast = plainScene({ 'limits.memory': '8Gi' }).with(stopped()).start('vm2');
    expect(causes(forecast)).toEqual(['team-quota limits.memory over-quota']);
    expect(forecast.remedies[0]?.text).toBe('Set limits.memory of ResourceQuota team-quota to at least 8870Mi.');
  });

  test('lacks no more than the share of the ratio where the ratio was raised since it last ran', () => {
    expect(causes(emptyScene({ ratio: '4.5' }).with(stopped()).start('vm2'))).toEqual([
      'default-z4g94 limits.memory overhead-grew',
    ]);
    expect(
      causes(
        emptyScene({ base: { 'limits.cpu': '2', 'limits.memory': '5000Mi' } })
          .with(stopped())
          .start('vm2'),
      ),
    ).toEqual(['default-z4g94 limits.cpu over-quota']);
  });

  test('is refused by a LimitRange like any pod', () => {
    const forecast = emptyScene()
      .with(stopped(), limitRange({ type: 'Container', max: { memory: '4Gi' } }))
      .start('vm2');
    expect(forecast).toMatchObject({
      verdict: 'exceeds',
      reason: 'LimitRange refuses the pod: maximum memory usage per Container is 4Gi, but limit is 4737464313',
    });
  });

  test('takes the requests that KubeVirt stores up to 1.6, where the VM states none', () => {
    const bare = stopped({
      spec: { template: { spec: { domain: { resources: { requests: undefined, limits: undefined } } } } },
    });
    const configuration = { developerConfiguration: { memoryOvercommit: 200 } };
    const at = (version: string) =>
      plainScene({ 'requests.memory': '100Gi' }, version)
        .changedKubeVirt({ spec: { configuration } })
        .with(bare)
        .start('vm2')
        .target.get('requests.memory')
        ?.value();
    // Half of 4Gi, overhead with the page tables of it, 35M of the sidecar.
    const page = 2n * 1024n ** 3n;
    expect(at('v1.6.3')).toBe(page + 289406976n + (((page + 999n) / 1000n) * 1000n) / 512n + 35_000_000n);
    // From 1.7 on the pod's request is filled in without a word in the VMI: no page tables.
    expect(at('v1.7.0')).toBe(page + 289406976n + 35_000_000n);
  });
});

describe('what cannot be said of a start', () => {
  test.each([
    { title: 'a VM that is not there', name: 'vm9', reason: 'VirtualMachine vm9 was not found' },
    { title: 'a VM without a template', name: 'bare', reason: 'VirtualMachine bare has no template' },
    {
      title: 'a VM that is not understood',
      name: 'broken',
      reason: 'VirtualMachine broken: spec.runStrategy: expected string, received number',
    },
  ])('$title', ({ name, reason }) => {
    const bare = vm('bare', { spec: { template: undefined } });
    const broken = vm('broken', { spec: { runStrategy: 7 } });
    expect(scene().with(bare, broken).start(name)).toMatchObject({ verdict: 'unknown', reason });
  });

  test('whatever makes a migration unknown makes a start so', () => {
    expect(scene().without('KubeVirt', 'kubevirt').with(stopped()).start('vm2')).toMatchObject({
      verdict: 'unknown',
      reason: 'there is no KubeVirt object in the cluster',
    });
  });

  test("a default quota that is not understood stops Harvester's own check too", () => {
    const broken = scene().annotatedNamespace('{').with(stopped());
    expect(broken.start('vm2').verdict).toBe('unknown');
  });

  test('a ratio of which no pod can be made', () => {
    expect(scene().ratio('-1').with(stopped()).start('vm2').verdict).toBe('unknown');
  });

  test('while KubeVirt is upgraded, what the two versions answer differently', () => {
    // 4772298097 by 1.5.2 and 4797464313 by 1.6.3, where 4780M are free.
    const upgrading = plainScene({})
      .without('VirtualMachineInstance', 'vm1')
      .without('Pod', 'virt-launcher-vm1-src01')
      .changedKubeVirt({
        spec: { configuration: { additionalGuestMemoryOverheadRatio: '1.5' } },
        status: { observedKubeVirtVersion: 'v1.5.2', targetKubeVirtVersion: 'v1.6.3' },
      })
      .with(stopped());
    const verdictIn = (memory: string) =>
      upgrading.with(quota('team-quota', { 'limits.memory': memory })).start('vm2').verdict;
    expect(verdictIn('4770M')).toBe('exceeds');
    expect(verdictIn('4780M')).toBe('unknown');
    expect(verdictIn('4800M')).toBe('fits');
  });
});
