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

/** One after the other, so that a large cluster need never be held whole; or all of them, known beforehand. */
export type Selections<Selection = VmSelection> = AsyncIterable<Selection> | readonly Selection[];

export interface Begun<Selection> {
  readonly first: Selection | undefined;
  /** The first among them. */
  readonly all: Selections<Selection>;
}

/** Looks for the first selection, or for all of them: of a live cluster a fault is then told before any answer. */
export async function begun<T>(selections: AsyncGenerator<T>, lookFor: 'first' | 'all'): Promise<Begun<T>> {
  if (lookFor === 'first') {
    const { done, value: first } = await selections.next();
    return done === true ? { first: undefined, all: [] } : { first, all: startingWith(first, selections) };
  }
  const all = await allOf(selections);
  return { first: all[0], all };
}

async function* startingWith<T>(first: T, others: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* others;
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What of a cluster is asked for: names in a namespace, all of a namespace, or everything. */
export async function* selectVms(
  cluster: Cluster,
  asked: readonly string[],
  options: ClusterOptions,
  namesOf: NamesOf,
): AsyncGenerator<VmSelection> {
  if (options.allNamespaces === true) {
    if (asked.length > 0) throw new CommandError('a VM is named within one namespace: give -n NAMESPACE instead of -A');
    if (options.namespace !== undefined) throw new CommandError('-n and -A cannot be used together');
    yield* everySelection(cluster, namesOf);
    return;
  }
  const namespace = options.namespace ?? (await onlyNamespace(cluster, namesOf));
  if (asked.length > 0) {
    yield { namespace, names: [...new Set(asked)] };
    return;
  }
  await requireNamespace(cluster, namespace);
  yield { namespace, names: sorted(namesOf(await readableNamespace(cluster, namespace))) };
}

export async function* everySelection(cluster: Cluster, namesOf: NamesOf): AsyncGenerator<VmSelection> {
  for (const namespace of await cluster.namespaceNames()) {
    const names = sorted(namesOf(await readableNamespace(cluster, namespace)));
    if (names.length > 0) yield { namespace, names };
  }
}

/** A snapshot has no current context: without -n it must be plain which namespace is meant. */
export async function onlyNamespace(cluster: Cluster, namesOf: NamesOf): Promise<string> {
  const [first, ...others] = await allOf(everySelection(cluster, namesOf));
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
