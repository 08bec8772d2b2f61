import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as z from 'zod';
import type { Api } from '../cluster/api.ts';
import { type KubernetesObject, readObjects, recordOf } from '../cluster/kubernetes-objects.ts';
import { GROUP_PATHS, OBJECT_KINDS } from '../cluster/object-kinds.ts';
import { objectMembersReadBy } from '../cluster/read-members.ts';
import type { Environment } from '../config/serve-config.ts';
import { isNamespaceName, isObjectName } from '../objects/names.ts';
import type { Candidate, NamesOfWhat } from './completion-candidates.ts';
import { openLiveApi } from './open-cluster.ts';

/** Where names come from: what is given of it on the line. */
export interface NameSource {
  readonly snapshots: readonly string[];
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  readonly environment: Environment;
}

/** Nobody reads through more than that. */
const MOST_LISTED = 500;
const LIST_MILLISECONDS = 1500;

export async function namesOf(what: NamesOfWhat, source: NameSource): Promise<Candidate[]> {
  if (what === 'contexts') return contextNames(source);
  const found = new FoundNames();
  if (source.snapshots.length > 0) await readSnapshots(source.snapshots, found);
  else await listLive(what, source, found);
  return found.candidates(what, source.namespace);
}

const { namespaces, nodes, virtualMachines, virtualMachineInstances } = OBJECT_KINDS;
const NAMED_KINDS = new Set([namespaces, nodes, virtualMachines, virtualMachineInstances].map(({ kind }) => kind));

async function readSnapshots(files: readonly string[], found: FoundNames): Promise<void> {
  const name = z.string().optional();
  const metadata = z.object({ name, namespace: name });
  const named = objectMembersReadBy(z.object({ metadata, status: z.object({ nodeName: name }) }));
  // Standard input is the terminal on which the line is being typed.
  for (const file of files.filter((one) => one !== '-')) {
    const receive = (object: KubernetesObject): void => found.take(object);
    await readObjects(file, receive, (_apiVersion, kind) => (NAMED_KINDS.has(kind) ? named : 'nothing'));
  }
}

const LISTED: Readonly<Record<Exclude<NamesOfWhat, 'contexts'>, readonly { kind: string; path: string }[]>> = {
  namespaces: [listOf(namespaces)],
  nodes: [listOf(nodes)],
  'running-vms': [listOf(virtualMachineInstances)],
  'stopped-vms': [listOf(virtualMachineInstances), listOf(virtualMachines)],
  vms: [listOf(virtualMachineInstances), listOf(virtualMachines)],
};

type ListedKind = Pick<typeof namespaces, 'group' | 'kind' | 'plural'>;

function listOf({ group, kind, plural }: ListedKind): { kind: string; path: string } {
  return { kind, path: `${GROUP_PATHS[group]}{namespace}/${plural}` };
}

/** One page of each kind: a list of names is wanted at once, or not at all. */
async function listLive(
  what: Exclude<NamesOfWhat, 'contexts'>,
  { kubeconfig, context, namespace }: NameSource,
  found: FoundNames,
): Promise<void> {
  const api = await openLiveApi({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  const isOfOne = what !== 'namespaces' && what !== 'nodes' && namespace !== undefined && isNamespaceName(namespace);
  const place = isOfOne ? `/namespaces/${namespace}` : '';
  try {
    await Promise.all(
      LISTED[what].map(({ kind, path }) => listKind(api, kind, path.replace('{namespace}', place), found)),
    );
  } finally {
    await api.close();
  }
}

async function listKind(api: Api, kind: string, path: string, found: FoundNames): Promise<void> {
  const query = { limit: String(MOST_LISTED) };
  const answer = await api.call({ method: 'GET', path, query }, AbortSignal.timeout(LIST_MILLISECONDS));
  const items = answer.kind === 'done' ? recordOf(answer.body)?.items : undefined;
  if (!Array.isArray(items)) return;
  for (const item of items) found.take({ apiVersion: '', ...recordOf(item), kind });
}

interface FoundVm {
  readonly namespace: string;
  readonly name: string;
}

/** Names seen so far; of everything that could not be a name of Kubernetes nothing is kept. */
class FoundNames {
  readonly #namespaces = new Set<string>();
  readonly #nodes = new Set<string>();
  readonly #running = new Map<string, FoundVm>();
  readonly #defined = new Map<string, FoundVm>();

  take({ kind, metadata, status }: KubernetesObject): void {
    const name = nameIn(metadata, 'name');
    const namespace = nameIn(metadata, 'namespace');
    if (namespace !== '') this.#namespaces.add(namespace);
    if (kind === namespaces.kind && name !== '') this.#namespaces.add(name);
    if (kind === nodes.kind && name !== '') this.#nodes.add(name);
    if (name === '' || namespace === '') return;
    if (kind === virtualMachines.kind) this.#defined.set(`${namespace}/${name}`, { namespace, name });
    if (kind !== virtualMachineInstances.kind) return;
    this.#running.set(`${namespace}/${name}`, { namespace, name });
    const node = nameIn(status, 'nodeName');
    if (node !== '') this.#nodes.add(node);
  }

  candidates(what: Exclude<NamesOfWhat, 'contexts'>, namespace: string | undefined): Candidate[] {
    switch (what) {
      case 'namespaces':
        return sorted(this.#namespaces);
      case 'nodes':
        return sorted(this.#nodes);
      case 'running-vms':
        return vmCandidates(this.#running.values(), namespace);
      case 'stopped-vms':
        return vmCandidates(this.#stopped(), namespace);
      case 'vms':
        return vmCandidates(new Map([...this.#defined, ...this.#running]).values(), namespace);
      default:
        return what satisfies never;
    }
  }

  #stopped(): FoundVm[] {
    return [...this.#defined].flatMap(([key, vm]) => (this.#running.has(key) ? [] : [vm]));
  }
}

function nameIn(fields: unknown, key: string): string {
  const name = recordOf(fields)?.[key];
  return typeof name === 'string' && isObjectName(name) ? name : '';
}

function sorted(names: Iterable<string>): Candidate[] {
  return [...new Set(names)].sort().map((value) => ({ value }));
}

function vmCandidates(vms: Iterable<FoundVm>, namespace: string | undefined): Candidate[] {
  const own = [...vms].filter((vm) => vm.namespace === (namespace ?? vm.namespace));
  const byName = Map.groupBy(own, ({ name }) => name);
  return sorted(byName.keys()).map(({ value }) => {
    const places = byName.get(value)?.map((vm) => vm.namespace) ?? [];
    return { value, description: `in ${places.join(', ')}` };
  });
}

/** A context may be called anything; one that a shell would take apart has to be typed by hand. */
const PLAIN_CONTEXT = /^[\w.:/@%+,-]+$/;

/** kubectl's order: the file given, those of KUBECONFIG, the user's own. */
async function contextNames({ kubeconfig, environment }: NameSource): Promise<Candidate[]> {
  const { KUBECONFIG = '' } = environment;
  const listed = kubeconfig === undefined ? KUBECONFIG.split(delimiter).filter((file) => file !== '') : [kubeconfig];
  const files = listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
  const { parse } = await import('yaml');
  const names: string[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    names.push(...contextsIn(parse(text)));
  }
  return sorted(names.filter((name) => PLAIN_CONTEXT.test(name)));
}

function contextsIn(config: unknown): string[] {
  const contexts = recordOf(config)?.contexts;
  const names = Array.isArray(contexts) ? contexts.map((one) => recordOf(one)?.name) : [];
  return names.filter((name) => typeof name === 'string');
}
