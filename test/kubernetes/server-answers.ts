import { readFileSync } from 'node:fs';
import { applyLimitRanges } from '../../src/kubernetes/limit-range.ts';
import { withApiDefaults } from '../../src/kubernetes/pod-defaults.ts';
import { quotaUsage } from '../../src/kubernetes/pod-usage.ts';
import { podValidationRefusals } from '../../src/kubernetes/pod-validation.ts';
import { qosClass } from '../../src/kubernetes/qos-class.ts';
import {
  exceededQuotaSentence,
  isUsageUnknown,
  limitedKeys,
  missingSpecifications,
  mustSpecifySentence,
  podCreationRefusal,
  podQuotaKeys,
  statusUnknownSentence,
} from '../../src/kubernetes/quota-admission.ts';
import { quotaMatches } from '../../src/kubernetes/quota-scope.ts';
import { addResources } from '../../src/kubernetes/resource-arithmetic.ts';
import {
  type LimitRange,
  limitRangeShape,
  type PodSpec,
  podSpecShape,
  type ResourceQuota,
  resourceQuotaShape,
} from '../../src/objects/kubernetes.ts';
import type { ResourceList, Resources } from '../../src/objects/quantity-shape.ts';
import { Quantity } from '../../src/quantity/quantity.ts';

import { printed } from './objects.ts';

type Row = Readonly<Record<string, unknown>>;

/** One pod's way through a real API server's own functions; how it is made is in test/vectors/README-kubernetes.md. */
export interface AdmissionCase {
  readonly op: 'admit';
  readonly pod: Row;
  readonly limitRanges?: readonly unknown[];
  readonly quotas: readonly Row[];
  /** The pod's resources after decoding; left out where `limited`, after the LimitRanges' defaults, differs. */
  readonly decoded?: unknown;
  readonly limited?: unknown;
  readonly invalid?: readonly string[];
  readonly bounds?: readonly string[];
  readonly qos: string;
  readonly usage: Readonly<Record<string, string>>;
  readonly matches: readonly boolean[];
  /** The server's error for each quota alone; empty where the pod is admitted. */
  readonly answers: readonly string[];
}

export interface LifeCase {
  readonly op: 'life';
  readonly phase: string;
  readonly now: number;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly usage: Readonly<Record<string, string>>;
}

export function readCases(path: string | URL): readonly (AdmissionCase | LifeCase)[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What a case should have given, in the form of `computedAnswer`. */
export function expectedAnswer(given: AdmissionCase): unknown {
  const { invalid = [], bounds = [], limitRanges } = given;
  const shown = invalid.length > 0 ? invalid : bounds;
  // Without LimitRanges nothing is validated: the pod's maker is trusted.
  const refusals = limitRanges === undefined ? [] : shown;
  return {
    resources: given.limited ?? given.decoded,
    invalid,
    refusals,
    qos: given.qos,
    usage: given.usage,
    matches: given.matches,
    answers: given.answers,
  };
}

export function computedAnswer(given: AdmissionCase): unknown {
  const decoded = withApiDefaults(podSpecShape.parse(given.pod));
  const { pod, refusals } = applyLimitRanges(decoded, (given.limitRanges ?? []).map(limitRangeOf));
  const quotas = given.quotas.map(quotaOf);
  return {
    resources: printedResources(pod),
    invalid: podValidationRefusals(pod).toSorted(),
    refusals: refusals.toSorted(),
    qos: qosClass(pod),
    usage: printed(quotaUsage(pod)),
    matches: quotas.map((quota) => podQuotaKeys(quota).length > 0 && quotaMatches(quota, pod)),
    answers: quotas.map((quota) => quotaAnswer(quota, pod)),
  };
}

/** The order of the server's checks (CheckRequest, apiserver v0.34). */
function quotaAnswer(quota: ResourceQuota, pod: PodSpec): string {
  if (podQuotaKeys(quota).length === 0 || !quotaMatches(quota, pod)) return '';
  const { name } = quota.metadata;
  const missing = missingSpecifications(quota, pod);
  if (missing.length > 0) return podCreationRefusal('p', mustSpecifySentence(name, missing));
  if (isUsageUnknown(quota)) return podCreationRefusal('p', statusUnknownSentence(name, podQuotaKeys(quota)));
  const usage = quotaUsage(pod);
  const hard = quota.status?.hard ?? new Map<string, Quantity>();
  const used = quota.status?.used ?? new Map<string, Quantity>();
  const after = addResources(used, usage);
  const short = limitedKeys(quota, usage).filter((key) => amountOf(after, key).exceeds(amountOf(hard, key)));
  if (short.length === 0) return '';
  const only = (list: ResourceList): ResourceList => new Map(short.map((key) => [key, amountOf(list, key)]));
  const sentence = exceededQuotaSentence({
    quota: name,
    requested: only(usage),
    used: only(used),
    limited: only(hard),
  });
  return podCreationRefusal('p', sentence);
}

function amountOf(list: ResourceList, key: string): Quantity {
  return list.get(key) ?? Quantity.zero;
}

function quotaOf({ hard, used, scopes, scopeSelector }: Row, index: number): ResourceQuota {
  return resourceQuotaShape.parse({
    metadata: { name: `rq${index}` },
    spec: { hard, scopes, scopeSelector },
    status: { hard, used },
  });
}

function limitRangeOf(limits: unknown): LimitRange {
  return limitRangeShape.parse({ metadata: {}, spec: { limits } });
}

function printedResources({ containers, initContainers, overhead, resources }: PodSpec): unknown {
  return {
    containers: (containers ?? []).map((container) => printedSides(container.resources)),
    ...(initContainers ? { initContainers: initContainers.map((container) => printedSides(container.resources)) } : {}),
    ...(overhead.size > 0 ? { overhead: printed(overhead) } : {}),
    ...(resources ? { resources: printedSides(resources) } : {}),
  };
}

/** Empty lists are left out, as the server prints them. */
function printedSides({ limits, requests }: Resources): unknown {
  return {
    ...(limits.size > 0 ? { limits: printed(limits) } : {}),
    ...(requests.size > 0 ? { requests: printed(requests) } : {}),
  };
}
