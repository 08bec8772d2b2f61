import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { clusterSummary } from '../../src/report/cluster-summary.ts';
import { namespaceReport } from '../../src/report/namespace-report.ts';
import { pageChunks } from '../../src/report/page.ts';
import type { KeyOutlook, NamespaceReport, Report } from '../../src/report/report-data.ts';
import type { Json } from '../builders/json.ts';
import { emptyScene, type Scene, scene } from '../builders/scene.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';

/** The VM of Harvester's quota notes before, during and after a ratio of 4.5 has done its work. */
export const FITTING = scene();
export const LAST = scene().ratio('4.5');
export const EXCEEDING = emptyScene({ ratio: '4.5' }).started(vmi());
export const WAITING = emptyScene({ base: { 'limits.cpu': '6', 'limits.memory': '9230Mi' } })
  .started(vmi(), sizedVmi('vm2', { cpu: 2, memoryMi: 4096 }))
  .running('vm2');

export const QUOTA = 'default-z4g94';

export function namespaceOf(scenery: Scene, name: string, vmis: readonly string[] = ['vm1']): NamespaceReport {
  const prepared = prepare(scenery.objects());
  const forecasts = vmis.map((vmi) => forecastMigration(prepared, vmi));
  return { ...namespaceReport(prepared, forecasts, undefined), name };
}

export function forecastOf(scenery: Scene) {
  return forecastMigration(prepare(scenery.objects()), 'vm1');
}

/** A LimitRange that refuses pods with a container of more memory. */
export function largestContainer(memory: string): Json {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'bounds', namespace: 'quota-test' },
    spec: { limits: [{ type: 'Container', max: { memory } }] },
  };
}

const RATIOS = ['1', '1.5', '2.5', '4.5', '10'];

export function memoryOutlook(neededMi: readonly (number | undefined)[], baseMi = 5000): KeyOutlook {
  const mebibytes = (amount: number): Quantity => Quantity.of(BigInt(amount) * 1_048_576n, 'BinarySI');
  return {
    quota: QUOTA,
    resource: 'limits.memory',
    base: mebibytes(baseMi),
    needed: neededMi.map((amount) => (amount === undefined ? undefined : mebibytes(amount))),
  };
}

export function reportOf(namespaces: readonly NamespaceReport[], changes: Partial<Report> = {}): Report {
  return {
    made: {
      at: new Date('2026-11-22T10:00:00Z'),
      by: 'headroom 1.2.3',
      source: 'snapshot cluster.yaml',
      scope: 'the whole cluster',
    },
    cluster: clusterSummary(FITTING.objects().cluster, undefined),
    namespaces,
    ratios: RATIOS,
    ...changes,
  };
}

export function pageOf(report: Report): string {
  return [...pageChunks(report, () => 'digest')].join('');
}

/** Style and scripts are the program's own words, of which nothing is to be said here. */
export function markupOf(page: string): string {
  return page.replaceAll(/<(style|script)>[\s\S]*?<\/\1>/g, '');
}

/** The texts of a table's rows, without markup, cells parted by bars. */
export function rowsOf(page: string, table: string): readonly string[] {
  const found = new RegExp(`<table id="${table}"[\\s\\S]*?</table>`).exec(page)?.[0] ?? '';
  return found.split('<tr').map((row) => {
    const cells = row.replace(/^[^>]*>/, '').replaceAll(/<small>/g, ' ');
    return cells
      .replaceAll(/<\/t[dh]>/g, ' | ')
      .replaceAll(/<[^>]*>/g, '')
      .trim();
  });
}
