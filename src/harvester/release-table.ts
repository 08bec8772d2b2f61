/** Amounts in percent: 1600 for cpu means that a VM with a limit of 1600m requests 100m. */
export interface OvercommitPercent {
  readonly cpu: number;
  readonly memory: number;
  readonly storage: number;
}

/** What decides about quotas and migrations in one release of Harvester. */
export interface HarvesterRelease {
  readonly version: string;
  /**
   * How a migration enlarges the default quota. `in-place`: the hard limit itself is added to and subtracted from.
   * `base-plus-deltas`: it is set again and again to the namespace's limit plus what the annotations hold.
   */
  readonly scaling: 'none' | 'in-place' | 'base-plus-deltas' | 'base-plus-deltas-and-compensation';
  /** The KubeVirt of Harvester's go.mod, whose overhead formula the scale-up uses, whatever KubeVirt is running. */
  readonly vendoredKubeVirt: string;
  readonly scaleUpRatio: 'ignored' | 'from-setting';
  /** Ratio 0 takes the ratio out of KubeVirt's configuration; from 1.7.0 on the scale-up reckons with 1.5 even so. */
  readonly zeroRatioMeans: 'no-ratio' | 'default-ratio';
  /** Who heeds the skip annotation: nobody, the controller that sets hard limits, or the one that records deltas too. */
  readonly skipAnnotationHonoured: 'nowhere' | 'by-quota-controller' | 'by-both-controllers';
  readonly storesDeltaUnder: 'vm-name' | 'vmi-uid';
  /** Follows the resource's name in the refusal to start a VM; undefined where no such check exists. */
  readonly startCheckErrorWording: string | undefined;
  /** A migration with a target node that is then denied leaves the VM tied to that node by its node selector. */
  readonly deniedMigrationPinsVm: boolean;
  readonly defaultOvercommit: OvercommitPercent;
  /** Where a scaled limit has to be changed to stay changed. */
  readonly quotaEditWhere: 'resource-quota' | 'namespace-annotation';
  /** Follows `namespace <name>` when limits are edited during a migration; undefined where that is allowed. */
  readonly quotaEditRefusalWording: string | undefined;
}

type Rules = Omit<HarvesterRelease, 'version' | 'vendoredKubeVirt'>;

const noScaling: Rules = {
  scaling: 'none',
  scaleUpRatio: 'ignored',
  zeroRatioMeans: 'no-ratio',
  skipAnnotationHonoured: 'nowhere',
  storesDeltaUnder: 'vm-name',
  startCheckErrorWording: undefined,
  deniedMigrationPinsVm: true,
  defaultOvercommit: { cpu: 1600, memory: 150, storage: 200 },
  quotaEditWhere: 'resource-quota',
  quotaEditRefusalWording: undefined,
};

const inPlace: Rules = {
  ...noScaling,
  scaling: 'in-place',
  startCheckErrorWording: 'insufficient resources',
  quotaEditRefusalWording: "has migrating VMs, so you can't change resource quotas",
};

const inPlaceNamingQuota: Rules = {
  ...inPlace,
  startCheckErrorWording: 'insufficient resources due to resource quota',
};

const baseAndDeltas: Rules = {
  ...inPlaceNamingQuota,
  scaling: 'base-plus-deltas',
  scaleUpRatio: 'from-setting',
  skipAnnotationHonoured: 'by-quota-controller',
  storesDeltaUnder: 'vmi-uid',
  quotaEditWhere: 'namespace-annotation',
  quotaEditRefusalWording: "has migrating VMs, can't change resource quotas",
};

const zeroRatioReplaced: Rules = { ...baseAndDeltas, zeroRatioMeans: 'default-ratio', deniedMigrationPinsVm: false };

const lowerOvercommit: Rules = { ...zeroRatioReplaced, defaultOvercommit: { cpu: 1000, memory: 150, storage: 100 } };

const compensating: Rules = {
  ...lowerOvercommit,
  scaling: 'base-plus-deltas-and-compensation',
  skipAnnotationHonoured: 'by-both-controllers',
};

/** The final 1.9.0 is reckoned as its last release candidate. */
export const NEWEST_RELEASE: HarvesterRelease = { version: '1.9.0', vendoredKubeVirt: '1.8.3', ...compensating };

/** Oldest first. Sources: Harvester's tags, pkg/util/resourcequota, pkg/controller/master/{migration,resourcequota}, go.mod. */
export const HARVESTER_RELEASES: readonly HarvesterRelease[] = [
  { version: '1.1.0', vendoredKubeVirt: '0.54.0', ...noScaling },
  { version: '1.1.1', vendoredKubeVirt: '0.54.0', ...noScaling },
  { version: '1.1.2', vendoredKubeVirt: '0.54.0', ...noScaling },
  { version: '1.1.3', vendoredKubeVirt: '0.54.0', ...noScaling },
  { version: '1.2.0', vendoredKubeVirt: '0.54.0', ...inPlace },
  { version: '1.2.1', vendoredKubeVirt: '0.54.0', ...inPlace },
  { version: '1.2.2', vendoredKubeVirt: '1.1.1', ...inPlace },
  { version: '1.3.0', vendoredKubeVirt: '1.1.0', ...inPlace },
  { version: '1.3.1', vendoredKubeVirt: '1.1.1', ...inPlace },
  { version: '1.3.2', vendoredKubeVirt: '1.1.1', ...inPlace },
  { version: '1.4.0', vendoredKubeVirt: '1.3.0', ...inPlaceNamingQuota },
  { version: '1.4.1', vendoredKubeVirt: '1.3.0', ...inPlaceNamingQuota },
  { version: '1.4.2', vendoredKubeVirt: '1.3.1', ...baseAndDeltas },
  { version: '1.4.3', vendoredKubeVirt: '1.3.1', ...baseAndDeltas },
  { version: '1.5.0', vendoredKubeVirt: '1.4.0', ...baseAndDeltas },
  { version: '1.5.1', vendoredKubeVirt: '1.4.0', ...baseAndDeltas },
  { version: '1.5.2', vendoredKubeVirt: '1.4.0', ...baseAndDeltas },
  { version: '1.6.0', vendoredKubeVirt: '1.5.0', ...baseAndDeltas },
  { version: '1.6.1', vendoredKubeVirt: '1.5.0', ...baseAndDeltas },
  { version: '1.7.0', vendoredKubeVirt: '1.6.0', ...zeroRatioReplaced },
  { version: '1.7.1', vendoredKubeVirt: '1.6.0', ...zeroRatioReplaced },
  { version: '1.7.2', vendoredKubeVirt: '1.6.0', ...zeroRatioReplaced },
  { version: '1.7.3', vendoredKubeVirt: '1.6.0', ...zeroRatioReplaced },
  { version: '1.8.0', vendoredKubeVirt: '1.7.0', ...lowerOvercommit },
  { version: '1.8.1', vendoredKubeVirt: '1.7.0', ...lowerOvercommit },
  { version: '1.8.2', vendoredKubeVirt: '1.7.0', ...lowerOvercommit },
  NEWEST_RELEASE,
];
