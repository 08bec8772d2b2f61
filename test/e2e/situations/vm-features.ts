import type { Json } from '../../builders/json.ts';

/** What a VM may have besides CPUs and memory, as parts of its VMI. Lists are joined, everything else is laid over. */
export interface Feature {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Json;
  readonly domain?: Json;
  readonly devices?: Json;
  readonly disks?: readonly Json[];
  readonly volumes?: readonly Json[];
}

export const HOST_DEVICE = 'example.com/accelerator';
export const GPU = 'nvidia.com/GRID_T4-1Q';

const disk = (name: string): Json => ({ name, disk: { bus: 'virtio' } });
/** With a digest: a migration is refused where KubeVirt cannot tell which image the source pod has. */
const DISK_IMAGE = `registry.example/disk@sha256:${'0'.repeat(64)}`;
const EXEC_PROBE = { exec: { command: ['true'] }, initialDelaySeconds: 5, periodSeconds: 10 };

export const FEATURES = {
  tpm: { devices: { tpm: {} } },
  'tpm-disabled': { devices: { tpm: { enabled: false } } },
  'no-graphics': { devices: { autoattachGraphicsDevice: false } },
  'no-console': { devices: { autoattachSerialConsole: false } },
  'no-console-log': { devices: { logSerialConsole: false } },
  vsock: { devices: { autoattachVSOCK: true } },
  gpu: { devices: { gpus: [{ name: 'gpu1', deviceName: GPU }] } },
  'two-host-devices': {
    devices: {
      hostDevices: [
        { name: 'one', deviceName: HOST_DEVICE },
        { name: 'two', deviceName: HOST_DEVICE },
      ],
    },
  },
  'container-disk': {
    disks: [disk('boot')],
    volumes: [{ name: 'boot', containerDisk: { image: DISK_IMAGE } }],
  },
  'two-empty-disks': {
    disks: [disk('scratch1'), disk('scratch2')],
    volumes: ['scratch1', 'scratch2'].map((name) => ({ name, emptyDisk: { capacity: '2Gi' } })),
  },
  'cloud-init': {
    disks: [disk('cloudinit')],
    volumes: [{ name: 'cloudinit', cloudInitNoCloud: { userData: '#cloud-config' } }],
  },
  'downward-metrics': { disks: [disk('metrics')], volumes: [{ name: 'metrics', downwardMetrics: {} }] },
  'shared-folder': {
    devices: { filesystems: [{ name: 'shared', virtiofs: {} }] },
    volumes: [{ name: 'shared', configMap: { name: 'shared' } }],
  },
  'exec-probe': { spec: { livenessProbe: EXEC_PROBE } },
  'two-exec-probes': { spec: { livenessProbe: EXEC_PROBE, readinessProbe: EXEC_PROBE } },
  'multi-queue': { devices: { networkInterfaceMultiqueue: true } },
  'hook-sidecar': { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{"image":"registry.example/hook:1"}]' } },
  'supplemental-io-threads': {
    domain: { ioThreadsPolicy: 'supplementalPool', ioThreads: { supplementalPoolThreadCount: 2 } },
  },
  'overcommitted-overhead': { domain: { resources: { overcommitGuestOverhead: true } } },
  'huge-pages': { domain: { memory: { hugepages: { pageSize: '2Mi' } } } },
  'reserved-overhead': { domain: { memory: { reservedOverhead: { addedOverhead: '77Mi' } } } },
  guaranteed: {},
  'dedicated-cpus': { domain: { cpu: { dedicatedCpuPlacement: true } } },
  'isolated-emulator': { domain: { cpu: { dedicatedCpuPlacement: true, isolateEmulatorThread: true } } },
} as const satisfies Readonly<Record<string, Feature>>;
export type FeatureName = keyof typeof FEATURES;

/** Their requests are their limits. */
export const GUARANTEED: ReadonlySet<FeatureName> = new Set(['guaranteed', 'dedicated-cpus', 'isolated-emulator']);

/** Of each group at most one. */
export const FEATURE_GROUPS: readonly (readonly FeatureName[])[] = [
  ['tpm', 'tpm-disabled'],
  ['no-graphics'],
  ['no-console', 'no-console-log'],
  ['vsock'],
  ['gpu', 'two-host-devices'],
  ['container-disk', 'two-empty-disks', 'cloud-init'],
  ['downward-metrics'],
  ['shared-folder'],
  ['exec-probe', 'two-exec-probes'],
  ['multi-queue'],
  ['hook-sidecar'],
  ['supplemental-io-threads'],
  ['reserved-overhead'],
  ['overcommitted-overhead', 'guaranteed', 'dedicated-cpus', 'isolated-emulator', 'huge-pages'],
];
