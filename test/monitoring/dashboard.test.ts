import { describe, expect, test } from '@jest/globals';
import { type Panel, panelQueries, readDashboard } from './chart-files.ts';

const dashboard = readDashboard();
const charts = dashboard.panels.filter(({ type }) => type !== 'row');
const DATASOURCE = { type: 'prometheus', uid: '$' + '{datasource}' };
/** What every Grafana from 9 to 12 has without a plugin. */
const PANEL_TYPES = ['row', 'stat', 'table', 'timeseries'];
/** Ids of Grafana's units (packages/grafana-data/src/valueFormats/categories.ts). */
const UNITS = ['bytes', 'cps', 'none', 'percentunit', 'reqps', 's'];
const COLUMNS = 24;

function overlap(a: Panel['gridPos'], b: Panel['gridPos']): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe('the dashboard', () => {
  test('asks whichever data source is chosen, in every panel and every query', () => {
    const [datasource] = dashboard.templating.list;
    expect(datasource).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    for (const { title, datasource: asked, targets = [] } of charts) {
      expect({ title, asked }).toEqual({ title, asked: DATASOURCE });
      expect(targets.length).toBeGreaterThan(0);
      for (const target of targets) expect({ title, asked: target.datasource }).toEqual({ title, asked: DATASOURCE });
    }
  });

  test('says of every panel what it shows and in which unit, and needs no plugin', () => {
    for (const { title, description = '', type, fieldConfig } of charts) {
      expect(PANEL_TYPES).toContain(type);
      expect(title).toMatch(/^\S.+/);
      expect(description).toMatch(/\.$/);
      expect(UNITS).toContain(fieldConfig?.defaults.unit);
    }
  });

  test('gives each panel an id, a title and a place of its own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const [index, { title, gridPos }] of panels.entries()) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(COLUMNS);
      const others = panels.slice(index + 1).filter((other) => overlap(gridPos, other.gridPos));
      expect([title, ...others.map((other) => other.title)]).toEqual([title]);
    }
  });

  test('uses no variable that it does not have', () => {
    const known = dashboard.templating.list.map(({ name }) => name);
    const ofGrafana = ['__rate_interval', '__range'];
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?(\w+)\}?/g)].map(([, name = '']) => name);
    expect([...new Set(used)].filter((name) => name !== '__all').sort()).toEqual([...known, ...ofGrafana].sort());
  });

  test('takes what both replicas publish together, so that nothing is shown twice or added up', () => {
    const surveyed = panelQueries(dashboard).filter(({ expr }) =>
      /headroom_(vms|quota_|overhead_drift_pods)/.test(expr),
    );
    expect(surveyed.length).toBeGreaterThan(5);
    for (const { title, expr } of surveyed) expect(`${title}: ${expr}`).toMatch(/(max|min) by \(namespace/);
  });
});
