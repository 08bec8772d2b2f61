import type { Cluster, NamespaceObjects } from '../forecast/cluster-objects.ts';
import { CommandError } from './command-error.ts';
import type { ClusterOptions } from './options.ts';

/** Names of VMs of one namespace. */
export interface VmSelection {
  readonly namespace: string;
  readonly names: readonly string[];
}

/** The names of a namespace that "all of it" means to a command. */
export type NamesOf = (objects: NamespaceObjects) => readonly string[];

/** What of a cluster is asked for: names in a namespace, all of a namespace, or everything. */
export async function selectVms(
  cluster: Cluster,
  asked: readonly string[],
  options: ClusterOptions,
  namesOf: NamesOf,
): Promise<readonly VmSelection[]> {
  if (options.allNamespaces === true) {
    if (asked.length > 0) throw new CommandError('a VM is named within one namespace: give -n NAMESPACE instead of -A');
    if (options.namespace !== undefined) throw new CommandError('-n and -A cannot be used together');
    return everySelection(cluster, namesOf);
  }
  const namespace = options.namespace ?? (await onlyNamespace(cluster, namesOf));
  if (asked.length > 0) return [{ namespace, names: [...new Set(asked)] }];
  await requireNamespace(cluster, namespace);
  return [{ namespace, names: sorted(namesOf(await readableNamespace(cluster, namespace))) }];
}

export async function everySelection(cluster: Cluster, namesOf: NamesOf): Promise<readonly VmSelection[]> {
  const selections: VmSelection[] = [];
  for (const namespace of await cluster.namespaceNames()) {
    const names = sorted(namesOf(await readableNamespace(cluster, namespace)));
    if (names.length > 0) selections.push({ namespace, names });
  }
  return selections;
}

/** A snapshot has no current context: without -n it must be plain which namespace is meant. */
export async function onlyNamespace(cluster: Cluster, namesOf: NamesOf): Promise<string> {
  const [first, ...others] = await everySelection(cluster, namesOf);
  if (first === undefined) throw new CommandError('there is no VM to ask about: give -n NAMESPACE');
  if (others.length === 0) return first.namespace;
  const names = [first, ...others].map(({ namespace }) => namespace);
  throw new CommandError(
    `several namespaces hold VMs (${shortList(names)}): give -n NAMESPACE for one, or -A for all of them`,
  );
}

export async function requireNamespace(cluster: Cluster, namespace: string): Promise<void> {
  const { namespaces } = await cluster.namespaceObjects(namespace);
  // Whoever may read one namespace need not be able to list them all.
  if (namespaces.items.length > 0 || namespaces.unreadable !== undefined) return;
  await namespacesAsked(cluster, namespace);
}

/** Every namespace, or the one that is named. */
export async function namespacesAsked(cluster: Cluster, namespace: string | undefined): Promise<readonly string[]> {
  const known = await cluster.namespaceNames();
  if (namespace === undefined) return known;
  if (known.includes(namespace)) return [namespace];
  throw new CommandError(`there is no namespace ${namespace}; there are ${shortList(known)}`);
}

/** A namespace whose VMs are known: where they cannot be listed, silence about them would pass for an answer. */
export async function readableNamespace(cluster: Cluster, namespace: string): Promise<NamespaceObjects> {
  const objects = await cluster.namespaceObjects(namespace);
  const { unreadable } = objects.virtualMachineInstances;
  if (unreadable !== undefined) throw new CommandError(unreadable);
  return objects;
}

export function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  if (names.length === 0) return 'none';
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
