import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RatioSearch, type RatioSubject, ratioText } from '../../src/forecast/ratio-search.ts';
import { EVERY_STEP, NO_STEP, STEPS } from '../../src/forecast/room-steps.ts';

interface Draft {
  /** For each VM the last tenth at which it fits; below 10 none. */
  readonly lasts: readonly number[];
  readonly likelyTenths: number;
}

/** A namespace whose VMs fit up to some ratio, and as things are those that fit at the likely one. */
function subject({ lasts, likelyTenths }: Draft, asked: number[] = []): RatioSubject {
  const stepsAt = (tenths: number) => lasts.map((last) => (tenths <= last ? EVERY_STEP : NO_STEP));
  return {
    namespace: 'team-a',
    vms: lasts.map((_, index) => ({ name: `vm${index}` })),
    today: stepsAt(likelyTenths),
    likelyTenths,
    roomAt: (tenths) => {
      asked.push(tenths);
      return { keys: [], steps: stepsAt(tenths) };
    },
  };
}

function searched(...drafts: readonly Draft[]): RatioSearch {
  const search = new RatioSearch();
  for (const draft of drafts) search.look(subject(draft));
  return search;
}

const drafts = fc.array(
  fc.record({
    lasts: fc.array(fc.integer({ min: 5, max: 110 }), { maxLength: 4 }),
    likelyTenths: fc.integer({ min: 10, max: 120 }),
  }),
  { maxLength: 5 },
);

describe('the largest ratio', () => {
  test('is the last tenth that everything fits at, over all namespaces', () => {
    fc.assert(
      fc.property(drafts, (all) => {
        const least = Math.min(100, ...all.flatMap(({ lasts }) => lasts));
        const expected = least < 10 ? { kind: 'none' } : { kind: 'found', ratio: ratioText(least) };
        if (all.some(({ lasts }) => lasts.length > 0)) expect(searched(...all).all).toMatchObject(expected);
      }),
    );
  });

  test('that keeps what fits today leaves out what does not fit today', () => {
    fc.assert(
      fc.property(drafts, (all) => {
        const kept = all.flatMap(({ lasts, likelyTenths }) => lasts.filter((last) => likelyTenths <= last));
        const expected = { kind: 'found', ratio: ratioText(Math.min(100, ...kept)) };
        expect(searched(...all).keeping).toEqual(kept.length === 0 ? undefined : expected);
      }),
    );
  });

  test('is 10.0 where nothing is in the way, for Harvester takes no larger one', () => {
    expect(searched({ lasts: [100], likelyTenths: 15 }).all).toEqual({ kind: 'found', ratio: '10.0' });
  });

  test('is not told where there is no VM, nor what keeps things as they are where nothing fits', () => {
    expect(searched({ lasts: [], likelyTenths: 15 }).all).toBeUndefined();
    const { keeping, all } = searched({ lasts: [12], likelyTenths: 15 });
    expect(keeping).toBeUndefined();
    expect(all).toEqual({ kind: 'found', ratio: '1.2' });
  });

  test('is none where a VM does not fit at 1.0 either, and that VM is named', () => {
    const { keeping, all } = searched({ lasts: [50, 5], likelyTenths: 15 }, { lasts: [3], likelyTenths: 15 });
    expect(keeping).toEqual({ kind: 'found', ratio: '5.0' });
    expect(all).toEqual({ kind: 'none', namespace: 'team-a', vmi: 'vm1' });
  });

  test('can be below the present one where a quota is to be lowered as well', () => {
    const search = new RatioSearch();
    search.look({ ...subject({ lasts: [20], likelyTenths: 45 }), today: [EVERY_STEP] });
    expect(search.keeping).toEqual({ kind: 'found', ratio: '2.0' });
  });

  test('is none where what fits today does not fit at any ratio with the lowered quota', () => {
    const search = new RatioSearch();
    search.look({ ...subject({ lasts: [3], likelyTenths: 15 }), today: [EVERY_STEP] });
    expect(search.keeping).toEqual({ kind: 'none', namespace: 'team-a', vmi: 'vm0' });
  });

  test('counts a step that fits today, though others of the VM do not', () => {
    const search = new RatioSearch();
    const steps = (tenths: number) => [tenths <= 30 ? STEPS.next | STEPS.later : STEPS.later];
    search.look({
      ...subject({ lasts: [0], likelyTenths: 15 }),
      today: steps(15),
      roomAt: (tenths) => ({ keys: [], steps: steps(tenths) }),
    });
    expect(search.keeping).toEqual({ kind: 'found', ratio: '3.0' });
  });

  test('costs one look at a namespace that stands the ratio found so far', () => {
    const search = new RatioSearch();
    search.look(subject({ lasts: [21], likelyTenths: 15 }));
    const asked: number[] = [];
    search.look(subject({ lasts: [30], likelyTenths: 15 }, asked));
    expect(asked).toEqual([21]);
  });
});
