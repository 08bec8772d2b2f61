import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Arena, Outcome } from '../../../src/forecast/race/arena.ts';
import { boundedOutcomes } from '../../../src/forecast/race/bounds.ts';
import { raceOutcomes } from '../../../src/forecast/race/race.ts';
import { arenas } from './arenas.ts';
import { type SimulatedRace, simulateRace } from './simulated-race.ts';

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
      { numRuns: 20000 },
    );
  }, 300000);

  test('walked through exactly lie within the bounds', () => {
    fc.assert(
      fc.property(arenas(4), (arena) => {
        const bounds = boundedOutcomes(arena);
        const outside = raceOutcomes(arena).map((exact, index) => outsideBounds(exact, bounds[index] as Outcome));
        expect(outside.flat()).toEqual([]);
      }),
      { numRuns: 20000 },
    );
  }, 300000);

  test('hold every race that is played at random', () => {
    fc.assert(
      fc.property(raced(4), ([arena, choices]) => {
        const outcomes = raceOutcomes(arena);
        const race = played(arena, choices);
        expect(outcomes.flatMap((outcome, index) => outsideOutcome(outcome, race, index))).toEqual([]);
      }),
      { numRuns: 20000 },
    );
  }, 300000);

  test('of more', () => {
    fc.assert(
      fc.property(raced(9), ([arena, choices]) => {
        const bounds = boundedOutcomes(arena);
        const race = played(arena, choices);
        expect(bounds.flatMap((outcome, index) => outsideOutcome(outcome, race, index))).toEqual([]);
      }),
      { numRuns: 20000 },
    );
  }, 300000);
});
