import { describe, expect, test } from '@jest/globals';
import { EventLimits } from '../../src/events/event-limits.ts';

const MINUTE = 60_000;

function takenOf(limits: EventLimits, uid: string, now: number, asked: number): number {
  return Array.from({ length: asked }, () => limits.take(uid, now)).filter((isTaken) => isTaken).length;
}

describe('what may be written about one VM', () => {
  test('is 25 at once, and another one for each five minutes', () => {
    const limits = new EventLimits(0);
    expect(takenOf(limits, 'a', 0, 30)).toBe(25);
    expect(takenOf(limits, 'a', 5 * MINUTE - 1, 5)).toBe(0);
    expect(takenOf(limits, 'a', 5 * MINUTE, 5)).toBe(1);
    expect(takenOf(limits, 'a', 20 * MINUTE, 5)).toBe(3);
  });

  test('is never more than 25, however long nothing was', () => {
    const limits = new EventLimits(0);
    takenOf(limits, 'a', 0, 25);
    expect(takenOf(limits, 'a', 10_000 * MINUTE, 60)).toBe(25);
  });

  test('does not depend on the others', () => {
    const limits = new EventLimits(0);
    takenOf(limits, 'a', 0, 25);
    expect(takenOf(limits, 'b', 0, 30)).toBe(25);
  });

  test('is not less after the clock has been set back', () => {
    const limits = new EventLimits(100 * MINUTE);
    expect(takenOf(limits, 'a', 100 * MINUTE, 10)).toBe(10);
    expect(takenOf(limits, 'a', 0, 30)).toBe(15);
  });

  test('is not used up by what the limit for all leaves out', () => {
    const limits = new EventLimits(0);
    for (const uid of ['a', 'b', 'c', 'd']) takenOf(limits, uid, 0, 25);
    expect(takenOf(limits, 'e', 0, 30)).toBe(0);
    expect(takenOf(limits, 'e', 25_000, 30)).toBe(25);
  });
});

test('VMs that were forgotten among thousands begin anew, the one asked about last is not forgotten', () => {
  const limits = new EventLimits(0);
  takenOf(limits, 'first', 0, 25);
  takenOf(limits, 'kept', 0, 25);
  for (let index = 0; index < 4096; index += 1) {
    limits.take('kept', 0);
    limits.take(`other${index}`, 0);
  }
  expect(takenOf(limits, 'kept', MINUTE, 5)).toBe(0);
  expect(takenOf(limits, 'first', MINUTE, 5)).toBe(5);
});
