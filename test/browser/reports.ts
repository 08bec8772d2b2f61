import { createHash } from 'node:crypto';
import { CLUSTER, type Finding } from '../../src/doctor/finding.ts';
import { pageChunks } from '../../src/report/page.ts';
import type { NamespaceReport, Report } from '../../src/report/report-data.ts';
import { EXCEEDING, FITTING, LAST, memoryOutlook, namespaceOf, reportOf, WAITING } from '../report/sample-report.ts';

/** With the digests that the page's policy needs in a browser. */
export function pageHtml(report: Report): string {
  return [...pageChunks(report, (text) => createHash('sha256').update(text).digest('base64'))].join('');
}

const OUTLOOK = { largestFitting: '1.5', keys: [memoryOutlook([4575, 4900, 5600, 6900, 9000])], leftOut: 0 };

function named(namespace: NamespaceReport, name: string): NamespaceReport {
  const forecasts = namespace.forecasts.map((forecast) => ({ ...forecast, namespace: name }));
  return { ...namespace, name, forecasts, outlook: OUTLOOK };
}

const FINDINGS: readonly Finding[] = [
  {
    rule: 'stuck-migration',
    severity: 'error',
    subject: { kind: 'VirtualMachineInstanceMigration', namespace: 'stuck', name: 'vm1-z9lkd' },
    summary: 'The migration of stuck/vm1 is Pending for quota.',
    evidence: ['It has been refused since 09:00.'],
    remedy: ['Set limitsMemory of namespace stuck to 5477Mi.'],
    affected: ['stuck/vm1', 'stuck/vm2'],
  },
  ...(['warning', 'unknown', 'info'] as const).map((severity) => {
    return { rule: 'rule', severity, subject: CLUSTER, summary: `Something is ${severity}.`, evidence: [], remedy: [] };
  }),
];

/** A namespace of each kind, with all that a page can show. */
export function mixedReport(): Report {
  return reportOf(
    [
      named(namespaceOf(FITTING, 'fine'), 'fine'),
      named(namespaceOf(LAST, 'once'), 'once'),
      named(namespaceOf(EXCEEDING, 'stuck'), 'stuck'),
      named(namespaceOf(WAITING, 'busy', ['vm1', 'vm2']), 'busy'),
      named(namespaceOf(FITTING, 'puzzling', ['nobody']), 'puzzling'),
    ],
    { findings: FINDINGS },
  );
}

/** Names as no API server would store them, and as a file can hold them. */
export function hostileReport(text: string): Report {
  const mixed = mixedReport();
  return {
    ...mixed,
    made: { ...mixed.made, source: text, scope: text },
    namespaces: mixed.namespaces.map((namespace) => ({
      ...namespace,
      name: text,
      forecasts: namespace.forecasts.map((forecast) => ({
        ...forecast,
        namespace: text,
        vmi: text,
        message: text,
        notes: [text],
        quotas: forecast.quotas.map((line) => ({ ...line, quota: text })),
      })),
    })),
  };
}

/** Some thousand VMs, as many to a namespace as a team has. */
export function largeReport(virtualMachines: number): Report {
  const perNamespace = 50;
  const kinds = [FITTING, LAST, FITTING, EXCEEDING].map((scenery) => namespaceOf(scenery, ''));
  const namespaces = Array.from({ length: virtualMachines / perNamespace }, (_, index) => {
    const kind = kinds[index % kinds.length] as NamespaceReport;
    const name = `team-${String(index).padStart(3, '0')}`;
    const forecasts = Array.from({ length: perNamespace }, (_unused, vm) => ({
      ...(kind.forecasts[0] as NamespaceReport['forecasts'][number]),
      namespace: name,
      vmi: `vm-${String(index * perNamespace + vm).padStart(5, '0')}`,
    }));
    return { ...kind, name, forecasts, outlook: OUTLOOK };
  });
  return reportOf(namespaces);
}
