import { describe, expect, test } from '@jest/globals';
import { differencesByLine, fieldsThatDiffer, tallyOf, telling } from '../../scripts/oracle/replayed.ts';

const OUTPUT = [
  'vectors/a.jsonl:3 case-2: overheadBytes: expected 1, computed 2',
  'vectors/a.jsonl:3 case-2: pod: expected a pod, computed a refusal',
  'vectors/a.jsonl:12: the line is no JSON',
  '9 passed, 2 failed',
  '',
].join('\n');

describe('what a replay of vectors printed', () => {
  test('is told apart by the line of the file', () => {
    expect([...differencesByLine(OUTPUT, 'vectors/a.jsonl')]).toEqual([
      [3, ['3 case-2: overheadBytes: expected 1, computed 2', '3 case-2: pod: expected a pod, computed a refusal']],
      [12, ['12: the line is no JSON']],
    ]);
  });

  const cpu = { texts: ['1 a: pod.containers.compute.limits.cpu: expected 1, computed 2'], line: 'short' };
  const both = {
    texts: [
      '2 b: overheadBytes: expected 1, computed 2',
      '2 b: pod.containers.compute.limits.cpu: expected 1, computed 3',
    ],
    line: 'a longer line',
  };
  const again = { texts: ['3 c: overheadBytes: expected 5, computed 4'], line: 'the longest line of all' };

  test('counts each field once a case, the most frequent first', () => {
    expect(fieldsThatDiffer([cpu, both])).toEqual(['2 pod.containers.compute.limits.cpu', '1 overheadBytes']);
  });

  test('shows of each kind of difference a short case', () => {
    expect(telling([again, both, cpu])).toEqual([cpu, both]);
  });

  test('ends with its figures', () => {
    expect(tallyOf(OUTPUT)).toBe('9 passed, 2 failed');
  });

  test('without figures is no result', () => {
    expect(() => tallyOf('something else')).toThrow('did not end with its figures');
  });
});
