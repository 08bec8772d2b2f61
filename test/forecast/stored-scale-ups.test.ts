import { describe, expect, test } from '@jest/globals';
import { emptyScene, scene } from '../builders/scene.ts';
import { migration, vmi, vmiUid } from '../builders/virtual-machine.ts';
import { causes, figures } from './figures.ts';

const POD_BYTES = 4797464313;
const SCALE_UP = { 'limits.cpu': '2', 'limits.memory': '4737464313' };
const aborted = { status: { conditions: [{ type: 'migrationAbortRequested', status: 'True' }] } };

describe("another VM's scale-up that is still stored", () => {
  /** No room for a sidecar, and the scale-up of vm2 in the quota. */
  const full = emptyScene({ base: { 'limits.cpu': '30', 'limits.memory': `${2 * POD_BYTES}` } }).started(
    vmi('vm1'),
    vmi('vm2'),
  );

  test.each([
    { title: 'has succeeded', changes: { status: { phase: 'Succeeded' } } },
    { title: 'has failed', changes: { status: { phase: 'Failed' } } },
    { title: 'is being aborted', changes: aborted },
    { title: 'is being deleted', changes: { metadata: { deletionTimestamp: '2026-11-22T02:44:10Z' } } },
  ])('is about to go where its migration $title, by either form of its key', ({ changes }) => {
    for (const key of [`migratingUID-${vmiUid('vm2')}`, 'migrating-vm2']) {
      const ended = full.stored(key, SCALE_UP).with(migration('vm2', changes));
      expect(ended.forecast().verdict).toBe('exceeds');
      expect(figures(ended.forecast())[1]).toContain(`of ${2 * POD_BYTES + 4737464313}: short by 60M, sidecar-gap`);
    }
  });

  test('stays where its VMI is gone, for nobody will take it off', () => {
    const gone = full
      .stored(`migratingUID-${vmiUid('vm2')}`, SCALE_UP)
      .with(migration('vm2', { status: { phase: 'Failed' } }))
      .without('VirtualMachineInstance', 'vm2');
    expect(gone.forecast().verdict).toBe('fits');
    expect(figures(gone.forecast())[1]).toContain(`of ${2 * POD_BYTES + 2 * 4737464313}`);
  });

  test('stays where an older migration has ended and a newer one is under way', () => {
    const again = full
      .pending('vm2')
      .with(migration('vm2', { metadata: { name: 'vm2-older', uid: 'older' }, status: { phase: 'Failed' } }));
    expect(again.forecast()).toEqual(full.pending('vm2').forecast());
  });
});

describe("the VM's own scale-up that is still stored", () => {
  const half = { 'limits.cpu': '1', 'limits.memory': '2Gi' };

  test('of a migration that has ended is reckoned anew', () => {
    const ended = scene()
      .stored(`migratingUID-${vmiUid('vm1')}`, half)
      .with(migration('vm1', { status: { phase: 'Failed' } }));
    expect(figures(ended.forecast())).toEqual(figures(scene().forecast()));
  });

  test('under its uid and under its name is two, and both are in the quota', () => {
    const both = scene()
      .stored(`migratingUID-${vmiUid('vm1')}`, { 'limits.cpu': '2', 'limits.memory': '4Gi' })
      .stored('migrating-vm1', { 'limits.cpu': '1', 'limits.memory': '1Gi' });
    const hard = both.forecast().quotas.map(({ hardAfterScaleUp }) => `${hardAfterScaleUp}`);
    // 3 + 2 + 1 CPUs; 5000Mi + 4Gi + 1Gi.
    expect(hard).toEqual(['6', '10120Mi']);
  });

  test('under both keys has the sum of what either has', () => {
    const both = scene()
      .stored(`migratingUID-${vmiUid('vm1')}`, { 'limits.memory': '4737464313' })
      .stored('migrating-vm1', { 'limits.cpu': '2' });
    expect(figures(both.forecast())).toEqual(figures(scene().forecast()));
  });
});

describe('a pending migration whose scale-up was stored at an older ratio', () => {
  test('lacks what the overhead has grown by, which is no fault of the formula', () => {
    const raised = scene({ ratio: '2' }).pending().ratio('4.5').forecast();
    expect(raised.verdict).toBe('exceeds');
    expect(causes(raised)).toEqual(['default-z4g94 limits.memory overhead-grew']);
  });

  test('is served by the ratio of that time or a little more', () => {
    const tight = scene({ base: { 'limits.cpu': '3', 'limits.memory': '4900M' } })
      .pending()
      .ratio('2')
      .forecast();
    expect(causes(tight)).toEqual(['default-z4g94 limits.memory overhead-grew']);
    expect(tight.remedies).toContainEqual(expect.objectContaining({ kind: 'lower-ratio', ratio: '1.6' }));
  });
});
