import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { pathOf, readAlerts, readDashboard, readText } from './chart-files.ts';

const alerts = readAlerts();
const RUNBOOK = 'docs/runbook.md';

interface AlertTests {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[];
  }[];
}

/** The sections of the runbook by the anchors that pages give them. */
function sections(): ReadonlyMap<string, string> {
  const [, ...parts] = readText(RUNBOOK).split(/^## /m);
  return new Map(
    parts.map((part) => {
      const [title = '', ...lines] = part.split('\n');
      return [title, lines.join('\n')];
    }),
  );
}

describe('alerts and the runbook', () => {
  const bySection = sections();

  test('there is a section for each alert, and none for anything else', () => {
    expect([...bySection.keys()]).toEqual(alerts.map(({ alert }) => alert));
  });

  test.each(alerts)('$alert leads to its section', ({ alert, annotations }) => {
    expect(annotations.runbook).toBe(`${RUNBOOK}#${alert.toLowerCase()}`);
  });

  test.each(alerts)(
    'the section of $alert says what it means, how to confirm it, what to do and when to let it be',
    ({ alert }) => {
      const titles = [...(bySection.get(alert) ?? '').matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, title]) => title);
      expect(titles).toEqual(['What it means', 'Confirm', 'Do', 'Let it be']);
    },
  );

  test('names panels that the dashboard has', () => {
    const panels = readDashboard().panels.map(({ title }) => title);
    const text = readText(RUNBOOK).replaceAll(/\s+/g, ' ');
    const named = [...text.matchAll(/(?<!\*)\*([A-Z][^*]+)\*(?!\*)/g)].map(([, title = '']) => title);
    // Of Prometheus's own pages one is named.
    expect(named.filter((title) => !panels.includes(title))).toEqual(['Targets']);
    expect(named.length).toBeGreaterThanOrEqual(6);
  });

  test.each(alerts)(
    'the section of $alert has the time and the severity of the rule',
    ({ alert, labels, for: time }) => {
      const [, severity, after] = /^\*(\w+)\*, after (\w+)\./m.exec(bySection.get(alert) ?? '') ?? [];
      expect([severity, after]).toEqual([labels.severity, time]);
    },
  );
});

describe('each alert', () => {
  test.each(alerts)('$alert waits, has a severity, and says in sentences what is wrong and what to do', (rule) => {
    expect(rule.for).toMatch(/^\d+m$/);
    expect(Object.keys(rule.labels)).toEqual(['severity']);
    expect(['critical', 'warning']).toContain(rule.labels.severity);
    expect(Object.keys(rule.annotations)).toEqual(['summary', 'description', 'runbook']);
    expect(rule.annotations.description).toMatch(/\.$/);
    expect(rule.annotations.summary).not.toMatch(/\.$/);
  });

  test('has a namespace, by which routes choose, but for the one that is about what is not there', () => {
    const without = alerts.filter(({ expr }) => {
      const groups = [...expr.matchAll(/\b(?:sum|max|min) (by \(\w+)?/g)].map(([, by]) => by);
      return groups.length === 0 || groups.some((by) => by !== 'by (namespace');
    });
    expect(without.map(({ alert }) => alert)).toEqual(['HeadroomDown']);
  });

  test.each(alerts)('$alert is tested where it is active, and in three cases where it is not', ({ alert }) => {
    const files = readdirSync(pathOf('test/monitoring/alerts')).map((file) => pathOf(`test/monitoring/alerts/${file}`));
    const tests = files.flatMap((file) => (parse(readFileSync(file, 'utf8')) as AlertTests).tests);
    const mine = tests.filter((one) => one.alert_rule_test.some(({ alertname }) => alertname === alert));
    const quiet = mine.filter((one) => one.alert_rule_test.every(({ exp_alerts }) => exp_alerts.length === 0));
    expect(mine.length - quiet.length).toBeGreaterThan(0);
    expect(quiet.length).toBeGreaterThanOrEqual(3);
  });
});
