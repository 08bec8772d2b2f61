import { metadataShape } from '../objects/metadata.ts';
import { quantityShape, resourceListShape } from '../objects/quantity-shape.ts';
import { HOOK_SIDECARS, isKept, KEPT_METADATA } from './kept-metadata.ts';
import { type KubernetesObject, recordOf } from './kubernetes-objects.ts';
import { DEFAULT_NAMESPACE, groupOf, OBJECT_KINDS } from './object-kinds.ts';
import { blankOf, eachMember, membersOnly, type Reduction, reductionOf } from './shape-reduction.ts';

type KindName = keyof typeof OBJECT_KINDS;
type Shape = Parameters<typeof reductionOf>[0];

/** Harvester's other Settings hold passwords, tokens and private keys. */
const KEPT_SETTINGS = ['server-version', 'additional-guest-memory-overhead-ratio', 'overcommit-config'];

/** The pods that belong to VMs. */
export const POD_ROLES = ['virt-launcher', 'hotplug-disk'];

/** Takes out of an object what no forecast reads; undefined for an object that none reads at all. */
export function reducedObject(object: KubernetesObject): KubernetesObject | undefined {
  const entry = ENTRIES.get(`${groupOf(object.apiVersion)}/${object.kind}`);
  if (entry === undefined || !isRead(entry.name, object)) return undefined;
  const { apiVersion, kind } = object;
  return { apiVersion, kind, ...recordOf(entry.reduce(object)) };
}

/**
 * The same of an object that is not understood: it stays so. Of a Setting that no forecast reads nothing is left but the
 * types of its members; it is told all the same, for nothing is certain beside it.
 */
export function reducedProblem(object: KubernetesObject): KubernetesObject | undefined {
  const entry = ENTRIES.get(`${groupOf(object.apiVersion)}/${object.kind}`);
  if (entry?.name !== 'settings' || isRead('settings', object)) return reducedObject(object);
  const { apiVersion, kind, metadata } = object;
  const blanks = ['value', 'default'].filter((name) => object[name] !== undefined);
  const left = { metadata, ...Object.fromEntries(blanks.map((name) => [name, blankOf(object[name])])) };
  return { apiVersion, kind, ...recordOf(entry.reduce(left)) };
}

/** Whether an object belongs to a namespace or to the cluster as a whole, as the KubeVirt object does wherever it is. */
export function isOfNamespace({ apiVersion, kind, metadata }: KubernetesObject, namespace: string): boolean {
  const entry = ENTRIES.get(`${groupOf(apiVersion)}/${kind}`);
  const own = recordOf(metadata);
  if (entry?.name === 'namespaces') return own?.name === namespace;
  if (entry?.scope !== 'namespace' || entry.name === 'kubeVirts') return true;
  return (own?.namespace || DEFAULT_NAMESPACE) === namespace;
}

function isRead(name: KindName, { metadata }: KubernetesObject): boolean {
  if (name === 'settings') return isAmong(KEPT_SETTINGS, recordOf(metadata)?.name);
  if (name === 'pods') return isAmong(POD_ROLES, recordOf(recordOf(metadata)?.labels)?.['kubevirt.io']);
  return true;
}

/** Whatever else stands where a name belongs is none of them. */
function isAmong(names: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && names.includes(value);
}

const amount: Reduction = (value) => (typeof value === 'string' || typeof value === 'number' ? value : blankOf(value));

const ENTRIES = new Map(
  Object.entries(OBJECT_KINDS).map(([name, kind]) => [
    `${kind.group}/${kind.kind}`,
    { name: name as KindName, scope: kind.scope, reduce: reductionOfKind(name as KindName, kind.shape) },
  ]),
);

function reductionOfKind(name: KindName, shape: Shape): Reduction {
  const leaves = new Map<Shape, Reduction>([
    [quantityShape, amount],
    [resourceListShape, eachMember(amount)],
  ]);
  leaves.set(metadataShape, metadataReduction(name, leaves));
  return reductionOf(shape, leaves);
}

function metadataReduction(name: KindName, leaves: ReadonlyMap<Shape, Reduction>): Reduction {
  const { labels: _labels, annotations: _annotations, resourceVersion: _version, ...others } = metadataShape.shape;
  const kept = KEPT_METADATA[name];
  return membersOnly([
    ...Object.entries(others).map(([field, shape]) => [field, reductionOf(shape, leaves)] as const),
    ['labels', textsNamed(kept.labels)],
    ['annotations', textsNamed(kept.annotations)],
  ]);
}

function textsNamed(kept: readonly string[]): Reduction {
  return (value) => {
    const given = recordOf(value);
    if (given === undefined) return blankOf(value);
    const chosen = Object.entries(given).filter(([name]) => isKept(name, kept));
    return chosen.length === 0
      ? undefined
      : Object.fromEntries(chosen.map(([name, text]) => [name, keptText(name, text)]));
  };
}

function keptText(name: string, text: unknown): unknown {
  if (typeof text !== 'string') return blankOf(text);
  return name === HOOK_SIDECARS ? bareSidecars(text) : text;
}

/** As many as there were, or no list where there was none. */
function bareSidecars(text: string): string {
  try {
    const given: unknown = JSON.parse(text);
    return JSON.stringify(Array.isArray(given) ? given.map(blankOf) : blankOf(given));
  } catch {
    return '';
  }
}
