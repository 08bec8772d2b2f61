/** What Harvester, and Rancher for it, write on objects (harvester pkg/util/constants.go). */

export const LIMITS_CPU = 'limits.cpu';
export const LIMITS_MEMORY = 'limits.memory';

/** Label of the one ResourceQuota of a namespace that Harvester scales: Rancher made it from the namespace's limits. */
export const DEFAULT_QUOTA_LABEL = 'resourcequota.management.cattle.io/default-resource-quota';

/** On a Namespace: the limits that somebody set on Rancher's pages, as JSON. Harvester ignores the same key elsewhere. */
export const NAMESPACE_LIMITS_ANNOTATION = 'field.cattle.io/resourceQuota';

/** On a default quota, one for each migrating VM: what was added for it, as JSON of a resource list. */
export const SCALE_UP_BY_UID_PREFIX = 'harvesterhci.io/migratingUID-';
export const SCALE_UP_BY_NAME_PREFIX = 'harvesterhci.io/migrating-';

/** These two begin with `harvesterhci.io/migrating` as well, but belong to no VM. */
export const COMPENSATION_ANNOTATION = 'harvesterhci.io/migratingCompensation';
export const RESYNC_ANNOTATION = 'harvesterhci.io/migratingScalingResyncNeeded';

export const SKIP_SCALING_ANNOTATION = 'harvesterhci.io/skipResourceQuotaAutoScaling';

export const SERVER_VERSION_SETTING = 'server-version';
export const OVERHEAD_RATIO_SETTING = 'additional-guest-memory-overhead-ratio';
export const OVERCOMMIT_SETTING = 'overcommit-config';
