import { type Command, Option } from 'commander';
import { OVERHEAD_CAUSES, type OverheadCause } from '../kubevirt/overhead-change.ts';
import { type OverheadFigures, overheadDifference, type VmOverhead } from './vm-overhead.ts';

const SORT_KEYS = ['name', 'difference', 'overhead', 'limit', 'workload', 'overcommit'] as const;
type SortKey = (typeof SORT_KEYS)[number];

/** Which of the VMs are shown, and how. */
export interface OverheadView {
  readonly changed?: boolean;
  readonly why?: OverheadCause;
  readonly sort?: SortKey;
  readonly total?: boolean;
}

export function addViewOptions(command: Command): Command {
  return command
    .option('--changed', 'only VMs whose next pod will have another overhead than the running one')
    .addOption(
      new Option('--why <cause>', 'only VMs whose overhead will change for this cause').choices(OVERHEAD_CAUSES),
    )
    .addOption(new Option('--sort <key>', 'by name, or the largest first').choices(SORT_KEYS))
    .option('--total', 'sums by namespace instead of VMs');
}

/** The VMs that are asked for, in the order asked for; those whose figure is not known come last. */
export function viewOf(vms: readonly VmOverhead[], view: OverheadView): readonly VmOverhead[] {
  const { sort = 'name' } = view;
  const shown = isFiltered(view) ? vms.filter((vm) => isShown(vm, view)) : vms;
  if (sort === 'name') return shown;
  const rows = shown.map((vm) => ({ vm, rank: vm.kind === 'unknown' ? undefined : RANKS[sort](vm) }));
  return rows.toSorted((one, other) => largestFirst(one.rank, other.rank)).map(({ vm }) => vm);
}

export function isFiltered({ changed, why }: OverheadView): boolean {
  return changed === true || why !== undefined;
}

function isShown(vm: VmOverhead, { why }: OverheadView): boolean {
  if (vm.kind === 'unknown') return false;
  const changes = vm.running?.changes ?? [];
  return why === undefined ? changes.length > 0 : changes.some(({ cause }) => cause === why);
}

/** What filters and sums pass over, so that nobody takes silence for an answer. */
export function viewNotes(vms: readonly VmOverhead[], view: OverheadView): readonly string[] {
  if (!isFiltered(view) && view.total !== true) return [];
  const unknown = vms.filter(({ kind }) => kind === 'unknown').length;
  const untold = vms.filter((vm) => vm.kind === 'reckoned' && isUntold(vm)).length;
  const isNoneShown = isFiltered(view) && vms.length > unknown && viewOf(vms, view).length === 0;
  return [
    ...(isNoneShown
      ? [`none of ${counted(vms.length - unknown)} is known to get another overhead${forCause(view)}`]
      : []),
    ...(unknown === 0 ? [] : [`${counted(unknown)} could not be reckoned; the whole list says why`]),
    ...(untold === 0 ? [] : [`the overhead that ${counted(untold)} has now is not known`]),
  ];
}

function forCause({ why }: OverheadView): string {
  return why === undefined ? '' : ` for this cause (${why})`;
}

function isUntold({ running }: OverheadFigures): boolean {
  return running !== undefined && running.overheadBytes === undefined;
}

function counted(count: number): string {
  return count === 1 ? '1 VM' : `${count} VMs`;
}

const PARTS_PER_BILLION = 1_000_000_000n;

const RANKS: Readonly<Record<Exclude<SortKey, 'name'>, (vm: OverheadFigures) => bigint | undefined>> = {
  difference: overheadDifference,
  overhead: ({ totalBytes }) => totalBytes,
  limit: ({ amounts }) => amounts.limit?.value(),
  workload: ({ amounts }) => amounts.workloadBytes,
  overcommit: ({ amounts: { overcommit } }) =>
    overcommit && (overcommit.promisedBytes * PARTS_PER_BILLION) / overcommit.requestedBytes,
};

function largestFirst(one: bigint | undefined, other: bigint | undefined): number {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
  if (one === other) return 0;
  return one > other ? -1 : 1;
}
