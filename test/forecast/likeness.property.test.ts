import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { forecastJson } from '../../src/forecast/forecast-json.ts';
import {
  forecastEach,
  forecastMigration,
  forecastTogether,
  type Prepared,
  prepare,
} from '../../src/forecast/forecast-migrations.ts';
import { findingsEach, findingsOfSet } from '../../src/forecast/forecast-set.ts';
import { type Likeness, likenessesAlone, likenessesTogether } from '../../src/forecast/likeness.ts';
import { RatioOutlooks } from '../../src/forecast/ratio-outlook.ts';
import { withRatio } from '../../src/forecast/what-if.ts';
import { alikeDrafts, alikeScene, namesOf } from './alike-vms.ts';

const ABSENT = 'no-such-vm';

/** The same facts, with every VM unlike all others. */
function apart(prepared: Prepared): Prepared {
  const { objects, ground } = prepared;
  if (ground.kind === 'unknown') return prepared;
  let count = 0;
  const kinds = (): number => {
    count += 1;
    return count;
  };
  return { objects, ground: { ...ground, namespace: { ...ground.namespace, kinds } } };
}

function outlookOf(now: Prepared, ratio: string): unknown {
  const { cluster, namespace } = now.objects;
  const outlooks = new RatioOutlooks();
  const looked = outlooks.look(now, prepare({ cluster: withRatio(cluster, ratio), namespace }, now));
  return { looked, largest: outlooks.largest };
}

describe('VMs that are alike', () => {
  test('are told the same as each would be told alone, remedies and words included', () => {
    fc.assert(
      fc.property(alikeDrafts, (draft) => {
        const objects = alikeScene(draft).objects();
        const names = [...namesOf(draft), ABSENT];
        const alone = names.map((name) => forecastMigration(prepare(objects), name));
        const each = [...forecastEach(prepare(objects), names)];
        expect(each.map(forecastJson)).toEqual(alone.map(forecastJson));
        expect(each.map(({ notes }) => notes)).toEqual(alone.map(({ notes }) => notes));
      }),
      { numRuns: 40 },
    );
  });

  test('are told the same when they are asked for together, as if each had been reckoned by itself', () => {
    fc.assert(
      fc.property(alikeDrafts, (draft) => {
        const prepared = prepare(alikeScene(draft).objects());
        const names = [...namesOf(draft), ABSENT];
        const together = forecastTogether(prepared, names);
        expect(together.map(forecastJson)).toEqual(forecastTogether(apart(prepared), names).map(forecastJson));
      }),
      { numRuns: 40 },
    );
  });

  test('are found to need the same as each would be found to need alone', () => {
    fc.assert(
      fc.property(alikeDrafts, fc.constantFrom('1', '2.5', '10'), (draft, ratio) => {
        const objects = alikeScene(draft).objects();
        expect(outlookOf(prepare(objects), ratio)).toEqual(outlookOf(apart(prepare(objects)), ratio));
      }),
      { numRuns: 40 },
    );
  });

  test('are found by the same verdicts when only these are asked for', () => {
    fc.assert(
      fc.property(alikeDrafts, (draft) => {
        const { ground } = prepare(alikeScene(draft).objects());
        const names = [...namesOf(draft), ABSENT];
        const alone = names.map((name) => verdictOf(findingsOfSet(ground, [name])));
        expect([...findingsEach(ground, names)].map((finding) => verdictOf([finding]))).toEqual(alone);
      }),
      { numRuns: 40 },
    );
  });

  test('occur in these namespaces, beside VMs like no other', () => {
    const drafts = fc.sample(alikeDrafts, { numRuns: 60, seed: 7 });
    const found = (likenesses: typeof likenessesAlone): readonly (readonly Likeness[])[] =>
      drafts.map((draft) => {
        const { ground } = prepare(alikeScene(draft).objects());
        return ground.kind === 'unknown' ? [] : likenesses(ground.namespace, namesOf(draft));
      });
    const alone = found(likenessesAlone);
    const together = found(likenessesTogether);
    expect(alone.filter(hasAlike).length).toBeGreaterThan(20);
    expect(together.filter(hasAlike).length).toBeGreaterThan(5);
    expect(alone.filter((one) => one.some((likeness) => typeof likeness === 'string')).length).toBeGreaterThan(3);
    expect(alone.filter((one) => one.includes(undefined)).length).toBeGreaterThan(5);
  });
});

function hasAlike(likenesses: readonly Likeness[]): boolean {
  return likenesses.some((likeness, index) => likeness !== undefined && likenesses.indexOf(likeness) < index);
}

function verdictOf([finding]: ReturnType<typeof findingsOfSet>): string | undefined {
  return finding?.kind === 'assessed' ? finding.assessment.verdict : finding?.reason;
}
