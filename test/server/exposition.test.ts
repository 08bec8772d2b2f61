import { describe, expect, test } from '@jest/globals';
import { parseExposition, sampleValue } from './exposition.ts';

const HEAD = '# HELP a_total What it is.\n# TYPE a_total counter\n';

describe('the text that Prometheus reads', () => {
  test('is families of samples, whose labels may hold anything in quotes', () => {
    const text = `${HEAD}a_total{x="one, \\"two\\"}",y="\\\\\\n"} 3\n\n# HELP b B.\n# TYPE b histogram\nb_bucket{le="+Inf"} 1\nb_sum 0.5\nb_count 1\n`;
    const families = parseExposition(text);
    expect([...families.keys()]).toEqual(['a_total', 'b']);
    expect(sampleValue(families, 'a_total', { x: 'one, "two"}', y: '\\\n' })).toBe(3);
    expect(sampleValue(families, 'b_sum')).toBe(0.5);
    expect(sampleValue(families, 'a_total')).toBeUndefined();
  });

  test.each([
    ['a sample of no family', 'a_total 1\n'],
    ['a sample of another family', `${HEAD}b_total 1\n`],
    ['a type before its help', '# TYPE a_total counter\n# HELP a_total What.\n'],
    ['a type that is none', '# HELP a What.\n# TYPE a number\n'],
    ['a family that comes twice', `${HEAD}${HEAD}`],
    ['a series that comes twice', `${HEAD}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n`],
    ['a label that comes twice', `${HEAD}a_total{x="1",x="2"} 1\n`],
    ['a quote that does not end', `${HEAD}a_total{x="1} 1\n`],
    ['a value that is no number', `${HEAD}a_total one\n`],
    ['a counter that is not known', `${HEAD}a_total NaN\n`],
    ['a counter below zero', `${HEAD}a_total -1\n`],
    ['no end of the last line', `${HEAD}a_total 1`],
  ])('is not: %s', (_, text) => {
    expect(() => parseExposition(text)).toThrow();
  });
});
