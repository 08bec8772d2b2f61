import type { Contestant } from './arena.ts';
import type { Part } from './moment.ts';
import { type State, stepOf, withStep } from './walk.ts';

/** What each step of an end adds to the sums, from a migration that runs to one that has settled. */
export const ENDING_PARTS: readonly Part[] = [
  { scaleUp: 'in-quota', target: 'counted', source: 'counted' },
  { scaleUp: 'not-in-quota', target: 'counted', source: 'counted' },
  { scaleUp: 'in-quota', target: 'counted', source: 'gone' },
  { scaleUp: 'not-in-quota', target: 'counted', source: 'gone' },
];

/** How many steps after `running` a migration is over with its source pod still counted. */
export const SCALED_DOWN_AFTER = 1;
const SOURCE_GONE_AFTER = 2;
const SETTLED_AFTER = 3;

/**
 * What can happen next to a contestant at or after its step `running`; whether its source pod or its scale-up goes first is
 * a race.
 */
export function endingStates(state: State, index: number, contestant: Contestant, running: number): State[] {
  const over = (step: number): State => scaledDown(state, index, step, contestant);
  switch (stepOf(state.code, index) - running) {
    case 0:
      return [over(running + SCALED_DOWN_AFTER), withStep(state, index, running + SOURCE_GONE_AFTER)];
    case SCALED_DOWN_AFTER:
      return [withStep(state, index, running + SETTLED_AFTER)];
    case SOURCE_GONE_AFTER:
      return [over(running + SETTLED_AFTER)];
    default:
      return [];
  }
}

/** Harvester deletes compensation with the first scale-up that goes, whoever it was for. */
function scaledDown(state: State, index: number, step: number, contestant: Contestant): State {
  const hadScaleUp = contestant.scaleUps.some((amount) => amount > 0n);
  const next = withStep(state, index, step);
  return hadScaleUp ? { ...next, compensation: 0n } : next;
}
