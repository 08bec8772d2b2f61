import { type KnownOutlook, type RatioOutlook, RatioOutlooks } from '../forecast/ratio-outlook.ts';
import type { LargestRatio } from '../forecast/ratio-search.ts';
import type { KeyRoom } from '../forecast/room.ts';
import type { Standing } from './forecast-answers.ts';
import { placeText } from './quota-place.ts';
import { type Column, tableLines } from './text-table.ts';
import type { WhatIf } from './what-if-options.ts';

/** What a ratio does to each namespace that is asked about, and the largest that would do. */
export class WhatIfOutlook {
  readonly #outlooks = new RatioOutlooks();
  readonly #namespaces: RatioOutlook[] = [];
  #asked: Standing['question']['kind'] = 'migration';

  look({ question, now, changed }: Standing): void {
    const { kind, names } = question;
    this.#asked = kind;
    const outlook =
      kind === 'start' ? this.#outlooks.lookAtStarts(now, changed, names) : this.#outlooks.look(now, changed);
    this.#namespaces.push(outlook);
  }

  json(): object {
    const { keeping, all } = this.#outlooks.largest;
    return {
      namespaces: this.#namespaces.map(outlookJson),
      largestRatio: {
        ...(keeping === undefined ? {} : { keeping: ratioJson(keeping) }),
        ...(all === undefined ? {} : { all: ratioJson(all) }),
      },
    };
  }

  /** A table of the namespaces where something changes, and the largest ratios. */
  lines(): string[] {
    const rows = this.#namespaces.flatMap((one) => (one.kind === 'known' && isChanged(one) ? rowsOf(one) : []));
    const { heading, columns } = this.#asked === 'start' ? OF_STARTS : OF_MIGRATIONS;
    const table = rows.length === 0 ? [] : ['', heading, ...tableLines(columns, rows, (text) => text)];
    const unknown = this.#namespaces.filter(({ kind }) => kind === 'unknown').length;
    const left = unknown === 0 ? [] : [`namespaces left out, for nobody can say what they need: ${unknown}`];
    const largest = [...left, ...this.#largestLines()];
    return largest.length === 0 ? table : [...table, '', ...largest];
  }

  #largestLines(): string[] {
    const { keeping, all } = this.#outlooks.largest;
    if (all === undefined) return [];
    const ofAll = `largest ratio at which everything fits: ${largestText(all)}`;
    if (keeping === undefined) return [`nothing fits now; ${ofAll}`];
    const [kept, whole] = [keeping, all].map(largestText);
    if (kept === whole) return [`largest ratio at which everything still fits: ${kept}`];
    // Of VMs that do not get through every step today there is little to keep.
    if (!this.#namespaces.some(hasWholeToday)) return [ofAll];
    return [`largest ratio at which all that fits now still fits: ${kept}`, ofAll];
  }
}

function hasWholeToday(outlook: RatioOutlook): boolean {
  if (outlook.kind === 'unknown') return false;
  const { total, already, gains, unknown } = outlook.vms;
  return total > already.length + gains.length + unknown.length;
}

export function outlookOf(whatIf: WhatIf | undefined): WhatIfOutlook | undefined {
  return whatIf?.ratio === undefined ? undefined : new WhatIfOutlook();
}

function outlookJson(outlook: RatioOutlook): object {
  const { namespace } = outlook;
  if (outlook.kind === 'unknown') return { namespace, reason: outlook.reason };
  const { total, fit, stops, already, gains, unknown } = outlook.vms;
  const vms = {
    total,
    fit,
    stopMigrating: stops.next,
    stopMigratingLater: stops.later,
    stopStarting: stops.restart,
    already,
    gains,
    unknown,
  };
  return { namespace, vms, quotas: outlook.quotas.map(keyJson) };
}

function keyJson({ quota, resource, base, needed, growBy, where }: KeyRoom): object {
  const growth = growBy === undefined ? {} : { growBy: `${growBy}` };
  return { quota, resource, base: `${base}`, needed: `${needed}`, ...growth, where };
}

function ratioJson(largest: LargestRatio): object {
  if (largest.kind === 'found') return { ratio: largest.ratio };
  return { blockedBy: { namespace: largest.namespace, vmi: largest.vmi } };
}

function largestText(largest: LargestRatio): string {
  if (largest.kind === 'found') return largest.ratio;
  return `none, for VM ${largest.namespace}/${largest.vmi} does not fit at 1.0 either`;
}

interface OutlookRow {
  readonly outlook: KnownOutlook;
  /** One that has to grow. */
  readonly key: KeyRoom | undefined;
}

function isChanged({ quotas, vms }: KnownOutlook): boolean {
  const { stops, gains } = vms;
  const lists = [stops.next, stops.later, stops.restart, gains];
  return lists.some(({ length }) => length > 0) || quotas.some(({ growBy }) => growBy !== undefined);
}

function rowsOf(outlook: KnownOutlook): readonly OutlookRow[] {
  const short = outlook.quotas.filter(({ growBy }) => growBy !== undefined);
  if (short.length === 0) return [{ outlook, key: undefined }];
  return short.map((key) => ({ outlook, key }));
}

const VMS: readonly Column<OutlookRow>[] = [
  { title: 'NAMESPACE', text: ({ outlook }) => outlook.namespace },
  countColumn('VMS', ({ total }) => total),
  countColumn('FIT', ({ fit }) => fit),
  countColumn('SHORT-NOW', ({ already }) => already.length),
];
const LOST_MIGRATIONS: readonly Column<OutlookRow>[] = [
  countColumn('LOSE-NEXT', ({ stops }) => stops.next.length),
  countColumn('LOSE-LATER', ({ stops }) => stops.later.length),
];
const LOST_STARTS = countColumn('LOSE-START', ({ stops }) => stops.restart.length);
const ROOM: readonly Column<OutlookRow>[] = [
  { title: 'QUOTA', text: ({ key }) => key?.quota ?? '' },
  { title: 'RESOURCE', text: ({ key }) => key?.resource ?? '' },
  { title: 'IS', align: 'right', text: ({ key }) => `${key?.base ?? ''}` },
  { title: 'NEEDS', align: 'right', text: ({ key }) => `${key?.needed ?? ''}` },
  { title: 'GROW-BY', align: 'right', text: ({ key }) => `${key?.growBy ?? ''}` },
  { title: 'WHERE', text: ({ key }) => (key === undefined ? '' : placeText(key.where)) },
];

const OF_STARTS = {
  heading: 'For each of these VMs to start by itself:',
  columns: [...VMS, LOST_STARTS, ...ROOM],
};
const OF_MIGRATIONS = {
  heading: 'For every VM to be moved to it in any order, moved again and restarted:',
  columns: [...VMS, ...LOST_MIGRATIONS, LOST_STARTS, ...ROOM],
};

function countColumn(title: string, count: (vms: KnownOutlook['vms']) => number): Column<OutlookRow> {
  return { title, align: 'right', text: ({ outlook }) => `${count(outlook.vms)}` };
}
