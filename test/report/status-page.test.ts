import { describe, expect, test } from '@jest/globals';
import type { Status } from '../../src/report/status-data.ts';
import { rowsOf } from './sample-report.ts';
import {
  decision,
  MIXED_SURVEY,
  NOW,
  namespaceSurvey,
  room,
  statusOf,
  statusPageOf,
  surveyOf,
} from './sample-status.ts';

const EMPTY: Status['decisions'] = { latest: [], count: 0, deniedCount: 0 };

function headlineOf(page: string): string | undefined {
  return /<p class="headline (\w+">[^<]*)/.exec(page)?.[1]?.replace('">', ': ');
}

/** Figures and words of the summary, by their names. */
function factsOf(page: string): Readonly<Record<string, string>> {
  const found = [...page.matchAll(/<dt>([^<]*)<\/dt><dd>(.*?)<\/dd>/g)];
  return Object.fromEntries(
    found.map(([, name, value]) => [name, value?.replaceAll('<small>', ' | ').replaceAll(/<[^>]*>/g, '')]),
  );
}

/** Validity with so many days behind it and before it. */
function certificate(past: number, left: number): Status['certificate'] {
  const at = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000);
  return { notBefore: at(-past), notAfter: at(left) };
}

describe('the summary of a status page', () => {
  test('says what runs here, since when, and what it answers from', () => {
    expect(factsOf(statusPageOf())).toMatchObject({
      Version: '1.2.3',
      'Running for': '2 h 5 min | since 2026-11-22 17:25 UTC',
      State: 'ready',
      'Answers from': 'the API server',
      Certificate: 'valid | until 2027-01-31 00:00 UTC | in 69 days',
    });
  });

  test('names the files of a snapshot, and not where they lie', () => {
    const from = (snapshots: readonly string[]) => factsOf(statusPageOf({ snapshots }))['Answers from'];
    expect(from(['/srv/secret/cluster.yaml'])).toBe('snapshot cluster.yaml');
    expect(from(['a.yaml', 'C:\\Users\\secret\\b.yaml'])).toBe('snapshots a.yaml, b.yaml');
    expect(statusPageOf({ snapshots: ['/srv/secret/cluster.yaml'] })).not.toContain('secret');
  });

  test('says for each class of migrations what becomes of one that exceeds', () => {
    expect(factsOf(statusPageOf())).toMatchObject({
      'Asked for by users': 'deny | user: it is denied',
      'Evacuations, as of a drain': 'warn | evacuation: it is admitted with a warning',
      'Workload updates': 'warn | workload-update: it is admitted with a warning',
      'Others of the platform': 'off | platform: it is admitted without a word',
    });
  });

  test.each([
    ['ready', {}, 'fits: Ready. 1,234 reviews answered, 3 with a denial.'],
    ['ready and idle', { decisions: EMPTY }, 'fits: Ready. Nothing has been asked of this replica yet.'],
    [
      'ready, with one decision',
      { decisions: { ...EMPTY, count: 1 } },
      'fits: Ready. 1 review answered, none with a denial.',
    ],
    ['starting', { state: 'starting' }, 'waits: Starting: nothing is asked of this replica yet.'],
    ['draining', { state: 'draining' }, 'waits: Draining: this replica ends, and others are asked.'],
    [
      'ready with a certificate that has run out',
      { certificate: certificate(90, -1) },
      'exceeds: The certificate has run out: the API server takes no answer from this replica.',
    ],
    [
      'ready with a certificate of tomorrow',
      { certificate: certificate(-1, 90) },
      'exceeds: The certificate is not valid yet: the API server takes no answer from this replica.',
    ],
    [
      'ready with a certificate that should have been renewed',
      { certificate: certificate(81, 9) },
      'last: Ready, but the certificate runs out in 9 days and has not been renewed.',
    ],
  ] satisfies [string, Partial<Status>, string][])('begins with what matters most: %s', (_title, changes, headline) => {
    expect(headlineOf(statusPageOf(changes))).toBe(headline);
  });

  test.each([
    [certificate(90, -1), 'has run out | until 2026-11-21 19:30 UTC | 1 day ago'],
    [certificate(-1, 90), 'not valid yet | from 2026-11-23 19:30 UTC | in 1 day'],
    [certificate(81, 9), 'runs out soon | until 2026-12-01 19:30 UTC | in 9 days'],
    [undefined, 'none yet'],
  ])('says how long the certificate is valid: case %#', (given, text) => {
    expect(factsOf(statusPageOf({ certificate: given })).Certificate).toBe(text);
  });
});

describe('the recent decisions', () => {
  const rows = rowsOf(statusPageOf(), 'decision-table');

  test('say when, what, whose, how it was judged and what was answered', () => {
    expect(rows[2]).toBe(
      '19:30:08 4 s ago | team-a | vm1 | migration user | exceeds | denied | VM team-a/vm1 cannot migrate: quota default is short of limits.memory by 477Mi. Set limitsMemory to 5477Mi /validate/migrations 0b2f5a0e-7d53-4f0b-8f0e-4c9b9a0c5a11 |',
    );
  });

  test('tell a migration that is the last one from one that fits, and pods and silence from both', () => {
    expect(rows.slice(2).map((row) => row.split(' | ').slice(3, 6).join(', '))).toEqual([
      'migration user, exceeds, denied',
      'migration evacuation, exceeds, admitted',
      'migration user, fits once, admitted',
      'migration user, dry run, waits, admitted',
      'migration user, unknown, admitted',
      'migration user, fits, noted',
      'pod , described, admitted',
      'migration user, off, admitted',
    ]);
  });

  test('are fifty at most, and say of how many', () => {
    const latest = Array.from({ length: 60 }, (_, index) => decision('fits', { vmi: `vm${index}` }));
    const page = statusPageOf({ decisions: { latest, count: 60, deniedCount: 0 } });
    expect(rowsOf(page, 'decision-table').length - 2).toBe(50);
    expect(page).toContain('The last 50 of 60 reviews that this replica has answered');
    expect(page).not.toContain('vm50');
  });

  test('that are none are said to be none', () => {
    const page = statusPageOf({ decisions: EMPTY });
    expect(page).toContain('No review has been answered since this replica started.');
    expect(page).not.toContain('<table id="decision-table"');
  });
});

describe('the namespaces with the least headroom', () => {
  test('begin with those whose VMs cannot migrate, then go by room', () => {
    expect(rowsOf(statusPageOf(), 'survey-table').slice(2)).toEqual([
      'stuck 2 exceeds 1 fits  | limits.memory default-z4g94, and 1 more key is short |  | \u2212477.00 MiB |',
      'no-cores 1 exceeds  | limits.memory default-z4g94 |  | 2.00 GiB |',
      'busy 3 waits  | limits.memory default-z4g94 |  | \u22121.00 GiB |',
      'fine 12 fits  | limits.memory default-z4g94 |  | 6.00 GiB |',
      'puzzling 1 unknown  | none | no memory key of a quota counts its pods |  |',
    ]);
  });

  test('count the VMs of all namespaces by verdict', () => {
    const figures = [...statusPageOf().matchAll(/<span class="figure">(\d+)<\/span> <b class="mark (\w+)">/g)];
    expect(figures.map(([, count, verdict]) => `${count} ${verdict}`)).toEqual([
      '3 exceeds',
      '1 unknown',
      '3 waits',
      '13 fits',
    ]);
  });

  test('show the tightest key, and count the others that are short', () => {
    const rooms = [
      room('limits.memory', 10),
      room('memory', -1),
      room('requests.memory', -2, 'own'),
      room('memory', -1, 'x'),
    ];
    const page = statusPageOf({ survey: surveyOf([namespaceSurvey('one', rooms, { exceeds: 1 })]) });
    expect(rowsOf(page, 'survey-table')[2]).toBe(
      'one 1 exceeds  | requests.memory own, and 2 more keys are short |  | \u22122.00 MiB |',
    );
  });

  test('are drawn to one scale, to the left of zero what is short', () => {
    const bars = [...statusPageOf().matchAll(/class="need (\w+)" x="([\d.]+)%" width="([\d.]+)%"/g)];
    // The longest bars are 1 GiB to the left and 6 GiB to the right, on 99 percent of the width.
    expect(bars.map(([, outcome, from, width]) => [outcome, Number(from), Number(width)])).toEqual([
      ['exceeds', 7.55, 6.59],
      ['fits', 14.14, 28.29],
      ['waits', 0, 14.14],
      ['fits', 14.14, 84.86],
    ]);
  });

  test('are twenty at most, and say how many are left out', () => {
    const namespaces = Array.from({ length: 23 }, (_, index) =>
      namespaceSurvey(`team-${index}`, [room('limits.memory', 1000 - index)], { fits: 1 }),
    );
    const page = statusPageOf({ survey: surveyOf(namespaces, { leftOut: 40 }) });
    const rows = rowsOf(page, 'survey-table').slice(2);
    expect([rows.length, rows[0]?.slice(0, 7), rows.at(-1)?.slice(0, 6)]).toEqual([20, 'team-22', 'team-3']);
    expect(page).toContain('43 more namespaces have more headroom than these.');
    expect(page).toContain('<span class="figure">23</span>');
  });

  test.each([
    [1, '1 running pod of a VM differs from what KubeVirt of this version makes; headroom doctor says which.'],
    [1200, '1,200 running pods of VMs differ from what KubeVirt'],
  ])('tell of pods that differ from the formula: %d', (driftedPods, text) => {
    const one = { ...namespaceSurvey('one', [], { fits: 1 }), driftedPods };
    expect(statusPageOf({ survey: surveyOf([one]) })).toContain(text);
    expect(statusPageOf()).not.toContain('headroom doctor');
  });

  test('say of a quick look that it was quick', () => {
    expect(statusPageOf({ survey: surveyOf([], { seconds: 0.004 }) })).toContain(', in less than 1 s.');
  });

  test('of which one is left out speak of one', () => {
    expect(statusPageOf({ survey: { ...MIXED_SURVEY, leftOut: 1 } })).toContain('1 more namespace has more headroom');
  });

  test('say when they were looked at, and which could not be read', () => {
    const unread = Array.from({ length: 12 }, (_, index) => `closed-${index}`);
    const page = statusPageOf({ survey: { ...MIXED_SURVEY, unread } });
    expect(page).toContain(
      'Surveyed 2 min ago (<time datetime="2026-11-22T19:28:02.000Z">2026-11-22 19:28 UTC</time>), in 2 s.',
    );
    expect(page).toContain('Not read, and so not counted: closed-0, closed-1,');
    expect(page).toContain('closed-9 and 2 more.');
  });

  test.each([
    ['one is still to come', { survey: undefined }, 'No survey is complete yet. One is made every 5 min.'],
    ['surveys are off', { survey: undefined, surveyIntervalSeconds: 0 }, 'surveys are off (--survey-interval 0)'],
    ['there is none with a quota', { survey: surveyOf([]) }, 'No namespace has both a quota and a running VM.'],
  ] satisfies [string, Partial<Status>, string][])('are said to be unknown where %s', (_title, changes, text) => {
    const page = statusPageOf(changes);
    expect(page).toContain(text);
    expect(page).not.toContain('<table id="survey-table"');
  });

  test('without any room at all are drawn without a bar', () => {
    const page = statusPageOf({ survey: surveyOf([namespaceSurvey('full', [room('limits.memory', 0)], { fits: 1 })]) });
    expect(rowsOf(page, 'survey-table')[2]).toBe('full 1 fits  | limits.memory default-z4g94 |  | 0 B |');
    expect(page).not.toMatch(/class="need \w+" x=/);
  });
});

test('a page is small, however much there is to say', () => {
  const latest = Array.from({ length: 50 }, () => decision('exceeds', { line: 'x'.repeat(256), vmi: 'v'.repeat(253) }));
  const namespaces = Array.from({ length: 500 }, (_, index) =>
    namespaceSurvey(`${'n'.repeat(60)}${index}`, [room('limits.memory', index)], {
      fits: 1,
      exceeds: 1,
      waits: 1,
      unknown: 1,
    }),
  );
  const { decisions, ...status } = statusOf({ survey: surveyOf(namespaces) });
  expect(statusPageOf({ ...status, decisions: { ...decisions, latest } }).length).toBeLessThan(120_000);
});
