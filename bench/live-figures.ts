import { atMost, type Figure, figureOf, type Target, type Targets } from './figure.ts';
import type { Latencies } from './live-latency.ts';
import type { Memory } from './live-memory.ts';
import { type Compared, compare, quantile, type Series, type Spread, spreadOf } from './rounds.ts';

const PART = 'live';
const SAME_AT_ANY_SIZE = atMost(1.2);
const START = atMost(800);
const IDLE_MEMORY = atMost(80);
const LOADED_MEMORY = atMost(110);
const NOT_GROWING = atMost(1.1);

const median = (values: readonly number[]) => spreadOf(values).median;

/** Milliseconds by which a creation takes longer, round by round. */
export function addedBy([without, having]: readonly [Latencies, Latencies]): Spread {
  return spreadOf(having.map((round, index) => median(round) - median(without[index] ?? [])));
}

/** What headroom adds to a creation; its ratio is that of the whole creation to one that headroom is not asked about. */
export function latencyFigures(
  size: string,
  latencies: readonly [Latencies, Latencies],
  [typical, worst]: readonly [Target?, Target?],
): readonly Figure[] {
  const [without, having] = latencies;
  const rows = [
    { what: `added to a creation, median, ${size}`, value: addedBy(latencies), amountOf: median, target: typical },
    {
      what: `added to a creation, 99th of 100, ${size}`,
      // Of all rounds together: in one there are too few for it.
      value: spreadOf([atWorst(having.flat()) - median(without.flat())]),
      amountOf: atWorst,
      target: worst,
    },
  ];
  return rows.map(({ what, value, amountOf, target }) => {
    const seriesOf = (named: string, rounds: Latencies): Series => ({ what: named, values: rounds.map(amountOf) });
    const compared = compare(seriesOf(what, having), [seriesOf('a creation without', without)]);
    const targets = target === undefined ? {} : { [what]: target };
    return figureOf({ ...compared, value }, { part: PART, unit: 'ms', targets });
  });
}

function atWorst(values: readonly number[]): number {
  return quantile(
    values.toSorted((one, other) => one - other),
    0.99,
  );
}

/** The most that was added at any size, beside the least. */
export function sameAtAnySize(added: readonly Spread[]): Figure {
  const medians = added.map(({ median: middle }) => middle);
  const [what, least] = ['added to a creation, the most of the sizes', 'the least of them'];
  const compared = compare({ what, values: [Math.max(...medians)] }, [{ what: least, values: [Math.min(...medians)] }]);
  return figureOf(compared, { part: PART, unit: 'ms', targets: { [`${what} / ${least}`]: SAME_AT_ANY_SIZE } });
}

export function liveMemoryFigures({ bareNode, whenReady, after }: Memory): readonly Figure[] {
  const bare = { what: 'a process of Node that does nothing', values: bareNode };
  const ready = { what: 'resident when ready', values: whenReady };
  const [early, late] = [...after].map(([count, values]) => ({
    what: `resident after ${count.toLocaleString('en')} reviews`,
    values,
  }));
  if (early === undefined || late === undefined) throw new Error('no memory was measured under load');
  const targets: Targets = {
    [ready.what]: IDLE_MEMORY,
    [early.what]: LOADED_MEMORY,
    [late.what]: LOADED_MEMORY,
    [`${late.what} / ${early.what}`]: NOT_GROWING,
  };
  const rows: readonly Compared[] = [compare(ready, [bare]), compare(early, [bare]), compare(late, [bare, early])];
  return rows.map((compared) => figureOf(compared, { part: PART, unit: 'MB', targets }));
}

export function liveStartFigure([node = [], values = []]: readonly (readonly number[])[]): Figure {
  const what = 'start to ready';
  const compared = compare({ what, values }, [{ what: 'node -e 0', values: node }]);
  return figureOf(compared, { part: PART, unit: 'ms', targets: { [what]: START } });
}
