import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startServing } from '../../src/commands/serve.ts';
import { createLogger } from '../../src/config/logger.ts';
import { serveConfig } from '../../src/config/serve-config.ts';
import type { Listening } from '../../src/server/listen.ts';
import { panelQueries, pathOf, readAlerts, readDashboard, readText } from './chart-files.ts';
import { familyOf, metricNamesIn } from './promql.ts';

const queries = [...panelQueries(readDashboard()), ...readAlerts().map(({ alert, expr }) => ({ title: alert, expr }))];

/** Metrics of the tables, in their first column; those of the Prometheus client are named by their beginning. */
function documented(): readonly string[] {
  return [...readText('docs/metrics.md').matchAll(/^\| `(headroom_\w+)` \|/gm)].map(([, name = '']) => name);
}

describe('what the dashboard and the alerts read', () => {
  let server: Listening;
  let types: ReadonlyMap<string, string> = new Map();

  beforeAll(async () => {
    const flags = { snapshot: [pathOf('examples/quota-test-stuck.yaml')], port: '0', adminPort: '0', drain: '0' };
    server = await startServing(serveConfig(flags, {}), createLogger('fatal'), 'test');
    const text = await (await fetch(`${server.adminUrl}/metrics`)).text();
    types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  });

  afterAll(async () => {
    await server.close();
    // A self-signed server writes its authority down for clients.
    rmSync(dirname(server.caFile ?? ''), { recursive: true });
  });

  const familiesIn = (expr: string) => metricNamesIn(expr).map((name) => familyOf(name, new Set(types.keys())));

  test.each(queries)('$title is published by a running server', ({ expr }) => {
    const families = familiesIn(expr);
    expect(families.length).toBeGreaterThan(0);
    expect(families.filter((name) => !types.has(name))).toEqual([]);
  });

  test.each(queries)('$title is documented', ({ expr }) => {
    const own = familiesIn(expr).filter((name) => !/^(process|nodejs)_/.test(name));
    expect(own.filter((name) => !documented().includes(name))).toEqual([]);
  });

  test('counters are read as rates and increases alone, and gauges never', () => {
    for (const { title, expr } of queries) {
      for (const [, before = '', name = ''] of expr.matchAll(/(\w+\()?\b((?:headroom|process|nodejs)_\w+)/g)) {
        const isCounted = ['counter', 'histogram'].includes(types.get(familyOf(name, new Set(types.keys()))) ?? '');
        expect({ title, name, isRate: /^(rate|increase)\($/.test(before) }).toEqual({ title, name, isRate: isCounted });
      }
    }
  });

  test('every metric of headroom is on the dashboard or in an alert', () => {
    const read = new Set(queries.flatMap(({ expr }) => familiesIn(expr)));
    const own = [...types.keys()].filter((name) => name.startsWith('headroom_'));
    expect(own.filter((name) => !read.has(name))).toEqual([]);
    expect(own.length).toBeGreaterThanOrEqual(18);
  });
});
