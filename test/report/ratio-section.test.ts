import { describe, expect, test } from '@jest/globals';
import { clusterSummary } from '../../src/report/cluster-summary.ts';
import type { KeyOutlook, NamespaceOutlook, NamespaceReport, Report } from '../../src/report/report-data.ts';
import { plainScene } from '../builders/scene.ts';
import { FITTING, memoryOutlook, namespaceOf, pageOf, reportOf, rowsOf } from './sample-report.ts';

const BASE = namespaceOf(FITTING, 'a');

function withNeed(name: string, key: KeyOutlook, largestFitting: NamespaceOutlook['largestFitting']): NamespaceReport {
  return { ...BASE, name, outlook: { largestFitting, keys: [key], leftOut: 0 } };
}

function chartOf(key: KeyOutlook, changes: Partial<Report> = {}): string {
  return /<svg class="chart"[\s\S]*?<\/svg>/.exec(pageOf(reportOf([withNeed('a', key, '1')], changes)))?.[0] ?? '';
}

function ratioOf(podRatio: string): Partial<Report> {
  return { cluster: { ...reportOf([]).cluster, podRatio } };
}

describe('a chart', () => {
  test.each([
    ['of less than 2 GiB counts in MiB', [575, 700, 800, 900, 1000], 1024, 'MiB'],
    ['of more counts in GiB', [575, 700, 800, 900, 9000], 1024, 'GiB'],
  ])('%s', (_title, needed, baseMi, unit) => {
    const labels = [...chartOf(memoryOutlook(needed, baseMi)).matchAll(/dy="4">([^<]*)</g)].map(([, label]) => label);
    expect(labels.length).toBeGreaterThan(1);
    expect(labels.filter((label) => !label?.endsWith(` ${unit}`))).toEqual([]);
  });

  test.each([
    ['right of the line in the left half', '1.5', /class="start" x="[\d.]+" dx="5" y="207">ratio 1\.5</],
    ['left of the line in the right half', '9', /class="end" x="[\d.]+" dx="-5" y="207">ratio 9</],
  ])('names today’s ratio %s', (_title, podRatio, mark) => {
    expect(chartOf(memoryOutlook([4575, 4900, 5600, 7000, 9000]), ratioOf(podRatio))).toMatch(mark);
  });

  test('marks ratio 1 as today’s where KubeVirt has none set', () => {
    const cluster = clusterSummary(plainScene({ pods: '5' }).objects().cluster, undefined);
    expect(chartOf(memoryOutlook([4575, 4900, 5600, 7000, 9000]), { cluster })).toContain('>ratio 1<');
  });

  test('begins and ends where the need is known', () => {
    const chart = chartOf(memoryOutlook([undefined, 4900, 5600, 7000, undefined]));
    expect(chart).toContain('needed: 4.79 GiB at ratio 1.5, 6.84 GiB at ratio 4.5;');
    const [, area = ''] = /class="over" d="M([^"]*)Z"/.exec(chart) ?? [];
    const places = area.split('L').map((place) => Number(place.split(' ')[0]));
    expect([places[0], places.at(-1)]).toEqual([82.3, 204.3]);
  });
});

describe('of several namespaces', () => {
  const namespaces = [
    withNeed('patient', memoryOutlook([4575, 4900, 5600, 7000, 9000]), '1.5'),
    withNeed('strained', memoryOutlook([undefined, 6000, 7000, 8000, 15_000]), undefined),
    withNeed('stricken', memoryOutlook([1, 2, 3, 4, undefined], 0), undefined),
    withNeed('tight', memoryOutlook([5001, 5002, 5003, 5004, 9000]), undefined),
  ];

  test('the one that stands the least ratio is first, and of those the one that needs most of its base', () => {
    const names = rowsOf(pageOf(reportOf(namespaces)), 'ratio-table')
      .slice(2)
      .map((row) => row.split(' | ')[0]);
    expect(names).toEqual(['stricken', 'strained', 'tight', 'patient']);
  });

  test('six have charts at once, the others on demand', () => {
    const many = Array.from({ length: 8 }, (_, index) => withNeed(`n${index}`, memoryOutlook([1, 2, 3, 4, 5]), '1'));
    const [shown, more] = pageOf(reportOf(many)).split('<details class="more"><summary>2 more charts</summary>');
    expect([shown, more].map((part) => part?.match(/<svg class="chart"/g)?.length)).toEqual([6, 2]);
  });
});
