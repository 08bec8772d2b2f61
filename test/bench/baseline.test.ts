import { describe, expect, test } from '@jest/globals';
import { type Baseline, comparisonText, recorded, regressions } from '../../bench/baseline.ts';
import { type Figure, figureOf, type Unit } from '../../bench/figure.ts';
import { compare } from '../../bench/rounds.ts';

const NOTHING: Baseline = { machine: null, ratios: {} };

/** Something measured beside something else, in one round. */
function figure(unit: Unit, value: number, yardstick: number): Figure {
  const compared = compare({ what: 'subject', values: [value] }, [{ what: 'yardstick', values: [yardstick] }]);
  return figureOf(compared, { part: 'part', unit });
}

function alone(unit: Unit, value: number): Figure {
  return figureOf(compare({ what: 'subject', values: [value] }, []), { part: 'part', unit });
}

function worseKeys(before: Figure, now: Figure): readonly string[] {
  return regressions(recorded(NOTHING, 'a machine', [before]), [now]).map(({ key }) => key);
}

describe('what got worse since it was recorded', () => {
  test.each<{ title: string; before: Figure; now: Figure; isWorse: boolean }>([
    {
      title: 'a twentieth more time than before, by the yardstick, is not more than a tenth',
      before: figure('s', 2, 1),
      now: figure('s', 2.1, 1),
      isWorse: false,
    },
    {
      title: 'three twentieths more time is worse',
      before: figure('s', 2, 1),
      now: figure('s', 2.3, 1),
      isWorse: true,
    },
    {
      title: 'less time is better, however much',
      before: figure('s', 2, 1),
      now: figure('s', 0.5, 1),
      isWorse: false,
    },
    {
      title: 'more memory is worse',
      before: figure('MB', 100, 50),
      now: figure('MB', 120, 50),
      isWorse: true,
    },
    {
      title: 'fewer requests a second are worse',
      before: figure('per s', 10_000, 10_000),
      now: figure('per s', 8500, 10_000),
      isWorse: true,
    },
    {
      title: 'more requests a second are better',
      before: figure('per s', 10_000, 10_000),
      now: figure('per s', 20_000, 10_000),
      isWorse: false,
    },
    {
      title: 'twice the time on a machine on which the yardstick takes twice the time too is the same',
      before: figure('ms', 40, 20),
      now: figure('ms', 80, 40),
      isWorse: false,
    },
    {
      title: 'the same time on a machine that is twice as fast is worse',
      before: figure('ms', 40, 20),
      now: figure('ms', 40, 10),
      isWorse: true,
    },
    {
      title: 'a file is compared by its size alone',
      before: alone('MB', 2.5),
      now: alone('MB', 2.8),
      isWorse: true,
    },
    {
      title: 'an exponent of 1.05 in place of 1 means that ten times as many VMs take a ninth longer',
      before: alone('exponent', 1),
      now: alone('exponent', 1.05),
      isWorse: true,
    },
    {
      title: 'an exponent of 0.02 in place of 0.01 is as good as the same',
      before: alone('exponent', 0.01),
      now: alone('exponent', 0.02),
      isWorse: false,
    },
    {
      title: 'an exponent below 0 is better than one of 0',
      before: alone('exponent', 0),
      now: alone('exponent', -0.2),
      isWorse: false,
    },
  ])('$title', ({ before, now, isWorse }) => {
    expect(worseKeys(before, now)).toHaveLength(isWorse ? 1 : 0);
  });

  test('it is named after the part, the subject and the yardstick, with by how much it is worse', () => {
    const [change] = regressions(recorded(NOTHING, 'a machine', [figure('s', 2, 1)]), [figure('s', 3, 1)]);
    expect(change).toEqual({
      key: 'part: subject / yardstick',
      before: 2,
      now: 3,
      worseBy: 0.5,
      isWithinSpread: false,
    });
  });

  test('half as many requests a second are worse by all that a request takes longer', () => {
    const [change] = regressions(recorded(NOTHING, '', [figure('per s', 10, 10)]), [figure('per s', 5, 10)]);
    expect(change?.worseBy).toBe(1);
  });

  test('the worst comes first', () => {
    const both = (one: number, other: number) => [
      { ...figure('s', one, 1), what: 'one' },
      { ...figure('s', other, 1), what: 'other' },
    ];
    const worse = regressions(recorded(NOTHING, '', both(1, 1)), both(2, 3));
    expect(worse.map(({ key }) => key)).toEqual(['part: other / yardstick', 'part: one / yardstick']);
  });

  test('what was never recorded is not worse', () => {
    expect(regressions(NOTHING, [figure('s', 2, 1)])).toEqual([]);
  });
});

describe('the text of a comparison', () => {
  const seconds = (...values: readonly number[]): readonly Figure[] => {
    const yardstick = { what: 'yardstick', values: values.map(() => 1) };
    return [figureOf(compare({ what: 'subject', values }, [yardstick]), { part: 'part', unit: 's' })];
  };
  const baseline = recorded(NOTHING, '', seconds(2, 2, 2));

  test('names what got worse, and counts what was compared', () => {
    expect(comparisonText(baseline, seconds(3, 3, 3)).split('\n')).toEqual([
      'WORSE by 50 %: part: subject / yardstick: 3, recorded 2',
      '1 ratios compared with bench/baseline.json: 1 worse by more than 10 %; 0 were not recorded',
    ]);
  });

  test('says where half of the rounds spread so far that it may be chance', () => {
    expect(comparisonText(baseline, seconds(1, 3, 3))).toContain('the middle half of its rounds reaches back to that');
  });

  test('says how many were never recorded', () => {
    expect(comparisonText(NOTHING, seconds(3, 3, 3))).toBe(
      '0 ratios compared with bench/baseline.json: 0 worse by more than 10 %; 1 were not recorded',
    );
  });
});

describe('recording', () => {
  test('keeps what was not measured this time, and the machine of this time', () => {
    const before = recorded(NOTHING, 'before', [{ ...figure('s', 2, 1), what: 'other' }]);
    expect(recorded(before, 'now', [figure('s', 3, 1)])).toEqual({
      machine: 'now',
      ratios: {
        'part: other / yardstick': { ratio: 2, unit: 's' },
        'part: subject / yardstick': { ratio: 3, unit: 's' },
      },
    });
  });

  test('keeps three digits, and no absolute figure of what has a yardstick', () => {
    const { ratios } = recorded(NOTHING, '', [figure('s', 20, 3)]);
    expect(ratios).toEqual({ 'part: subject / yardstick': { ratio: 6.67, unit: 's' } });
  });
});
