import type { ResourceQuota } from '../objects/kubernetes.ts';
import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';
import type { KubeVirtRelease } from './release-rules.ts';
import type { RenderedVmi } from './vmi-facts.ts';

/** What a network attachment definition says about itself, by `namespace/name` or, in the VMI's namespace, `name`. */
export type NetworkAttachments = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** All that decides about a launcher pod's resources. */
export interface RenderRequest {
  readonly vmi: RenderedVmi;
  readonly configuration: KubeVirtConfiguration;
  readonly release: KubeVirtRelease;
  /** The KubeVirt CR's `status.defaultArchitecture`. */
  readonly clusterArchitecture: string;
  /** The pod a VM starts in, or one that a migration moves it to. */
  readonly role: 'source' | 'target';
  /** Absent where they cannot be read: then none is taken to ask for a device. */
  readonly networkAttachments?: NetworkAttachments;
  readonly namespaceLabels: ReadonlyMap<string, string>;
  /** Those of the VMI's namespace. */
  readonly quotas: readonly Pick<ResourceQuota, 'spec'>[];
}

/** KubeVirt makes no pod of this VMI, and why. */
export interface RenderRefusal {
  readonly kind: 'refused';
  readonly reason: string;
}
