import { describe, expect, test } from '@jest/globals';
import type { MigrationRequest } from '../../src/admission/forecaster.ts';
import { unknownMigration } from '../../src/admission/migration-decision.ts';
import { RecentAnswers } from '../../src/admission/recent-answers.ts';

const asked: MigrationRequest = { namespace: 'a', vmi: 'vm1', isDryRun: false, stage: 'promise' };
const answer = { forecast: unknownMigration('a', 'vm1', { unknown: 'vm-not-found', reason: 'first' }) };

function answersAt(start = 0) {
  const clock = { milliseconds: start };
  return { clock, answers: new RecentAnswers(() => clock.milliseconds) };
}

describe('what the mutating webhook was told', () => {
  test('is told to the validating one once', () => {
    const { answers } = answersAt();
    answers.remember(asked, answer);
    expect(answers.take({ ...asked, stage: 'confirm' })).toBe(answer);
    expect(answers.take({ ...asked, stage: 'confirm' })).toBeUndefined();
  });

  test.each([
    ['another namespace', { namespace: 'b' }],
    ['another VM', { vmi: 'vm2' }],
    ['a dry run', { isDryRun: true }],
  ])('is no answer for %s', (_, change) => {
    const { answers } = answersAt();
    answers.remember(asked, answer);
    expect(answers.take({ ...asked, ...change })).toBeUndefined();
    expect(answers.take(asked)).toBe(answer);
  });

  test.each([
    [0, true],
    [2000, true],
    [2001, false],
  ])('is still told after %i ms: %s', (milliseconds, isTold) => {
    const { clock, answers } = answersAt(500);
    answers.remember(asked, answer);
    clock.milliseconds += milliseconds;
    expect(answers.take(asked)).toBe(isTold ? answer : undefined);
  });

  test('is replaced by a later answer, whose time counts', () => {
    const { clock, answers } = answersAt();
    const later = { forecast: unknownMigration('a', 'vm1', { unknown: 'vm-not-found', reason: 'second' }) };
    answers.remember(asked, answer);
    clock.milliseconds = 1500;
    answers.remember(asked, later);
    clock.milliseconds = 3500;
    expect(answers.take(asked)).toBe(later);
  });

  test('is let go, the oldest first, before it fills the memory', () => {
    const { answers } = answersAt();
    const request = (index: number) => ({ ...asked, vmi: `vm${index}` });
    for (let index = 0; index < 1000; index += 1) answers.remember(request(index), answer);
    answers.remember(request(0), answer);
    answers.remember(request(1000), answer);
    expect(answers.take(request(1))).toBeUndefined();
    for (const index of [0, 2, 1000]) expect(answers.take(request(index))).toBe(answer);
  });
});
