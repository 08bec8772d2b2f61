import type { Created } from './creations.ts';
import type { Samples } from './samples.ts';
import { columns } from './table.ts';
import type { Tally } from './tally.ts';

/** A part of the run, with its figures. */
export interface Part {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly tally: Tally;
}

export interface Outcome {
  readonly parts: readonly Part[];
  readonly samples: Samples;
  readonly created: Created;
  readonly faults: ReadonlyMap<string, number>;
  /** How often another certificate was served by the replica that lives through the run. */
  readonly renewals: number;
  readonly senderLateMilliseconds: number;
  readonly isSteadyAlive: boolean;
}

const LONG_MILLISECONDS = 120_000;
/** V8 has not come to rest within a minute: a short run only sees what grows fast. */
const GROWTH = { short: 1.1, long: 1.05 };
/** Parts of a run are not the same seconds of the same machine: what would double from part to part would not be stable. */
const SLOWDOWN = 2;
/** Below it, what else the machine does decides. */
const FAST_MILLISECONDS = 50;
/**
 * Of those that should have been known: a decision that a busy machine has not let come to its end. Most of a short run is
 * right after some fault.
 */
const MOST_UNKNOWN = { short: 0.005, long: 0.001 };

export interface Verdict {
  readonly what: string;
  readonly holds: boolean;
}

/** Of the validating webhook; other answers name none. */
const VERDICTS = ['fits', 'waits', 'exceeds', 'unknown'];

const whole = (value: number) => value.toFixed(0);
const tenths = (value: number) => value.toFixed(1);

export function figuresOf({ parts, samples }: Outcome): string {
  const rows: readonly (readonly [string, (part: Part) => string])[] = [
    ['requests', ({ tally }) => whole(tally.requests)],
    ['  per second', ({ tally, from, to }) => tenths((tally.requests * 1000) / (to - from))],
    ['  while the API server was at fault', ({ tally }) => whole(tally.disturbed)],
    ['  refused, being malformed', ({ tally }) => whole(tally.refused)],
    ['  lost with a killed replica', ({ tally }) => whole(tally.lost)],
    ['  errors', ({ tally }) => whole(tally.errors.length)],
    ['  unknown without reason', ({ tally }) => whole(tally.unknownWithoutReason)],
    ...VERDICTS.map(
      (verdict) => [`  ${verdict}`, ({ tally }: Part) => whole(tally.verdicts().get(verdict) ?? 0)] as const,
    ),
    ['p50, ms, API server well', ({ tally }) => tenths(tally.quiet(0.5))],
    ['p99, ms, API server well', ({ tally }) => tenths(tally.quiet(0.99))],
    ['most, ms, API server well', ({ tally }) => tenths(tally.quiet(1))],
    ['p99, ms, all', ({ tally }) => tenths(tally.all(0.99))],
    ['most, ms, all', ({ tally }) => tenths(tally.all(1))],
    ['resident, MB', ({ from, to }) => tenths(samples.between(from, to).residentMegabytes)],
    ['heap, least, MB', ({ from, to }) => tenths(samples.between(from, to).heapMegabytes)],
    ['event loop delay, p99, ms', ({ from, to }) => tenths(samples.between(from, to).delayMilliseconds)],
  ];
  return columns([['', ...parts.map(({ name }) => name)], ...rows.map(([what, of]) => [what, ...parts.map(of)])]);
}

export function judge(outcome: Outcome): readonly Verdict[] {
  const { parts, samples, created, faults, renewals, isSteadyAlive } = outcome;
  const [second, last] = parts.slice(-2) as [Part, Part];
  const [before, after] = [second, last].map(({ from, to }) => samples.between(from, to));
  const errors = [...parts.flatMap(({ tally }) => tally.errors), ...created.errors];
  const lost = parts.reduce((sum, { tally }) => sum + tally.lost, 0);
  const known = parts.reduce((sum, { tally }) => sum + tally.requests - tally.disturbed, 0);
  const unknown = parts.reduce((sum, { tally }) => sum + tally.unknownWithoutReason, 0);
  const resident = [before?.residentMegabytes ?? Number.NaN, after?.residentMegabytes ?? Number.NaN] as const;
  const heap = [before?.heapMegabytes ?? Number.NaN, after?.heapMegabytes ?? Number.NaN] as const;
  const kills = faults.get('replica killed') ?? 0;
  const form = isLong(last) ? 'long' : 'short';
  return [
    {
      what: `every review is answered, and none denied that has room: ${errors.length} errors`,
      holds: errors.length === 0,
    },
    {
      what: `calls are lost with a killed replica alone: ${lost} sent, ${created.uncalled} by the API server, ${kills} killed`,
      // Creations come one after the other, so that a kill meets one, or the next while the Service has not heard of it.
      holds: created.uncalled <= 2 * kills && (kills > 0 || lost === 0),
    },
    { what: `the API server's own creations pass: ${created.admitted}`, holds: created.admitted > created.uncalled },
    {
      what: `verdicts are known while the API server is well: ${unknown} are not`,
      holds: unknown <= known * MOST_UNKNOWN[form],
    },
    { what: `resident memory is flat: ${resident.map(tenths).join(' MB, then ')} MB`, holds: isFlat(resident, form) },
    ...(form === 'long' ? longVerdicts(second, last, heap) : []),
    { what: `certificates were renewed meanwhile: ${renewals} times`, holds: renewals > 0 },
    { what: 'one replica has lived through it all', holds: isSteadyAlive },
  ];
}

function longVerdicts(second: Part, last: Part, heap: readonly [number, number]): readonly Verdict[] {
  const [before, after] = [second.tally.quiet(0.99), last.tally.quiet(0.99)] as const;
  const p99 = [before, after].map(tenths).join(' ms, then ');
  return [
    { what: `the heap is flat: ${heap.map(tenths).join(' MB, then ')} MB`, holds: isFlat(heap, 'long') },
    { what: `p99 is stable: ${p99} ms`, holds: after <= Math.max(FAST_MILLISECONDS, SLOWDOWN * before) },
  ];
}

/**
 * A short part has few requests between its faults; and V8 collects all of the heap now and then: what a collection leaves
 * is seen in the least of many samples alone.
 */
function isLong({ from, to }: Part): boolean {
  return to - from >= LONG_MILLISECONDS;
}

function isFlat([before, after]: readonly [number, number], form: keyof typeof GROWTH): boolean {
  return after <= before * GROWTH[form];
}
