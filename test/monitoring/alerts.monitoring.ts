import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { pathOf, RULES_FILE } from './chart-files.ts';
import { prometheusProgram } from './prometheus.ts';

const promtool = prometheusProgram('promtool');
const TESTS = pathOf('test/monitoring/alerts');
const copies = mkdtempSync(join(tmpdir(), 'headroom-alerts-'));

afterAll(() => rmSync(copies, { recursive: true, force: true }));

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8', timeout: 60_000 });
  return { status, said: `${stdout}${stderr}` };
}

/** What promtool says of a file of tests where the rules have been changed. */
function testChanged(file: string, from: string, to: string) {
  const folder = mkdtempSync(join(copies, 'changed-'));
  const rules = readFileSync(RULES_FILE, 'utf8');
  expect(rules).toContain(from);
  mkdirSync(join(folder, 'charts/headroom/rules'), { recursive: true });
  writeFileSync(join(folder, 'charts/headroom/rules/headroom.yaml'), rules.replaceAll(from, to));
  cpSync(TESTS, join(folder, 'test/monitoring/alerts'), { recursive: true });
  return run('test', 'rules', join(folder, `test/monitoring/alerts/${file}.yaml`));
}

describe('the alerts', () => {
  test('are rules that promtool finds no fault with', () => {
    const { status, said } = run('check', 'rules', RULES_FILE);
    expect(said).toMatch(/SUCCESS: 6 rules found/);
    expect(status).toBe(0);
  });

  test.each(readdirSync(TESTS))('%s holds, on series made for it', (file) => {
    const { status, said } = run('test', 'rules', join(TESTS, file));
    expect(said).not.toContain('FAILED');
    expect(status).toBe(0);
  });
});

describe('those tests find out', () => {
  test.each([
    { title: 'an alert that does not wait', file: 'down', from: 'for: 5m', to: 'for: 0m' },
    {
      title: 'replicas that are seen and not ready',
      file: 'down',
      from: 'absent(headroom_ready == 1)',
      to: 'absent(headroom_ready)',
    },
    {
      title: 'replicas of which one is not ready',
      file: 'down',
      from: 'absent(headroom_ready == 1)',
      to: 'headroom_ready == 0',
    },
    { title: 'an alert of another severity', file: 'down', from: 'severity: critical', to: 'severity: warning' },
    { title: 'a namespace that is told of too early', file: 'namespace', from: 'for: 15m', to: 'for: 10m' },
    {
      title: 'a namespace in which one VM can migrate',
      file: 'namespace',
      from: 'verdict!="exceeds"',
      to: 'verdict="none"',
    },
    { title: 'amounts that nobody can read', file: 'namespace', from: 'humanize1024', to: 'humanize' },
    {
      title: 'certificates that are told of while they are being renewed',
      file: 'certificate',
      from: '< 0.2 *',
      to: '< 0.35 *',
    },
    {
      title: 'certificates of years that are told of for years',
      file: 'certificate',
      from: '< 30 * 86400',
      to: '< 3650 * 86400',
    },
    {
      title: 'replicas whose certificates are taken together',
      file: 'certificate',
      from: 'min by (namespace, pod)',
      to: 'min by (namespace)',
    },
    {
      title: 'what both replicas have found, added up',
      file: 'drift',
      from: 'max by (namespace)',
      to: 'sum by (namespace)',
    },
    {
      title: 'drift of long ago',
      file: 'drift',
      from: 'headroom_overhead_drift_total[1h]',
      to: 'headroom_overhead_drift_total[3h]',
    },
    { title: 'warnings that are taken for denials', file: 'denied', from: 'outcome="denied"', to: 'outcome!=""' },
    {
      title: 'a counter that is read as it stands',
      file: 'denied',
      from: 'increase(headroom_reviews_total',
      to: 'last_over_time(headroom_reviews_total',
    },
    {
      title: 'denials of which nobody knows the namespace',
      file: 'denied',
      from: 'by (namespace, class, cause)',
      to: 'by (class, cause)',
    },
    {
      title: 'drift of new pods of which nobody knows the namespace',
      file: 'drift',
      from: 'by (namespace, release, reason)',
      to: 'by (release, reason)',
    },
    {
      title: 'drift of new pods that is taken for that of running VMs',
      file: 'drift',
      from: 'if $labels.release',
      to: 'if not $labels.namespace',
    },
    {
      title: 'unknowns of which nobody knows the namespace',
      file: 'unknowns',
      from: 'by (namespace, reason)',
      to: 'by (reason)',
    },
    { title: 'figures that are no whole numbers', file: 'denied', from: 'round(', to: '(' },
    { title: 'a single migration that is unknown', file: 'unknowns', from: '> 3\n', to: '> 2\n' },
    { title: 'unknowns that are as many as ever', file: 'unknowns', from: '<= 2 *', to: '<= 0 *' },
  ])('$title', ({ file, from, to }) => {
    const { status, said } = testChanged(file, from, to);
    expect(status).not.toBe(0);
    expect(said).toContain('FAILED');
  });
});
