import { type Overcommit, overcommitPercent, type PodAmounts } from './pod-amounts.ts';
import { overheadDifference, type VmOverhead } from './vm-overhead.ts';

/** Sums over VMs. Each is over those VMs of which the figure is known. */
export interface OverheadTotal {
  /** Undefined for the sum over all namespaces. */
  readonly namespace: string | undefined;
  readonly vms: number;
  readonly nowBytes: bigint;
  readonly totalBytes: bigint;
  readonly differenceBytes: bigint;
  readonly guestBytes: bigint;
  readonly workloadBytes: bigint;
  readonly podMemoryLimitBytes: bigint;
  readonly podMemoryRequestBytes: bigint;
  readonly overcommit: Overcommit | undefined;
}

/** A sum for each namespace, by name. */
export function totalsByNamespace(vms: readonly VmOverhead[]): readonly OverheadTotal[] {
  const byNamespace = Map.groupBy(vms, ({ namespace }) => namespace);
  const names = [...byNamespace.keys()].sort();
  return names.map((namespace) => ({ ...totalOf(byNamespace.get(namespace) ?? []), namespace }));
}

export function totalOf(vms: readonly VmOverhead[]): OverheadTotal {
  const known = vms.filter((vm) => vm.kind === 'reckoned');
  const sum = (bytes: (vm: (typeof known)[number]) => bigint | undefined): bigint =>
    known.reduce((total, vm) => total + (bytes(vm) ?? 0n), 0n);
  return {
    namespace: undefined,
    vms: vms.length,
    nowBytes: sum(({ running }) => running?.overheadBytes),
    totalBytes: sum((vm) => vm.totalBytes),
    differenceBytes: sum(overheadDifference),
    guestBytes: sum(({ guestMemory }) => guestMemory?.value()),
    workloadBytes: sum(({ amounts }) => amounts.workloadBytes),
    podMemoryLimitBytes: sum(({ amounts }) => amounts.limit?.value()),
    podMemoryRequestBytes: sum(({ amounts }) => amounts.request?.value()),
    overcommit: overcommitOfAll(known.map(({ amounts }) => amounts)),
  };
}

function overcommitOfAll(amounts: readonly PodAmounts[]): Overcommit | undefined {
  const told = amounts.flatMap(({ overcommit }) => overcommit ?? []);
  if (told.length === 0) return undefined;
  const promisedBytes = told.reduce((sum, one) => sum + one.promisedBytes, 0n);
  const requestedBytes = told.reduce((sum, one) => sum + one.requestedBytes, 0n);
  return { promisedBytes, requestedBytes };
}

/** One sum of `overhead --total -o json`; bytes are decimal strings. */
export function totalJson({ namespace, vms, overcommit, ...sums }: OverheadTotal): object {
  const bytes = Object.entries(sums).map(([name, sum]) => [name, `${sum}`]);
  return {
    ...(namespace === undefined ? {} : { namespace }),
    vms,
    ...Object.fromEntries(bytes),
    ...(overcommit === undefined ? {} : { overcommitPercent: Number(overcommitPercent(overcommit)) }),
  };
}
