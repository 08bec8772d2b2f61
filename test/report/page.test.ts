import { describe, expect, test } from '@jest/globals';
import { CLUSTER, type Finding } from '../../src/doctor/finding.ts';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import type { Room } from '../../src/report/report-data.ts';
import { plainScene } from '../builders/scene.ts';
import {
  EXCEEDING,
  FITTING,
  LAST,
  largestContainer,
  markupOf,
  memoryOutlook,
  namespaceOf,
  pageOf,
  QUOTA,
  reportOf,
  rowsOf,
  WAITING,
} from './sample-report.ts';

const MIXED = reportOf([
  namespaceOf(FITTING, 'fine'),
  namespaceOf(LAST, 'once'),
  namespaceOf(EXCEEDING, 'stuck'),
  namespaceOf(WAITING, 'busy', ['vm1', 'vm2']),
]);

describe('a page', () => {
  const page = pageOf(MIXED);

  test('says in a sentence how bad it is, and counts every verdict', () => {
    expect(page).toContain('<p class="headline exceeds">1 of 5 VMs cannot migrate as things are.</p>');
    const figures = [...page.matchAll(/<span class="figure">(\d+)<\/span> <b class="mark (\w+)">/g)];
    expect(figures.map(([, count, standing]) => `${standing} ${count}`)).toEqual([
      'exceeds 1',
      'last 1',
      'unknown 0',
      'waits 1',
      'fits 2',
    ]);
  });

  test('names versions, ratio, source and time', () => {
    for (const text of [
      'v1.7.0',
      '1.6.3-150700.3.13.1',
      'snapshot cluster.yaml',
      '2026-11-22 10:00 UTC',
      'headroom 1.2.3',
    ]) {
      expect(page).toContain(text);
    }
  });

  test('has the namespace with the least room first', () => {
    const rows = rowsOf(page, 'namespace-table');
    expect(rows[2]).toBe(
      `stuck 1 exceeds  | limits.memory ${QUOTA} |  | 5.30 GiB | 4.89 GiB | 10.12 GiB | 5.30 GiB vm1 | \u2212476.44 MiB short for 1 VM |`,
    );
  });

  test('tells too little room for good from too little until migrations under way have settled', () => {
    const rows = [...page.matchAll(/<tr class="(\w+)"><th scope="row">(\w+)/g)];
    expect(rows.slice(0, 3).map(([, outcome, name]) => `${name} ${outcome}`)).toEqual([
      'stuck exceeds',
      'busy waits',
      'once fits',
    ]);
  });

  test('has the worst VM first, and its arithmetic, cause and remedies behind a line that says what to do', () => {
    const rows = rowsOf(page, 'vm-table');
    expect(rows[2]).toMatch(/^quota-test \| vm1 \| exceeds \| limits\.memory default-z4g94 \|/);
    for (const text of [
      'set limitsMemory of namespace quota-test to 5477Mi',
      'used 5682461313 + requested 5682461313 = 11364922626 of 10865341313',
      'Cause overhead-grew',
      'Remedy Set limitsMemory to at least 5477Mi',
      'limits.cpu: used 2015m + requested 2015m = 4030m of 5',
    ]) {
      expect(rows[3]).toContain(text);
    }
    expect(rows.filter((_, index) => index % 2 === 0).map((row) => row.split(' | ')[2])).toEqual([
      undefined,
      'exceeds',
      'fits once the next exceeds',
      'waits',
      'fits',
      'fits',
    ]);
  });

  test('asks nothing of anywhere: no link leaves it, and its policy forbids whatever would', () => {
    expect([...page.matchAll(/\b(?:href|src|action|data)="([^"]*)"/g)].map(([, target]) => target?.[0])).toEqual(
      expect.arrayContaining(['#']),
    );
    expect(markupOf(page)).not.toMatch(/\b(?:href|src|action|data)="[^#]/);
    expect(page).not.toMatch(/url\((?!#)|@import|https?:/);
    expect(page).toContain(
      `content="default-src &#39;none&#39;; style-src &#39;sha256-digest&#39;; script-src &#39;sha256-digest&#39; &#39;sha256-digest&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`,
    );
  });

  test('has no chart where no ratio was tried, and no findings where none were asked for', () => {
    expect(page).not.toMatch(/id="(ratio|findings)"/);
  });
});

describe('the sentence at the top', () => {
  test.each([
    ['of a cluster where all is well', [namespaceOf(FITTING, 'a')], 'The VM can migrate.'],
    [
      'of one where every VM still fits once',
      [namespaceOf(FITTING, 'a'), namespaceOf(LAST, 'b')],
      'Nothing exceeds its quota now, but 1 of 2 VMs will after the next migration.',
    ],
    [
      'of one where migrations are under way',
      [namespaceOf(WAITING, 'a', ['vm1', 'vm2'])],
      '1 of 2 VMs can migrate only when migrations under way have settled.',
    ],
    [
      'of one where a fact is missing',
      [namespaceOf(FITTING.without('KubeVirt', 'kubevirt'), 'a')],
      'Nothing is known to exceed its quota, but about 1 of 1 VM nothing can be said.',
    ],
    ['of one without VMs', [], 'No VM runs here, so nothing can be said about migrations.'],
  ])('%s', (_title, namespaces, sentence) => {
    expect(pageOf(reportOf(namespaces))).toContain(sentence);
  });
});

describe('a namespace', () => {
  test.each([
    [
      'without a quota has no end of room',
      plainScene({}).without('ResourceQuota', 'team-quota'),
      'no quota counts its pods',
    ],
    [
      'whose pods a LimitRange refuses shows why',
      plainScene({ pods: '9' }).with(largestContainer('1Gi')),
      'LimitRange refuses the pod',
    ],
  ])('%s', (_title, scenery, text) => {
    const rows = rowsOf(pageOf(reportOf([namespaceOf(scenery, 'a')])), 'namespace-table');
    expect(rows[2]).toContain(text);
  });

  test('that demands a limit which the pod leaves out says so instead of a figure', () => {
    const scenery = plainScene({ 'limits.memory': '90Gi' }).changedVmi({
      metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{}]' } },
    });
    expect(rowsOf(pageOf(reportOf([namespaceOf(scenery, 'a')])), 'namespace-table')[2]).toContain('not stated');
  });
});

describe('what other ratios would need', () => {
  const outlook = { largestFitting: '1.5', keys: [memoryOutlook([4575, 4900, 5600, undefined, 9000])], leftOut: 0 };
  const constant = { largestFitting: '10', keys: [memoryOutlook([10, 10, 10, 10, 10])], leftOut: 0 };
  const page = pageOf(
    reportOf([
      { ...namespaceOf(FITTING, 'a'), outlook },
      { ...namespaceOf(FITTING, 'b'), outlook: constant },
    ]),
  );

  test('is drawn with the base, today’s ratio, and where the base is too small', () => {
    const chart = /<svg class="chart"[\s\S]*?<\/svg>/.exec(page)?.[0] ?? '';
    expect(chart).toContain(
      'aria-label="Room of limits.memory needed: 4.47 GiB at ratio 1, 8.79 GiB at ratio 10; the base of 4.89 GiB is enough at 2 of 4 ratios tried."',
    );
    expect(chart.match(/class="(dot|cross|baseline|today|line|over)"/g)).toHaveLength(8);
    expect(chart).toContain('>ratio 1.5<');
  });

  test('stands in a table as well', () => {
    expect(rowsOf(page, 'ratio-table')[2]).toBe(
      `a | limits.memory ${QUOTA} | 4.89 GiB | 1.5 | 4.47 GiB | 4.79 GiB | 5.47 GiB | unknown | 8.79 GiB |`,
    );
  });

  test.each(['99', 'NaN', '0x1p-2'])('is drawn without today’s ratio where that is %s', (podRatio) => {
    const cluster = { ...reportOf([]).cluster, podRatio };
    const strange = pageOf(reportOf([{ ...namespaceOf(FITTING, 'a'), outlook }], { cluster }));
    expect(strange).not.toContain('class="today"');
    expect(strange).toContain('class="line"');
  });

  test('is left out for keys that no ratio moves', () => {
    expect(rowsOf(page, 'ratio-table')).toHaveLength(3);
  });
});

test('amounts beyond any float are drawn as well as can be', () => {
  const [line] = namespaceOf(FITTING, 'a').rooms.map((room) => room.line) as [Room['line']];
  const huge = Quantity.parse('1e390');
  const amounts = { used: huge, requested: huge, hard: huge, hardAfterScaleUp: huge, shortBy: huge };
  const forecast = { ...namespaceOf(FITTING, 'a').forecasts[0], quotas: [{ ...line, ...amounts }] } as Forecast;
  const room: Room = { line: { ...line, ...amounts }, base: huge, vmi: 'vm1', outcome: 'exceeds', shortCount: 1 };
  const key = { quota: QUOTA, resource: 'limits.memory', base: huge, needed: [huge, Quantity.zero, huge, huge, huge] };
  const outlook = { largestFitting: undefined, keys: [key], leftOut: 2 };
  const page = pageOf(reportOf([{ name: 'a', forecasts: [forecast], rooms: [room], outlook }]));
  expect(markupOf(page)).not.toMatch(/NaN|Infinity/);
  expect(page).toContain('without 2 VMs of which nothing can be said');
});

describe('findings', () => {
  const finding: Omit<Finding, 'summary'> = {
    rule: 'over-used',
    severity: 'error',
    subject: { kind: 'ResourceQuota', namespace: 'team-a', name: QUOTA },
    evidence: ['seen'],
    remedy: ['change it'],
    affected: ['team-a/vm1'],
  };

  test('are shown in the order in which they were found, the first hundred', () => {
    const findings = Array.from({ length: 102 }, (_, index) => ({ ...finding, summary: `finding ${index}` }));
    const page = pageOf(reportOf([], { findings }));
    expect(page.match(/<li><details>/g)).toHaveLength(100);
    expect(page).toContain('2 more findings are printed by headroom doctor.');
    expect(page.indexOf('finding 0')).toBeLessThan(page.indexOf('finding 99'));
  });

  test('name the object, the evidence, what is affected and the remedy', () => {
    const page = pageOf(reportOf([], { findings: [{ ...finding, summary: 'too much is used' }] }));
    expect(page).toContain(
      `<b class="mark exceeds">error</b> too much is used <small>over-used: ResourceQuota team-a/${QUOTA}</small>`,
    );
    for (const text of ['<p>seen</p>', '<li>team-a/vm1</li>', '<b>Remedy</b> change it']) expect(page).toContain(text);
  });

  test('that stand for very many objects name the first fifty', () => {
    const affected = Array.from({ length: 53 }, (_, index) => `team-a/vm${index}`);
    const page = pageOf(reportOf([], { findings: [{ ...finding, summary: 'too much is used', affected }] }));
    expect(page).toContain('<li>team-a/vm49</li><li>and 3 more</li></ul>');
  });

  test.each([
    ['an object of no namespace name it', { kind: 'KubeVirt', name: 'kubevirt' }, 'KubeVirt kubevirt'],
    ['no object in particular are of the cluster', CLUSTER, 'the cluster'],
  ])('about %s', (_title, subject, text) => {
    const page = pageOf(reportOf([], { findings: [{ ...finding, summary: 'it is not ready', subject }] }));
    expect(page).toContain(`it is not ready <small>over-used: ${text}</small>`);
  });

  test('that are none are said to be none', () => {
    expect(pageOf(reportOf([], { findings: [] }))).toContain('Nothing was found to be wrong.');
  });
});
