import type { OBJECT_KINDS } from './object-kinds.ts';

/** The labels and annotations that some rule asks for; one that ends in `*` stands for all that begin so. */
export interface KeptMetadata {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

const NONE: KeptMetadata = { labels: [], annotations: [] };

/** How many sidecars a VM asks for; of the sidecars' images and arguments nothing is kept. */
export const HOOK_SIDECARS = 'hooks.kubevirt.io/hookSidecars';

const OF_VMS: KeptMetadata = {
  labels: ['logVerbosity', 'kubevirt.io/memory-hotplug-overhead-ratio'],
  annotations: [
    HOOK_SIDECARS,
    'alpha.kubevirt.io/EmulatorThreadCompleteToEvenParity',
    'harvesterhci.io/migrationTargetNodeName',
  ],
};

/** Anybody may put anything into the others, `kubectl apply` a whole copy of the object. */
export const KEPT_METADATA: Readonly<Record<keyof typeof OBJECT_KINDS, KeptMetadata>> = {
  kubeVirts: NONE,
  settings: NONE,
  nodes: NONE,
  // KubeVirt's configuration may select namespaces by any label.
  namespaces: { labels: ['*'], annotations: ['field.cattle.io/resourceQuota', 'headroom.harvesterhci.io/policy'] },
  quotas: {
    labels: ['resourcequota.management.cattle.io/default-resource-quota'],
    annotations: ['harvesterhci.io/migrating*', 'harvesterhci.io/skipResourceQuotaAutoScaling'],
  },
  limitRanges: NONE,
  pods: {
    labels: ['kubevirt.io', 'kubevirt.io/created-by', 'kubevirt.io/migrationJobUID'],
    annotations: [
      'headroom.harvesterhci.io/kubevirt-version',
      'headroom.harvesterhci.io/overhead-ratio',
      'kubevirt.io/memory-overhead-bytes',
    ],
  },
  virtualMachines: OF_VMS,
  virtualMachineInstances: OF_VMS,
  migrations: NONE,
};

export function isKept(name: string, kept: readonly string[]): boolean {
  return kept.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one));
}
