/** Why a VM's next pod will have another overhead than the one it runs in. */
export const OVERHEAD_CAUSES = ['ratio', 'version', 'hotplug', 'devices', 'unexplained'] as const;
export type OverheadCause = (typeof OVERHEAD_CAUSES)[number];

/** One thing that is no longer as it was when the running pod was made; without a ratio means `none`. */
export type OverheadChange =
  | { readonly cause: 'ratio' | 'version'; readonly from: string; readonly to: string }
  | { readonly cause: 'hotplug'; readonly resource: 'memory' | 'cpu'; readonly from: string; readonly to: string }
  /** What the pod was made without, and the VMI has got since. */
  | { readonly cause: 'devices'; readonly added: 'SR-IOV interfaces' | 'interfaces with network bindings' }
  /** The formula gives the running pod's overhead under no circumstances that were tried. */
  | { readonly cause: 'unexplained' };

export const NO_RATIO = 'none';
