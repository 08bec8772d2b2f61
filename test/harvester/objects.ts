import { type HarvesterRelease, harvesterRelease } from '../../src/harvester/release.ts';
import { type Setting, settingShape } from '../../src/objects/harvester.ts';
import {
  type Namespace,
  namespaceShape,
  type ResourceQuota,
  resourceQuotaShape,
} from '../../src/objects/kubernetes.ts';
import type { ResourceList } from '../../src/objects/quantity-shape.ts';
import {
  type VirtualMachineInstance,
  virtualMachineInstanceShape,
} from '../../src/objects/virtual-machine-instance.ts';

type Amounts = Readonly<Record<string, string>>;
type Texts = Readonly<Record<string, string>>;

export function setting(name: string, value: string, fallback = ''): Setting {
  return settingShape.parse({ metadata: { name }, value, default: fallback });
}

export function releaseOf(version: string): HarvesterRelease {
  const fact = harvesterRelease([setting('server-version', version)]);
  if (fact.kind !== 'known') throw new Error(`no rules of ${version}`);
  return fact.release;
}

/** `limits` undefined: a namespace without the annotation. */
export function namespaceWith(limits: string | undefined): Namespace {
  const annotations = limits === undefined ? {} : { 'field.cattle.io/resourceQuota': limits };
  return namespaceShape.parse({ metadata: { name: 'quota-test', annotations } });
}

export const managedNamespace = namespaceWith('{"limit":{"limitsCpu":"3000m","limitsMemory":"5000Mi"}}');

export function quotaWith(facts: {
  hard?: Amounts;
  used?: Amounts;
  annotations?: Texts;
  labels?: Texts;
}): ResourceQuota {
  const { hard = { 'limits.cpu': '3', 'limits.memory': '5000Mi' }, used, annotations = {} } = facts;
  const labels = facts.labels ?? { 'resourcequota.management.cattle.io/default-resource-quota': 'true' };
  const status = used === undefined ? undefined : { hard, used };
  return resourceQuotaShape.parse({ metadata: { name: 'default-z4g94', labels, annotations }, spec: { hard }, status });
}

export function vmiWith(limits: Amounts, requests: Amounts = {}, name = 'vm1'): VirtualMachineInstance {
  return virtualMachineInstanceShape.parse({
    metadata: { name, uid: '94ec5ca6-6f24-402c-8b48-2690976e2f0c' },
    spec: { domain: { resources: { limits, requests } } },
  });
}

/** By key, as Kubernetes prints it: what Harvester writes into an annotation. */
export function printed(list: ResourceList): Record<string, string> {
  return Object.fromEntries([...list].map(([key, amount]) => [key, amount.toString()]));
}
