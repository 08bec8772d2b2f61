import type { ResourceQuota } from '../objects/kubernetes.ts';
import { noResources, type ResourceList, resourceListShape } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { Quantity } from '../quantity/quantity.ts';
import { readJson } from './json-text.ts';
import {
  COMPENSATION_ANNOTATION,
  LIMITS_MEMORY,
  RESYNC_ANNOTATION,
  SCALE_UP_BY_NAME_PREFIX,
  SCALE_UP_BY_UID_PREFIX,
  SKIP_SCALING_ANNOTATION,
} from './names.ts';

/** What the default quota is enlarged by for one migrating VM. */
export interface StoredScaleUp {
  /** The annotation. */
  readonly key: string;
  /** The VMI's uid (Harvester from 1.4.2 on) or the VM's name (before). */
  readonly vm: { readonly uid: string } | { readonly name: string };
  readonly delta: ResourceList;
}

export type StoredScaleUps =
  | {
      readonly kind: 'read';
      readonly scaleUps: readonly StoredScaleUp[];
      /** The same by the uid or the name that they are stored under. */
      readonly byVm: ReadonlyMap<string, StoredScaleUp>;
      readonly compensation: Quantity;
      /** The quota controller has not taken in the last change of these annotations yet (Harvester from 1.9 on). */
      readonly resyncNeeded: boolean;
    }
  /** Harvester then leaves the hard limits as they are, and starts no VM. */
  | { readonly kind: 'garbled'; readonly key: string; readonly message: string };

type ReadList = { readonly list: ResourceList } | { readonly message: string };

/**
 * What migrations under way have put on a quota. Harvester counts by what follows the prefix, so a uid and a name of
 * the same text are one VM, but a VM under its uid and under its name is two (utils.go getResourceListFromMigratingVMs).
 */
export function storedScaleUps(quota: ResourceQuota): StoredScaleUps {
  const byVm = new Map<string, StoredScaleUp>();
  for (const [key, text] of quota.metadata.annotations) {
    const vm = vmOfKey(key);
    if (vm === undefined) continue;
    const read = readList(text);
    if ('message' in read) return { kind: 'garbled', key, message: read.message };
    byVm.set('uid' in vm ? vm.uid : vm.name, { key, vm, delta: read.list });
  }
  const compensation = readCompensation(quota);
  if ('message' in compensation)
    return { kind: 'garbled', key: COMPENSATION_ANNOTATION, message: compensation.message };
  return {
    kind: 'read',
    scaleUps: [...byVm.values()],
    byVm,
    compensation: compensation.list.get(LIMITS_MEMORY) ?? Quantity.zero,
    resyncNeeded: quota.metadata.annotations.get(RESYNC_ANNOTATION) === 'true',
  };
}

/** The scale-ups that are already stored for a VM: Harvester reckons none anew while one is there. */
export function storedScaleUpsOf(
  { scaleUps, byVm }: Pick<Extract<StoredScaleUps, { kind: 'read' }>, 'scaleUps' | 'byVm'>,
  { metadata: { uid, name } }: Pick<VirtualMachineInstance, 'metadata'>,
): readonly StoredScaleUp[] {
  if (!byVm.has(name) && !byVm.has(uid ?? '')) return NO_SCALE_UPS;
  return scaleUps.filter(({ vm }) => ('uid' in vm ? vm.uid === uid : vm.name === name));
}

const NO_SCALE_UPS: readonly StoredScaleUp[] = [];

export function totalScaleUp(scaleUps: readonly Pick<StoredScaleUp, 'delta'>[], key: string): Quantity {
  return Quantity.sum(scaleUps.map(({ delta }) => delta.get(key) ?? Quantity.zero));
}

/** Whether any migration has put a scale-up on the quota, readable or not. */
export function hasStoredScaleUp(quota: ResourceQuota): boolean {
  return [...quota.metadata.annotations.keys()].some((key) => vmOfKey(key) !== undefined);
}

/** Somebody has switched scaling off for this quota; which releases heed it is in the table. */
export function skipsScaling(quota: ResourceQuota): boolean {
  return quota.metadata.annotations.get(SKIP_SCALING_ANNOTATION) === 'true';
}

function vmOfKey(key: string): StoredScaleUp['vm'] | undefined {
  if (key.startsWith(SCALE_UP_BY_UID_PREFIX)) return { uid: key.slice(SCALE_UP_BY_UID_PREFIX.length) };
  if (key.startsWith(SCALE_UP_BY_NAME_PREFIX)) return { name: key.slice(SCALE_UP_BY_NAME_PREFIX.length) };
  return undefined;
}

function readCompensation(quota: ResourceQuota): ReadList {
  const text = quota.metadata.annotations.get(COMPENSATION_ANNOTATION);
  return text === undefined || text === '' ? { list: noResources } : readList(text);
}

function readList(text: string): ReadList {
  const json = readJson(text);
  if (json.kind === 'invalid') return { message: json.message };
  const read = resourceListShape.safeParse(json.value);
  if (read.success) return { list: read.data };
  const [issue] = read.error.issues;
  return { message: [...(issue?.path ?? []), issue?.message ?? 'expected a resource list'].join(': ') };
}
