/** How KubeVirt knows a feature gate: not at all, off until listed, on until disabled, or always on. */
export type GateState = 'absent' | 'alpha' | 'beta' | 'ga';

/** The feature gates that change a launcher pod's resources, by KubeVirt's own names. */
export interface GateStates {
  readonly AutoResourceLimitsGate: GateState;
  readonly ConfigurableHypervisor: GateState;
  readonly ExternalNetResourceInjection: GateState;
  readonly GPUsWithDRA: GateState;
  readonly HostDevicesWithDRA: GateState;
  readonly ImageVolume: GateState;
  readonly IOMMUFD: GateState;
  readonly VmiMemoryOverheadReport: GateState;
}
export type FeatureGate = keyof GateStates;

/** What a version's GetMemoryOverhead counts. Sizes are in Mi. */
export interface OverheadRules {
  /** Where upstream keeps the function, for the terms' sources. */
  readonly functionName: string;
  readonly launcherMonitorMi: bigint;
  readonly launcherMi: bigint;
  readonly virtlogdMi: bigint;
  /** virtqemud, and libvirtd before KubeVirt 1.1. */
  readonly virtqemudMi: bigint;
  readonly qemuMi: bigint;
  readonly graphicsMi: bigint;
  readonly tpm: 'when-present' | 'unless-disabled';
  readonly memoryEncryption: 'sev' | 'sev-or-snp';
  readonly passtWithoutPorts: 'counted' | 'ignored';
  readonly reservedOverhead: 'counted' | 'ignored';
  /** Where the 100Mi of dedicated or guaranteed VMs come in; before the ratio they are multiplied too. */
  readonly guaranteedExtra: 'none' | 'after-ratio' | 'before-ratio';
  readonly guaranteedQos: 'limits-equal-requests' | 'memory-limit-suffices';
  readonly ratio: 'unknown' | 'applied';
}

/** What a version's RenderLaunchManifest does; each name says what is done, never when it came. */
export interface PodRules {
  readonly architecture: 'of-cluster' | 'of-vmi-first';
  readonly bindingMemory: 'none' | 'plugins' | 'plugins-and-passt';
  readonly memoryRequest: 'as-stored' | 'always-overcommitted' | 'filled-when-absent';
  /** CPUs of the supplemental IO thread pool: nowhere, on top of the limit, or counted with the vCPUs. */
  readonly ioThreadCpus: 'none' | 'added-to-limit' | 'with-vcpus';
  readonly cpuPinning: 'calculated-limit' | 'limit-and-request';
  readonly emulatorThread: 'one' | 'even-parity' | 'even-parity-with-pool';
  /** What of permittedHostDevices applies to a device that a DRA claim provides. */
  readonly permittedDevices: 'all-checked' | 'gpus-trusted-with-dra' | 'claims-trusted-with-dra';
  readonly claimedDevices: 'as-plugin' | 'as-claim';
  readonly memoryEncryptionDevice: 'sev' | 'sev-or-snp';
  readonly tdxDevice: 'requested' | 'none';
  readonly consoleLog: 'container' | 'init-container';
  readonly imageVolumeInit: 'none' | 'on-first-start';
  readonly virtiofsOfContainerPath: 'rendered' | 'left-to-webhook';
  readonly slirpSidecar: 'added' | 'none';
  readonly attachmentRequest: { readonly cpu: string; readonly memory: string };
  readonly overheadAnnotation: 'none' | 'behind-gate';
  readonly gates: GateStates;
}

/** The rules of the oldest patch release that has them; later patches of the same minor share the row. */
export interface KubeVirtRelease {
  readonly version: string;
  readonly overhead: OverheadRules;
  readonly pod: PodRules;
}

/** As much of a KubeVirt as Harvester carries inside it: the overhead formula alone. */
export type VendoredRelease = Pick<KubeVirtRelease, 'version' | 'overhead'>;
