import type { VerdictCounts } from './exit-code.ts';
import type { Ending } from './forecast-writers.ts';
import { type Column, tableLines } from './text-table.ts';
import type { WhatIf } from './what-if-options.ts';
import type { WhatIfOutlook } from './what-if-outlook.ts';

/** What a what-if comes to. */
export interface WhatIfSummary {
  readonly whatIf: WhatIf;
  readonly before: VerdictCounts;
  readonly after: VerdictCounts;
  /** Where another ratio is tried. */
  readonly outlook?: WhatIfOutlook | undefined;
}

export function whatIfEnding(summary: WhatIfSummary): Ending {
  return { json: { whatIf: summaryJson(summary) }, lines: summaryLines(summary) };
}

function summaryJson({ whatIf, before, after, outlook }: WhatIfSummary): object {
  const quotas = whatIf.quotas.map(({ namespace, change, from }) => {
    return { namespace, quota: change.quota, resource: change.resource, from: `${from}`, to: `${change.to}` };
  });
  return {
    ...(whatIf.ratio === undefined ? {} : { ratio: whatIf.ratio }),
    ...(quotas.length === 0 ? {} : { quotas }),
    verdicts: { before, after },
    ...outlook?.json(),
  };
}

interface CountsRow {
  readonly label: string;
  readonly counts: VerdictCounts;
}

const COLUMNS: readonly Column<CountsRow>[] = [
  { title: 'WHAT IF', text: ({ label }) => label },
  { title: 'FITS', align: 'right', text: ({ counts }) => `${counts.fits}` },
  { title: 'WAITS', align: 'right', text: ({ counts }) => `${counts.waits}` },
  { title: 'EXCEEDS', align: 'right', text: ({ counts }) => `${counts.exceeds}` },
  { title: 'UNKNOWN', align: 'right', text: ({ counts }) => `${counts.unknown}` },
];

/** A small table of the verdicts as things are and with the changes; then what the ratio does to each namespace. */
function summaryLines({ whatIf, before, after, outlook }: WhatIfSummary): string[] {
  const changes = whatIf.quotas.map(({ namespace, change, from }) => {
    return `${namespace}/${change.quota} ${change.resource} ${from} -> ${change.to}`;
  });
  const ratio = whatIf.ratio === undefined ? [] : [`ratio ${whatIf.ratio === '' ? 'none' : whatIf.ratio}`];
  const rows = [
    { label: 'now', counts: before },
    { label: [...ratio, ...changes].join(', '), counts: after },
  ];
  return [...tableLines(COLUMNS, rows, (text) => text), ...(outlook?.lines() ?? [])];
}
