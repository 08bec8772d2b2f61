import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noticeOf } from '../../src/events/notice.ts';
import { limitRange } from '../builders/namespace.ts';
import { scene } from '../builders/scene.ts';
import { HOSTILE_TEXTS, hostileText, isName, STEERING } from '../security/hostile-texts.ts';
import { type DecisionDraft, decisionOn, exceeding, fittingLast } from './seen-decisions.ts';

const refusing = scene().with(limitRange({ type: 'Container', max: { cpu: '1' } }));

describe('an Event tells of', () => {
  const rows: readonly { title: string; draft: DecisionDraft; reason: string; words: RegExp }[] = [
    {
      title: 'a migration that is denied',
      draft: { scene: exceeding },
      reason: 'MigrationDenied',
      words:
        /^VM quota-test\/vm1 cannot migrate: quota \S+ is short of .*; set limitsMemory of namespace quota-test to /,
    },
    {
      title: 'one that exceeds and is admitted by its policy',
      draft: { scene: exceeding, answer: 'admitted' },
      reason: 'MigrationExceedsQuota',
      words: /^VM quota-test\/vm1 cannot migrate: quota /,
    },
    {
      title: 'one that is admitted and whose target pod a LimitRange will refuse',
      draft: { scene: refusing, answer: 'admitted' },
      reason: 'MigrationTargetRefused',
      words: /^VM quota-test\/vm1 cannot migrate: LimitRange refuses its pod: maximum cpu usage per Container is 1/,
    },
    {
      title: 'one that fits, if none will after it',
      draft: { scene: fittingLast },
      reason: 'LastMigrationThatFits',
      words: /the migration after this one will not fit .*; set limitsMemory of namespace quota-test to 5477Mi$/,
    },
  ];

  test.each(rows)('$title', ({ draft, reason, words }) => {
    expect(noticeOf(decisionOn(draft))).toEqual({
      namespace: 'quota-test',
      vmi: 'vm1',
      uid: 'uid-of-vmi-vm1',
      reason,
      message: expect.stringMatching(words),
    });
  });
});

describe('no Event tells of', () => {
  const noUid = scene({ ratio: '4.5' }).changedVmi({ metadata: { uid: '' } });
  test.each<DecisionDraft & { readonly title: string }>([
    { title: 'a migration that fits', scene: scene() },
    { title: 'one that waits', forecast: { verdict: 'waits' } },
    { title: 'one of which nothing is known', forecast: { verdict: 'unknown' } },
    { title: 'one of a namespace with the policy off', decision: { verdict: 'off', policy: 'off' } },
    { title: 'a dry run', asked: { isDryRun: true } },
    { title: 'what the mutating webhook has decided, as the validating one is asked too', path: '/mutate/migrations' },
    { title: 'a VM that is not there', asked: { vmi: 'vm2' }, forecast: { verdict: 'exceeds' } },
    { title: 'a VMI whose uid is not known', scene: noUid },
  ])('$title', (draft) => {
    expect(noticeOf(decisionOn(draft))).toBeUndefined();
  });

  test('a launcher pod', () => {
    const outcome = {
      decision: { verdict: 'unknown' },
      evidence: { kind: 'pod', description: { kind: 'unknown', unknown: 'cluster-unreadable', reason: 'not read' } },
    } as const;
    expect(noticeOf({ path: '/validate/migrations', outcome })).toBeUndefined();
  });

  test('a decision without its facts', () => {
    const { path, outcome } = decisionOn();
    const { evidence, ...rest } = outcome;
    expect(noticeOf({ path, outcome: rest })).toBeUndefined();
    if (evidence?.kind !== 'migration') throw new Error('a decision on a migration');
    const { basis, ...withoutFacts } = evidence;
    expect(noticeOf({ path, outcome: { ...rest, evidence: withoutFacts } })).toBeUndefined();
  });
});

describe('hostile texts in an Event', () => {
  const named = (vmi: string) => exceeding.changedVmi({ metadata: { name: vmi } });

  test('a VMI that is not called as Kubernetes allows has no Event', () => {
    for (const vmi of [...HOSTILE_TEXTS, 'vm-1.a']) {
      const notice = noticeOf(decisionOn({ scene: named(vmi), asked: { vmi }, forecast: { verdict: 'exceeds' } }));
      expect(notice?.vmi).toBe(isName(vmi) ? vmi : undefined);
    }
  });

  test('nor has one in a namespace that is not called so', () => {
    for (const namespace of [...HOSTILE_TEXTS, 'team-a']) {
      const isLabel = isName(namespace) && namespace.length <= 63 && !namespace.includes('.');
      expect(noticeOf(decisionOn({ asked: { namespace } }))?.namespace).toBe(isLabel ? namespace : undefined);
    }
  });

  test('a message is one printable line of at most 1024 characters', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: 1, maxLength: 40 }), (texts) => {
        const notice = noticeOf(decisionOn({ forecast: { message: texts.join(' ') } }));
        expect(notice?.message.length).toBeLessThanOrEqual(1024);
        expect(notice?.message).not.toMatch(STEERING);
        expect(notice?.message.isWellFormed()).toBe(true);
      }),
    );
  });
});
