import type { KubeVirtRelease, OverheadRules, PodRules, VendoredRelease } from './release-rules.ts';

const overhead110: OverheadRules = {
  functionName: 'services.GetMemoryOverhead',
  launcherMonitorMi: 25n,
  launcherMi: 100n,
  virtlogdMi: 20n,
  virtqemudMi: 35n,
  qemuMi: 30n,
  graphicsMi: 16n,
  tpm: 'when-present',
  memoryEncryption: 'sev',
  passtWithoutPorts: 'counted',
  reservedOverhead: 'ignored',
  guaranteedExtra: 'after-ratio',
  guaranteedQos: 'limits-equal-requests',
  ratio: 'applied',
};
const overhead130: OverheadRules = { ...overhead110, passtWithoutPorts: 'ignored' };
const overhead141: OverheadRules = { ...overhead130, virtqemudMi: 40n, tpm: 'unless-disabled' };
/** 1.5.0 was cut before the TPM fix of 1.4.1 reached it. */
const overhead150: OverheadRules = { ...overhead141, virtlogdMi: 25n, tpm: 'when-present' };
const overhead151: OverheadRules = { ...overhead150, tpm: 'unless-disabled' };
const overhead153: OverheadRules = { ...overhead151, guaranteedExtra: 'before-ratio' };
const overhead160: OverheadRules = { ...overhead153, graphicsMi: 32n };
const overhead164: OverheadRules = { ...overhead160, guaranteedQos: 'memory-limit-suffices' };
const overhead170: OverheadRules = { ...overhead164, memoryEncryption: 'sev-or-snp' };
const overhead180: OverheadRules = {
  ...overhead170,
  functionName: 'hypervisor/kvm.GetMemoryOverhead',
  reservedOverhead: 'counted',
};

const pod110: PodRules = {
  architecture: 'of-cluster',
  bindingMemory: 'none',
  memoryRequest: 'as-stored',
  ioThreadCpus: 'none',
  cpuPinning: 'calculated-limit',
  emulatorThread: 'one',
  permittedDevices: 'all-checked',
  claimedDevices: 'as-plugin',
  memoryEncryptionDevice: 'sev',
  tdxDevice: 'none',
  consoleLog: 'container',
  imageVolumeInit: 'none',
  virtiofsOfContainerPath: 'rendered',
  slirpSidecar: 'added',
  attachmentRequest: { cpu: '100m', memory: '80M' },
  overheadAnnotation: 'none',
  gates: {
    AutoResourceLimitsGate: 'alpha',
    ConfigurableHypervisor: 'absent',
    ExternalNetResourceInjection: 'absent',
    GPUsWithDRA: 'absent',
    HostDevicesWithDRA: 'absent',
    ImageVolume: 'absent',
    IOMMUFD: 'absent',
    VmiMemoryOverheadReport: 'absent',
  },
};
const pod111: PodRules = { ...pod110, emulatorThread: 'even-parity' };
const pod120: PodRules = {
  ...pod111,
  architecture: 'of-vmi-first',
  attachmentRequest: { cpu: '10m', memory: '2M' },
};
const pod130: PodRules = { ...pod120, bindingMemory: 'plugins', slirpSidecar: 'none' };
const pod150: PodRules = {
  ...pod130,
  ioThreadCpus: 'added-to-limit',
  emulatorThread: 'even-parity-with-pool',
  gates: { ...pod130.gates, AutoResourceLimitsGate: 'ga' },
};
const pod152: PodRules = { ...pod150, ioThreadCpus: 'with-vcpus', cpuPinning: 'limit-and-request' };
const pod160: PodRules = {
  ...pod152,
  permittedDevices: 'gpus-trusted-with-dra',
  claimedDevices: 'as-claim',
  consoleLog: 'init-container',
  gates: { ...pod152.gates, GPUsWithDRA: 'alpha', HostDevicesWithDRA: 'alpha', ImageVolume: 'alpha' },
};
/** One release alone overcommits requests that the VMI states itself; 1.6.3 took that back. */
const pod162: PodRules = { ...pod160, memoryRequest: 'always-overcommitted' };
const pod164: PodRules = { ...pod160, memoryRequest: 'filled-when-absent' };
const pod170: PodRules = { ...pod164, memoryEncryptionDevice: 'sev-or-snp', imageVolumeInit: 'on-first-start' };
const pod180: PodRules = {
  ...pod170,
  bindingMemory: 'plugins-and-passt',
  virtiofsOfContainerPath: 'left-to-webhook',
  overheadAnnotation: 'behind-gate',
  // Beta gates of 1.7 and 1.8 still had to be listed, so that alpha is what they were in effect.
  gates: {
    ...pod170.gates,
    ConfigurableHypervisor: 'alpha',
    ExternalNetResourceInjection: 'alpha',
    VmiMemoryOverheadReport: 'alpha',
  },
};
const pod190: PodRules = {
  ...pod180,
  permittedDevices: 'claims-trusted-with-dra',
  tdxDevice: 'requested',
  gates: {
    ...pod180.gates,
    ExternalNetResourceInjection: 'beta',
    GPUsWithDRA: 'beta',
    HostDevicesWithDRA: 'beta',
    ImageVolume: 'beta',
    IOMMUFD: 'alpha',
    VmiMemoryOverheadReport: 'beta',
  },
};

/** Every patch release whose rules differ from the one before it, oldest first. A new KubeVirt is a new row. */
export const RELEASES: readonly KubeVirtRelease[] = [
  { version: '1.1.0', overhead: overhead110, pod: pod110 },
  { version: '1.1.1', overhead: overhead110, pod: pod111 },
  { version: '1.2.0', overhead: overhead110, pod: pod120 },
  { version: '1.3.0', overhead: overhead130, pod: pod130 },
  { version: '1.4.0', overhead: overhead130, pod: pod130 },
  { version: '1.4.1', overhead: overhead141, pod: pod130 },
  { version: '1.5.0', overhead: overhead150, pod: pod150 },
  { version: '1.5.1', overhead: overhead151, pod: pod150 },
  { version: '1.5.2', overhead: overhead151, pod: pod152 },
  { version: '1.5.3', overhead: overhead153, pod: pod152 },
  { version: '1.6.0', overhead: overhead160, pod: pod160 },
  { version: '1.6.2', overhead: overhead160, pod: pod162 },
  { version: '1.6.3', overhead: overhead160, pod: pod160 },
  { version: '1.6.4', overhead: overhead164, pod: pod164 },
  { version: '1.7.0', overhead: overhead170, pod: pod170 },
  { version: '1.8.0', overhead: overhead180, pod: pod180 },
  { version: '1.9.0', overhead: overhead180, pod: pod190 },
];

/** Harvester 1.1.3 to 1.2.1 reckon the scale-up with this one; no pod was ever rendered by it here. */
export const VENDORED_ONLY: readonly VendoredRelease[] = [
  {
    version: '0.54.0',
    overhead: {
      ...overhead110,
      launcherMi: 75n,
      virtlogdMi: 17n,
      virtqemudMi: 33n,
      passtWithoutPorts: 'ignored',
      guaranteedExtra: 'none',
      ratio: 'unknown',
    },
  },
];
