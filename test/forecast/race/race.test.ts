import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Arena, Contestant, Outcome } from '../../../src/forecast/race/arena.ts';
import { boundedOutcomes, queuedBounds } from '../../../src/forecast/race/bounds.ts';
import { raceOutcomes } from '../../../src/forecast/race/race.ts';
import { arenas } from './arenas.ts';
import { type SimulatedRace, simulateQueue, simulateRace } from './simulated-race.ts';

type Claims = Readonly<Record<string, boolean>>;

/** The names of claims that do not hold. */
function broken(claims: Claims): string[] {
  return Object.entries(claims).flatMap(([claim, holds]) => (holds ? [] : [claim]));
}

function contradictions({ fitsAlways, fitsPossibly, settlesAlways, settlesPossibly }: Outcome): string[] {
  return broken({
    'what always fits possibly fits': !fitsAlways || fitsPossibly,
    'what always settles possibly settles': !settlesAlways || settlesPossibly,
    'what always fits always settles': !fitsAlways || settlesAlways,
    'what possibly fits possibly settles': !fitsPossibly || settlesPossibly,
  });
}

function outsideBounds(exact: Outcome, bounds: Outcome): string[] {
  return broken({
    'certain to fit': !bounds.fitsAlways || exact.fitsAlways,
    'certain to settle': !bounds.settlesAlways || exact.settlesAlways,
    'possible to fit': !exact.fitsPossibly || bounds.fitsPossibly,
    'possible to settle': !exact.settlesPossibly || bounds.settlesPossibly,
  });
}

function outsideOutcome(outcome: Outcome, { whileHeld, settled }: SimulatedRace, index: number): string[] {
  const fitted = whileHeld[index] === true;
  const hasSettled = settled[index] === true;
  return broken({
    'always fits': !outcome.fitsAlways || fitted,
    'possibly fits': !fitted || outcome.fitsPossibly,
    'always settles': !outcome.settlesAlways || hasSettled,
    'possibly settles': !hasSettled || outcome.settlesPossibly,
  });
}

/** Arena and outcomes with a source of choices for a race. */
function raced(most: number) {
  return fc.tuple(arenas(most), fc.infiniteStream(fc.nat({ max: 1_000_000 })));
}

function played(arena: Arena, choices: Iterator<number>): SimulatedRace {
  return simulateRace(arena, (among) => (choices.next().value as number) % among);
}

describe('the orders in which migrations can go', () => {
  test('give outcomes that do not contradict themselves, walked through or bounded', () => {
    fc.assert(
      fc.property(arenas(4), (arena) => {
        expect([...raceOutcomes(arena), ...boundedOutcomes(arena)].flatMap(contradictions)).toEqual([]);
      }),
    );
  });

  test('walked through exactly lie within the bounds', () => {
    fc.assert(
      fc.property(arenas(4), (arena) => {
        const bounds = boundedOutcomes(arena);
        const outside = raceOutcomes(arena).map((exact, index) => outsideBounds(exact, bounds[index] as Outcome));
        expect(outside.flat()).toEqual([]);
      }),
    );
  });

  test('hold every race that is played at random', () => {
    fc.assert(
      fc.property(raced(4), ([arena, choices]) => {
        const outcomes = raceOutcomes(arena);
        const race = played(arena, choices);
        expect(outcomes.flatMap((outcome, index) => outsideOutcome(outcome, race, index))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test('of more than five are bounded, and the bounds hold every race that is played', () => {
    fc.assert(
      fc.property(raced(9), ([arena, choices]) => {
        const bounds = boundedOutcomes(arena);
        const race = played(arena, choices);
        expect(bounds.flatMap((outcome, index) => outsideOutcome(outcome, race, index))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

/** Arenas of which some contestants queue for one or two places. */
function queues(most: number): fc.Arbitrary<Arena> {
  return fc
    .tuple(arenas(most), fc.integer({ min: 1, max: 2 }), fc.array(fc.boolean(), { minLength: most, maxLength: most }))
    .map(([arena, mostRunning, isAsked]) => ({
      ...arena,
      mostRunning,
      contestants: arena.contestants.map((one, index) =>
        (one.start === 'asked' || one.start === 'pending') && isAsked[index] === true ? { ...one, queues: true } : one,
      ),
    }));
}

function outsideQueued(outcome: Outcome, isAdmitted: boolean | undefined): string[] {
  return broken({
    'always fits': !outcome.fitsAlways || isAdmitted === true,
    'always settles': !outcome.settlesAlways || isAdmitted === true,
    'possibly settles': isAdmitted !== true || outcome.settlesPossibly,
  });
}

describe('migrations that queue for the places KubeVirt has', () => {
  test.each([
    ['walked through', 4],
    ['bounded', 9],
  ])('hold every order that is played at random, %s', (_, most) => {
    fc.assert(
      fc.property(queues(most), fc.infiniteStream(fc.nat({ max: 1_000_000 })), (arena, choices) => {
        const outcomes = raceOutcomes(arena);
        const played = simulateQueue(arena, (among) => (choices.next().value as number) % among);
        expect(outcomes.flatMap((outcome, index) => outsideQueued(outcome, played[index]))).toEqual([]);
        expect(outcomes.flatMap(contradictions)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('are certain of what the bounds are certain of', () => {
    fc.assert(
      fc.property(queues(4), (arena) => {
        const bounds = queuedBounds(arena);
        const outside = raceOutcomes(arena).map((exact, index) => outsideBounds(exact, bounds[index] as Outcome));
        expect(outside.flat()).toEqual([]);
      }),
    );
  });

  test('can be stuck behind each other where all at once would have lent each other room', () => {
    // Three VMs that have grown: each takes 2 more than it gives back, and each adds 9 of the 10 it needs.
    const grown: Contestant = {
      start: 'asked',
      needs: [10n],
      scaleUps: [9n],
      sources: [8n],
      compensationNeed: undefined,
      queues: true,
    };
    const key = { quota: 'default', resource: 'limits.memory', used: 24n, hard: 27n };
    const arena = { keys: [key], contestants: [grown, grown, grown], compensatedKey: undefined, compensation: 0n };
    expect(raceOutcomes(arena).map(({ settlesAlways }) => settlesAlways)).toEqual([true, true, true]);
    expect(raceOutcomes({ ...arena, mostRunning: 1 }).map(({ settlesAlways }) => settlesAlways)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
