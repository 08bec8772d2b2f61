import type { Namespace, ResourceQuota } from '../objects/kubernetes.ts';
import type { VirtualMachine } from '../objects/kubevirt.ts';
import type { Metadata } from '../objects/metadata.ts';
import { noResources, type ResourceList } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';
import { LIMITS_CPU, LIMITS_MEMORY } from './names.ts';
import { namespaceLimits } from './namespace-quota.ts';
import { storedScaleUps, totalScaleUp } from './quota-annotations.ts';
import { harvesterMemoryNeed, type ScaleUpFormula } from './scale-up.ts';

export type StartCheck =
  | { readonly kind: 'not-checked'; readonly why: NotCheckedWhy }
  /** By quota key; `available` has only the keys that the namespace limits, and only those were compared. */
  | { readonly kind: 'passes'; readonly available: ResourceList; readonly needed: ResourceList }
  | {
      readonly kind: 'refused';
      readonly resource: 'cpu' | 'memory';
      readonly needed: Quantity;
      readonly available: Quantity;
      /** Harvester's own sentence. */
      readonly wording: string;
    }
  | { readonly kind: 'unknown'; readonly unknown: StartCheckUnknown; readonly reason: string };

type StartCheckUnknown = 'garbled-annotation' | 'quota-status-empty';

export type NotCheckedWhy =
  | 'release-has-no-check'
  | 'vm-without-status'
  | 'has-launcher-pod'
  | 'no-namespace-limits'
  | 'no-default-quota';

export interface StartFacts extends ScaleUpFormula {
  readonly vm: VirtualMachine;
  readonly namespace: Namespace;
  /** The default quota; undefined where the namespace has none. */
  readonly quota: ResourceQuota | undefined;
  readonly hasLauncherPod: boolean;
}

/**
 * Harvester's check when a stopped VM is to be started, before Kubernetes has its say: the namespace's own limits, less
 * what is used without migrations under way (calculator.go CheckIfVMCanStartByResourceQuota). A start leaves volumes as
 * they are, so the storage check, which compares with the VM as it was, never refuses one.
 */
export function startCheck(facts: StartFacts): StartCheck {
  const why = whyNotChecked(facts);
  if (why !== undefined) return { kind: 'not-checked', why };
  const limits = namespaceLimits(facts.namespace);
  if (limits.kind === 'none') return { kind: 'not-checked', why: 'no-namespace-limits' };
  if (limits.kind !== 'read') return unknownBecause('garbled-annotation', limits.message);
  if (facts.quota === undefined) return { kind: 'not-checked', why: 'no-default-quota' };
  const bases = new Map([
    [LIMITS_CPU, limits.limitsCpu],
    [LIMITS_MEMORY, limits.limitsMemory],
  ]);
  return compareWithLimits(facts, facts.quota, bases);
}

function whyNotChecked({ release, vm, hasLauncherPod }: StartFacts): NotCheckedWhy | undefined {
  if (release.startCheckErrorWording === undefined) return 'release-has-no-check';
  if (!vm.status?.printableStatus) return 'vm-without-status';
  return hasLauncherPod ? 'has-launcher-pod' : undefined;
}

function compareWithLimits(facts: StartFacts, quota: ResourceQuota, limits: ResourceList): StartCheck {
  const stored = storedScaleUps(quota);
  if (stored.kind === 'garbled')
    return unknownBecause('garbled-annotation', `annotation ${stored.key}: ${stored.message}`);
  const used = quota.status?.used;
  if (used === undefined || used.size === 0) {
    return unknownBecause('quota-status-empty', `status of ResourceQuota ${quota.metadata.name} is empty`);
  }
  const needed = startNeed(facts);
  const available = new Map<string, Quantity>();
  for (const [key, limit] of limits) {
    if (limit.isZero()) continue;
    // A compensation in the annotations is not taken off here: it is not use.
    const usedAtRest = (used.get(key) ?? Quantity.zero).subtract(totalScaleUp(stored.scaleUps, key));
    available.set(key, limit.subtract(usedAtRest));
  }
  return firstShort(facts, needed, available) ?? { kind: 'passes', available, needed };
}

function unknownBecause(unknown: StartCheckUnknown, reason: string): StartCheck {
  return { kind: 'unknown', unknown, reason };
}

const CHECKED = [
  { key: LIMITS_CPU, resource: 'cpu' },
  { key: LIMITS_MEMORY, resource: 'memory' },
] as const;

function firstShort({ release }: StartFacts, needed: ResourceList, available: ResourceList): StartCheck | undefined {
  for (const { key, resource } of CHECKED) {
    const need = needed.get(key) ?? Quantity.zero;
    const room = available.get(key);
    if (room === undefined || !need.exceeds(room)) continue;
    const wording = `${resource} ${release.startCheckErrorWording}`;
    return { kind: 'refused', resource, needed: need, available: room, wording };
  }
  return undefined;
}

/** The overhead is that of a VM of which only the limits are known: no page tables of the requests, one CPU topology. */
function startNeed(facts: StartFacts): ResourceList {
  return startNeedOf(facts.vm.metadata, facts.vm.spec.template?.spec.domain.resources.limits ?? noResources, facts);
}

/** What Harvester reckons that the start of a VM of these limits takes, by quota key. */
export function startNeedOf(metadata: Metadata, limits: ResourceList, formula: ScaleUpFormula): ResourceList {
  const resources = { limits, requests: noResources, overcommitGuestOverhead: false };
  const vmi = { metadata, spec: { domain: { devices: {}, resources } } };
  return new Map([
    [LIMITS_CPU, limits.get('cpu') ?? Quantity.zero],
    [LIMITS_MEMORY, harvesterMemoryNeed(vmi, formula)],
  ]);
}
