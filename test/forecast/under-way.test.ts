import { describe, expect, test } from '@jest/globals';
import type { Amounts } from '../builders/json.ts';
import { attachmentOf, launcher } from '../builders/pod.ts';
import { emptyScene, plainScene, scene } from '../builders/scene.ts';
import { migration, sizedVmi, vmi, vmiUid } from '../builders/virtual-machine.ts';
import { causes, figures } from './figures.ts';

/** Room for `vms` VMs of the quota notes, and for the sidecars of as many target pods. */
function roomFor(vms: number, targets: number): Amounts {
  return {
    'limits.cpu': `${vms * 2015 + targets * 15}m`,
    'limits.memory': `${vms * 4797464313 + targets * 60_000_000}`,
  };
}

const twoVms = (targets: number) => emptyScene({ base: roomFor(2, targets) }).started(vmi('vm1'), vmi('vm2'));

describe('a migration that runs', () => {
  test('its target pod and its scale-up are counted, and its source pod will go', () => {
    // Room for one sidecar: vm2's target has it now, and gives it back when vm2 has settled.
    const forecast = twoVms(1).running('vm2').forecast('vm1');
    expect(forecast.verdict).toBe('waits');
    expect(forecast.atBest).toBeUndefined();
    expect(forecast.message).toContain('must wait to migrate: it fits once migrations under way have settled');
  });

  test('with room for both sidecars nothing waits', () => {
    expect(twoVms(2).running('vm2').forecast('vm1').verdict).toBe('fits');
  });

  test('with room for none, its own scale-up does not help anybody', () => {
    // Only vm2's scale-up held the room that its target has; without a sidecar's room vm1 is short for good.
    const forecast = twoVms(0).running('vm2').forecast('vm1');
    expect(forecast.verdict).toBe('exceeds');
    expect(causes(forecast)).toContain('default-z4g94 limits.memory sidecar-gap');
  });

  test('without Harvester a pod must find the room of its own, and waits for a source pod to go', () => {
    const room = { 'limits.memory': `${3 * 4649965313}` };
    const running = plainScene(room).started(vmi('vm2')).running('vm2');
    expect(running.forecast('vm1').verdict).toBe('waits');
    expect(running.forecast('vm2').verdict).toBe('fits');
  });

  test('asked for itself it fits, for its pod is there', () => {
    expect(twoVms(1).running('vm2').forecast('vm2').verdict).toBe('fits');
  });
});

describe('a migration that is pending', () => {
  const large = sizedVmi('vm2', { cpu: 8, memoryMi: 16384 });

  test('lends its scale-up: a neighbour may use the room while it lasts', () => {
    // vm2 is short of a requests key and hangs; 17 GB of its scale-up stand in the quota meanwhile.
    const base = { 'limits.cpu': '10015m', 'limits.memory': '24000Mi', 'requests.cpu': '800m' };
    const blocked = emptyScene({ base }).started(vmi('vm1'), large);
    expect(blocked.forecast('vm1').verdict).toBe('exceeds');
    expect(blocked.pending('vm2').forecast('vm1')).toMatchObject({ verdict: 'fits' });
  });

  test('competes for the room: who of two gets the last of it is a race', () => {
    const forecast = twoVms(1).pending('vm2').forecast('vm1');
    expect(forecast.atBest).toBe('fits');
    expect(forecast.verdict).toBe('waits');
    expect(forecast.message).toContain('in a lucky order it fits');
  });

  test('is itself forecast with the scale-up that it has got, once', () => {
    const forecast = scene().pending().forecast();
    expect(forecast.verdict).toBe('fits');
    expect(figures(forecast)[1]).toBe('default-z4g94 limits.memory 4797464313 + 4797464313 of 9980344313');
    // The quota holds the scale-up already.
    expect(forecast.quotas[1]?.hard.toString()).toBe('9980344313');
  });

  test('keeps the scale-up of its time: one stored at ratio 1.5 is too small at 4.5', () => {
    const forecast = scene().pending().ratio('4.5').forecast();
    // 4797464313 + 5682461313 against 5000Mi + 4737464313: 499581313 short, where anew it would fit.
    expect(forecast.verdict).toBe('exceeds');
    expect(figures(forecast)[1]).toContain('4797464313 + 5682461313 of 9980344313: short by 499581313');
    expect(scene().ratio('4.5').forecast().verdict).toBe('fits');
  });

  test('whose scale-up has not been written yet gets one reckoned at the ratio of now', () => {
    const fresh = scene().with(migration('vm1', { status: { phase: '' } }));
    expect(figures(fresh.ratio('4.5').forecast())[1]).toContain('of 10865341313');
  });

  test('raising the quota is refused by Harvester while it hangs, and the remedy says so', () => {
    const { remedies } = scene({ ratio: '4.5' }).pending().forecast();
    expect(remedies[0]?.text).toContain(
      'Harvester refuses this change while a migration is pending in the namespace: abort that one first.',
    );
  });
});

describe('a migration that is being aborted', () => {
  const abortion = [
    { type: 'migrationRejectedByResourceQuota', status: 'True' },
    { type: 'migrationAbortRequested', status: 'True' },
  ];

  test.each([
    { title: 'with the condition that it is to be', changes: { status: { conditions: abortion } } },
    { title: 'that is being deleted', changes: { metadata: { deletionTimestamp: '2026-11-22T02:44:10Z' } } },
  ])('$title takes its scale-up with it, so that nobody may count on that', ({ changes }) => {
    const full = emptyScene({ base: roomFor(2, 0) }).started(vmi('vm1'), vmi('vm2'));
    const pending = full.pending('vm2');
    expect(pending.forecast('vm1')).toMatchObject({ atBest: 'fits' });
    const aborted = pending.changed('VirtualMachineInstanceMigration', 'vm2-z9lkd', changes);
    expect(aborted.forecast('vm1')).toMatchObject({ verdict: 'exceeds' });
    expect(aborted.forecast('vm1').atBest).toBeUndefined();
  });

  test('leaves its VM free to be asked for again, with a scale-up reckoned anew', () => {
    const aborted = scene()
      .pending()
      .changed('VirtualMachineInstanceMigration', 'vm1-z9lkd', { status: { conditions: abortion } });
    expect(figures(aborted.ratio('4.5').forecast())[1]).toContain('of 10865341313');
  });
});

describe('scale-ups in the annotations', () => {
  const leaked = { 'limits.cpu': '2', 'limits.memory': '4737464313' };

  test('one of nobody stays: no migration will take it off', () => {
    const full = scene({ base: roomFor(1, 0) });
    expect(full.forecast().verdict).toBe('exceeds');
    const forecast = full.stored('migratingUID-uid-of-a-vmi-that-is-gone', leaked).forecast();
    expect(forecast.verdict).toBe('fits');
    expect(figures(forecast)[1]).toContain(`of ${4797464313 + 2 * 4737464313}`);
  });

  test("the VM's own left behind is the one that its next migration will have", () => {
    const half = { 'limits.cpu': '2', 'limits.memory': '2Gi' };
    const forecast = scene()
      .stored(`migratingUID-${vmiUid('vm1')}`, half)
      .forecast();
    expect(forecast.quotas[1]?.hardAfterScaleUp.toString()).toBe('7048Mi');
  });

  test("the form of Harvester before 1.4.2 is still read: the VM's name", () => {
    const forecast = scene().stored('migrating-vm1', { 'limits.cpu': '2', 'limits.memory': '4Gi' }).forecast();
    expect(forecast.quotas[1]?.hardAfterScaleUp.toString()).toBe('9096Mi');
  });
});

describe('a migration that is over, its source pod still there', () => {
  test('what the source pod uses will be free in a moment', () => {
    const lingering = twoVms(1).lingering('vm2');
    const forecast = lingering.forecast('vm1');
    expect(forecast.verdict).toBe('waits');
    expect(lingering.without('Pod', 'virt-launcher-vm2-src01').forecast('vm1').verdict).toBe('fits');
  });

  test('the same VM can ask again, and waits for its own old pod', () => {
    const forecast = scene({ base: roomFor(1, 1) })
      .lingering()
      .forecast();
    expect(forecast.verdict).toBe('waits');
  });

  test('with room for it all nothing waits', () => {
    expect(
      twoVms(1).base({ 'limits.cpu': '30', 'limits.memory': '30Gi' }).lingering('vm2').forecast('vm1').verdict,
    ).toBe('fits');
  });

  test('a pod that has ended is not counted any more', () => {
    const ended = twoVms(1)
      .lingering('vm2')
      .changed('Pod', 'virt-launcher-vm2-src01', { status: { phase: 'Succeeded' } });
    expect(ended.forecast('vm1').verdict).toBe('fits');
  });

  test('count/pods goes on counting a pod that has ended, so that waiting does not help', () => {
    const room = { 'count/pods': '2' };
    expect(plainScene(room).lingering().forecast().verdict).toBe('exceeds');
    expect(plainScene({ pods: '2' }).lingering().forecast().verdict).toBe('waits');
  });

  test('the target pod of a migration that failed will go too', () => {
    const failed = plainScene({ pods: '2' })
      .running()
      .with(migration('vm1', { status: { phase: 'Failed' } }));
    expect(failed.forecast().verdict).toBe('waits');
  });
});

describe('which pod a VM runs in', () => {
  const old = (name: string, nodeName: string) =>
    launcher(vmi(), scene().find('KubeVirt', 'kubevirt'), {
      metadata: { name, uid: name },
      spec: { nodeName },
    });

  test('where two pods are there and nothing else tells, it is the one on the node of the VMI', () => {
    const two = plainScene({ pods: '2' })
      .with(old('virt-launcher-vm1-aaaaa', 'harv1'), old('virt-launcher-vm1-zzzzz', 'harv2'))
      .without('Pod', 'virt-launcher-vm1-src01');
    expect(two.forecast().verdict).toBe('waits');
  });

  test('where none is known, the migration is forecast and the one after it is not', () => {
    const ratioRaised = scene().ratio('4.5');
    expect(ratioRaised.forecast().next).toBe('exceeds');
    const used = { 'limits.cpu': '2015m', 'limits.memory': '4797464313' };
    const hard = { 'limits.cpu': '3', 'limits.memory': '5000Mi' };
    const podless = ratioRaised.changedQuota({ status: { hard, used } }).without('Pod', 'virt-launcher-vm1-src01');
    expect(podless.forecast()).toMatchObject({ verdict: 'fits' });
    expect(podless.forecast().next).toBeUndefined();
  });

  test('a pod of an older VMI of the same name, or of nobody, is not taken for it', () => {
    const foreign = plainScene({ pods: '2' })
      .with(old('virt-launcher-vm1-older', 'harv1'))
      .changed('Pod', 'virt-launcher-vm1-older', {
        metadata: { labels: { 'kubevirt.io/created-by': 'another-uid' } },
      });
    // Two pods are used and only one is the VM's: the other has lost its owner and is about to be collected.
    expect(foreign.forecast().verdict).toBe('waits');
  });
});

describe('the launcher pod of a VMI that is gone', () => {
  const orphaned = (room: Amounts) => plainScene(room).started(vmi('vm2')).without('VirtualMachineInstance', 'vm2');

  test('is about to be collected, so that a migration waits for its room', () => {
    expect(orphaned({ pods: '2' }).forecast()).toMatchObject({ verdict: 'waits', remedies: [] });
    expect(orphaned({ pods: '3' }).forecast().verdict).toBe('fits');
    expect(orphaned({ pods: '1' }).forecast().verdict).toBe('exceeds');
  });

  test('goes with its attachment pod', () => {
    const gone = orphaned({ pods: '3' });
    const pod = gone.find('Pod', 'virt-launcher-vm2-src01');
    expect(gone.with(attachmentOf(pod, gone.find('KubeVirt', 'kubevirt'))).forecast().verdict).toBe('waits');
  });

  test('is not waited for where a VMI is not understood, for it may be the pod of that one', () => {
    const broken = { spec: { domain: { cpu: { cores: 'two' } } } };
    const unclear = plainScene({ pods: '2' }).started(vmi('vm2')).changedVmi(broken, 'vm2');
    expect(unclear.forecast().verdict).toBe('exceeds');
  });
});

test('several migrations that KubeVirt itself holds back lend their scale-ups as well', () => {
  const names = ['vm1', 'vm2', 'vm3', 'vm4'];
  const four = emptyScene({ base: roomFor(4, 1) }).started(...names.map((name) => vmi(name)));
  const forecasts = four.together(...names);
  expect(forecasts.map(({ atBest }) => atBest)).toEqual(['fits', 'fits', 'fits', 'fits']);
  // Each brings 2 CPUs and 4737464313: the first three fit in any order, and the last when others have settled.
  expect(forecasts.map(({ verdict }) => verdict)).toEqual(['waits', 'waits', 'waits', 'waits']);
});
