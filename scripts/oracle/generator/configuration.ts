// What the cluster's administrators and the namespace's owners set.
import fc from 'fast-check';
import { configuredMemoryText, memoryText, ratioLabel, ratioText } from './amounts.ts';
import { type Json, maybe, type Part, type Parts, someOf, sometimes, together } from './part.ts';

/** Gates that decide about pods, some that do not, and spellings that are none. */
const GATES = [
  ...['LiveMigration', 'HotplugVolumes', 'HostDevices', 'GPU', 'Sidecar', 'Snapshot', 'ImageVolume', 'ImageVolume'],
  ...['AutoResourceLimitsGate', 'VmiMemoryOverheadReport', 'ExternalNetResourceInjection', 'GPUsWithDRA'],
  ...[
    'HostDevicesWithDRA',
    'NetworkDevicesWithDRA',
    'ConfigurableHypervisor',
    'IOMMUFD',
    'PasstBinding',
    'VSOCK',
    'Root',
  ],
  ...['ReservedOverheadMemlock', 'NodeRestriction', 'CPUManager', 'imagevolume', ' IOMMUFD', ''],
];
const gateList = fc.subarray(GATES, { maxLength: 5 });

function developer(minor: number): Parts {
  return fc
    .record({
      memoryOvercommit: maybe(45, fc.constantFrom(100, 120, 150, 200, 333, 99, 1000)),
      cpuAllocationRatio: maybe(50, fc.constantFrom(1, 3, 7, 10, 16, 100, 1000, 0)),
      useEmulation: maybe(5, fc.boolean()),
      disabledFeatureGates: maybe(minor >= 8 ? 20 : 0, gateList),
      minimumClusterTSCFrequency: maybe(3, fc.constant(1_000_000)),
    })
    .map((given) => ({ developer: given }));
}

const CONTAINERS = ['guest-console-log', 'container-disk', 'virtiofs', 'sidecar', 'hotplug-disk', 'vmexport'];
const supportAmounts = someOf(
  {
    cpu: fc.constantFrom('20m', '2m', '100m', '1', '0', '0.0005', '1e-1'),
    memory: fc.oneof(fc.constantFrom('100M', '64Mi', '1Gi', '0', '0.1Gi', '35M'), configuredMemoryText),
    'ephemeral-storage': fc.constantFrom('1Gi', '50M'),
  },
  55,
);
const supportContainerResources: Parts = fc
  .array(
    fc.record({
      type: fc.constantFrom(...CONTAINERS),
      resources: someOf({ limits: supportAmounts, requests: supportAmounts }, 80),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((given) => ({ config: { supportContainerResources: given } }));

const hard = someOf(
  {
    'limits.memory': memoryText,
    'limits.cpu': fc.constantFrom('100', '0'),
    'requests.memory': memoryText,
    pods: fc.constant('10'),
  },
  60,
);
const quotas: Parts = fc
  .array(fc.tuple(hard, fc.constantFrom('own', 'own', 'own', 'other'), fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((given) => ({
    lists: {
      quotas: given.map(([amounts, where, isScoped], index) => ({
        metadata: { name: `quota-${index}`, ...(where === 'other' ? { namespace: 'somewhere-else' } : {}) },
        spec: { hard: amounts, ...(isScoped ? { scopes: ['NotTerminating'] } : {}) },
      })),
    },
  }));

const labels: Parts = someOf(
  {
    'alpha.kubevirt.io/auto-memory-limits-ratio': ratioLabel,
    autocpulimit: fc.constantFrom('true', 'false', ''),
    team: fc.constant('blue'),
  },
  60,
).map((namespaceLabels) => ({ namespaceLabels }));

const autoCpuLimitSelector: Parts = fc
  .constantFrom<Json>(
    {},
    { matchLabels: { autocpulimit: 'true' } },
    { matchExpressions: [{ key: 'autocpulimit', operator: 'Exists' }] },
    { matchExpressions: [{ key: 'autocpulimit', operator: 'NotIn', values: ['false'] }] },
    { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] },
    {
      matchLabels: { autocpulimit: 'true' },
      matchExpressions: [{ key: 'team', operator: 'In', values: ['blue', 'red'] }],
    },
    // The API server takes these two; KubeVirt cannot read them.
    { matchExpressions: [{ key: 'team', operator: 'Like', values: ['b*'] }] },
    { matchExpressions: [{ key: 'team', operator: 'In' }] },
  )
  .map((given) => ({ config: { autoCPULimitNamespaceLabelSelector: given } }));

const hypervisors: Parts = fc
  .tuple(fc.constantFrom('hyperv-direct', 'kvm', 'other'), fc.boolean())
  .map(([name, isOn]) => ({
    config: { hypervisors: [{ name }] },
    lists: { featureGates: isOn ? ['ConfigurableHypervisor'] : [] },
  }));

/** Settings that decide about much else, and must not about a pod's resources. */
const plainSettings = someOf(
  {
    cpuRequest: fc.constant('200m'),
    defaultRuntimeClass: fc.constant('kata'),
    evictionStrategy: fc.constantFrom('LiveMigrate', 'None'),
    memBalloonStatsPeriod: fc.constant(10),
    imagePullPolicy: fc.constant('Always'),
    ksmConfiguration: fc.constant({ nodeLabelSelector: {} }),
    vmStateStorageClass: fc.constant('fast'),
    seccompConfiguration: fc.constant({
      virtualMachineInstanceProfile: { customProfile: { runtimeDefaultProfile: true } },
    }),
    migrations: fc.constant({ parallelMigrationsPerCluster: 1, network: 'migration' }),
    virtualMachineInstancesPerNode: fc.constant(5),
  },
  10,
).map((config): Part => ({ config }));

/** The API server takes these too, and KubeVirt then goes by its defaults as if nothing were set. */
const refusedSettings: Parts = fc.constantFrom<Part>(
  { developer: { cpuAllocationRatio: -1 } },
  { developer: { memoryOvercommit: -150 } },
  { developer: { pvcTolerateLessSpaceUpToPercent: 101 } },
  { config: { imagePullPolicy: 'Sometimes' } },
);

/** The KubeVirt CR's configuration, the namespace's labels and quotas. */
export function configuration(minor: number): fc.Arbitrary<Part[]> {
  return together(
    sometimes(
      80,
      ratioText.map((ratio) => ({ config: { additionalGuestMemoryOverheadRatio: ratio } })),
    ),
    developer(minor),
    sometimes(
      30,
      gateList.map((featureGates) => ({ lists: { featureGates } })),
    ),
    sometimes(
      8,
      fc
        .constantFrom({ disableSerialConsoleLog: {} }, {})
        .map((given) => ({ config: { virtualMachineOptions: given } })),
    ),
    sometimes(20, supportContainerResources),
    sometimes(16, quotas),
    sometimes(25, labels),
    sometimes(minor >= 1 ? 12 : 0, autoCpuLimitSelector),
    sometimes(minor >= 8 ? 6 : 0, hypervisors),
    plainSettings,
    sometimes(1, refusedSettings),
  );
}
