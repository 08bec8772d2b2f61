import { describe, expect, test } from '@jest/globals';
import { countsOnlyItsObject } from '../../src/kubernetes/pod-usage.ts';
import { podShape } from '../../src/objects/kubernetes.ts';
import { type AdmissionCase, computedAnswer, expectedAnswer, type LifeCase, readCases } from './server-answers.ts';

const cases = readCases(new URL('../vectors/kubernetes-quota.jsonl', import.meta.url));
const admissions = cases.filter((given): given is AdmissionCase => given.op === 'admit');
const lives = cases.filter((given): given is LifeCase => given.op === 'life');

describe('the functions of Kubernetes 1.34 itself', () => {
  test.each(admissions.map((given, index) => ({ index, given })))(
    'admission case $index: defaults, LimitRanges, QoS class, use, and every quota’s sentence are the server’s',
    ({ given }) => {
      expect(computedAnswer(given)).toEqual(expectedAnswer(given));
    },
  );

  test.each(lives)(
    'a pod in phase "$phase" with deletion at $deletionTimestamp is charged for as the server charges',
    ({ phase, now, usage, ...deletion }) => {
      const pod = podShape.parse({ metadata: { name: 'p', ...deletion }, spec: {}, status: { phase } });
      expect(countsOnlyItsObject(pod, now)).toBe(usage.pods === undefined);
    },
  );

  test('the cases hold every kind of refusal', () => {
    const answers = admissions.flatMap((given) => [
      ...given.answers,
      ...(given.bounds ?? []),
      ...(given.invalid ?? []),
    ]);
    const kinds = [
      /exceeded quota: /,
      /must specify /,
      /status unknown for quota: /,
      /^minimum .* but limit is/,
      /^minimum .* but request is/,
      /^maximum .* but limit is/,
      /max limit to request ratio .* but provided ratio is/,
      /must be less than or equal to memory limit of/,
      /must be greater than or equal to aggregate container requests of/,
    ];
    expect(kinds.filter((kind) => !answers.some((answer) => kind.test(answer)))).toEqual([]);
  });
});
