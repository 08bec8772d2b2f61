import type { ProgressListener } from '../cluster/reading-progress.ts';
import { openSnapshot } from '../cluster/snapshot.ts';
import type { Cluster, NamespaceObjects } from '../forecast/cluster-objects.ts';
import { type Launchers, launchersOf } from '../forecast/launchers.ts';
import { runningVms, stoppedVms } from '../forecast/vm-names.ts';
import { isFinal } from '../kubevirt/migration-state.ts';
import type { VirtualMachine, VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { CommandError } from './command-error.ts';
import type { ClusterOptions } from './options.ts';
import { isStill, openClusterOnce } from './read-once.ts';
import { allOf, begun, everySelection, type Selections, selectVms, type VmSelection } from './vm-selection.ts';

export interface OverheadOptions extends ClusterOptions {
  readonly filename?: readonly string[];
  readonly ratio?: string;
}

/** A VM whose overhead is asked for, with what it stands among. */
export interface OverheadSubject {
  readonly namespace: string;
  readonly name: string;
  readonly found:
    | { readonly kind: 'running'; readonly vmi: VirtualMachineInstance }
    | { readonly kind: 'stopped'; readonly vm: VirtualMachine }
    | { readonly kind: 'unknown'; readonly reason: string };
  readonly objects: NamespaceObjects;
  readonly launchers: Launchers;
  /** By name of their VMI. */
  readonly activeMigrations: ReadonlyMap<string, VirtualMachineInstanceMigration>;
  readonly kubeVirtVersion: string | undefined;
}

export interface OverheadQuestion {
  readonly cluster: Cluster;
  readonly selections: Selections;
}

/** The cluster whose version and settings count, and the VMs that are asked for. */
export async function overheadQuestion(
  names: readonly string[],
  options: OverheadOptions,
  onProgress?: ProgressListener,
): Promise<OverheadQuestion> {
  const { filename, snapshot = [] } = options;
  if (filename === undefined) {
    const cluster = await openClusterOnce(options, 'nothing', onProgress);
    const selections = selectVms(cluster, names, options, names.length > 0 ? anyVm : runningVms);
    return { cluster, selections: (await begun(selections, isStill(options) ? 'first' : 'all')).all };
  }
  if (names.length > 0) throw new CommandError('names of VMs and -f cannot be used together: the file says which VMs');
  const selections = await allOf(everySelection(await openSnapshot(filename), anyVm));
  if (selections.length === 0) {
    throw new CommandError(`${filename.join(', ')}: no VirtualMachine or VirtualMachineInstance with a name is in it`);
  }
  const wanted = selections.filter(({ namespace }) => (options.namespace ?? namespace) === namespace);
  // The files come last: an object of theirs takes the place of the same one in the snapshot.
  return { cluster: await openSnapshot([...snapshot, ...filename]), selections: wanted };
}

function anyVm(objects: NamespaceObjects): readonly string[] {
  return [...runningVms(objects), ...stoppedVms(objects)];
}

/** The VMs of one selection, those first that run. */
export function* subjectsOf(
  { namespace, names }: VmSelection,
  objects: NamespaceObjects,
  kubeVirtVersion: string | undefined,
): Generator<OverheadSubject> {
  const launchers = launchersOf(objects.pods.items);
  const activeMigrations = migrationsUnderWay(objects.migrations.items);
  const vmis = byName(objects.virtualMachineInstances.items);
  const vms = byName(objects.virtualMachines.items);
  for (const name of names) {
    const found = foundBy(name, objects, { vmis, vms });
    yield { namespace, name, found, objects, launchers, activeMigrations, kubeVirtVersion };
  }
}

interface Named {
  readonly vmis: ReadonlyMap<string, VirtualMachineInstance>;
  readonly vms: ReadonlyMap<string, VirtualMachine>;
}

function foundBy(name: string, objects: NamespaceObjects, { vmis, vms }: Named): OverheadSubject['found'] {
  const problems = [...objects.virtualMachineInstances.problems, ...objects.virtualMachines.problems];
  const problem = problems.find((one) => one.name === name);
  if (problem !== undefined) return { kind: 'unknown', reason: `${problem.kind} ${name}: ${problem.message}` };
  const vmi = vmis.get(name);
  if (vmi !== undefined) return { kind: 'running', vmi };
  const vm = vms.get(name);
  if (vm !== undefined) return { kind: 'stopped', vm };
  return { kind: 'unknown', reason: `neither a VirtualMachineInstance nor a VirtualMachine ${name} was found` };
}

/** Of several for one VMI, the one listed first is meant. */
function migrationsUnderWay(
  migrations: readonly VirtualMachineInstanceMigration[],
): Map<string, VirtualMachineInstanceMigration> {
  const active = migrations.filter((migration) => !isFinal(migration));
  return new Map(active.toReversed().map((migration) => [migration.spec.vmiName, migration]));
}

function byName<T extends { readonly metadata: { readonly name: string } }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.metadata.name, item]));
}
