import type { Cause } from './forecast.ts';

/** What each cause means, as the rest of a sentence; docs/causes.md has a section for each. */
export const CAUSE_TEXTS: Readonly<Record<Cause, string>> = {
  'not-admitted': 'the pod itself is refused, whatever the quota',
  'no-limits': 'the quota demands that every container states this resource, and one of the pod does not',
  'scaling-off':
    'Harvester does not scale this quota, because its scaling is switched off or has no base to start from',
  'not-scaled': 'nothing scales this key of this quota during a migration, so the pod must fit into what is free',
  'older-formula': "Harvester reckons the scale-up by an older or ratio-blind formula than the pod's",
  'vm-grew': 'CPU or memory hotplug made the VM larger than when it was started under this quota',
  'overhead-grew': "the pod's memory overhead has grown since the quota was made for this VM (ratio or version)",
  'sidecar-gap': "Harvester's scale-up leaves out the pod's sidecars, and less than they take is free",
  'over-quota': 'others in the namespace use more than the quota was made for',
};
