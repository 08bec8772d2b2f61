import { describe, expect, test } from '@jest/globals';
import { familyOf, metricNamesIn } from './promql.ts';

describe('the metrics that an expression reads', () => {
  test.each([
    { title: 'a metric alone', expression: 'headroom_vms', metrics: ['headroom_vms'] },
    {
      title: 'labels, their values, ranges and functions are none',
      expression: 'sum by (class, cause) (increase(reviews_total{path="/a_b", class=~"x|y_z"}[30m] offset 1d))',
      metrics: ['reviews_total'],
    },
    {
      title: 'both sides of an operator, once each',
      expression: 'a_seconds - time() < 0.2 * (a_seconds - b_seconds) and on (job) c unless ignoring (pod) d > 3e2',
      metrics: ['a_seconds', 'b_seconds', 'c', 'd'],
    },
    {
      title: 'aggregations with the labels at the end',
      expression: 'histogram_quantile(0.9, sum(rate(d_bucket[$__rate_interval])) by (le)) or vector(0)',
      metrics: ['d_bucket'],
    },
  ])('$title', ({ expression, metrics }) => {
    expect(metricNamesIn(expression)).toEqual(metrics);
  });

  test('the series of a histogram belong to it, and a counter that ends alike does not', () => {
    const families = new Set(['d_seconds', 'vm_count']);
    expect(['d_seconds_bucket', 'd_seconds_sum', 'vm_count'].map((name) => familyOf(name, families))).toEqual([
      'd_seconds',
      'd_seconds',
      'vm_count',
    ]);
  });
});
