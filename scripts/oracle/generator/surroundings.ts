// What a VMI carries beside its hardware: probes, sidecars, other resources, and the status that a renderer must ignore.
import fc from 'fast-check';
import { type Json, maybe, type Part, type Parts, someOf, sometimes, together } from './part.ts';

const probe = fc
  .constantFrom<Json>(
    ...Array.from({ length: 4 }, () => ({ exec: { command: ['cat', '/etc/ready'] } })),
    { httpGet: { port: 1500 } },
    { tcpSocket: { port: 22 } },
    { guestAgentPing: {} },
  )
  .map((kind): Json => ({ initialDelaySeconds: 10, periodSeconds: 5, timeoutSeconds: 2, ...kind }));
const probes = someOf({ livenessProbe: probe, readinessProbe: probe }, 10).map((spec): Part => ({ spec }));

const sidecar = { args: ['--version', 'v1alpha2'], image: 'registry.example/hook:1' };
/** The owner of a VM writes this text; what is no list of sidecars makes KubeVirt refuse the pod. */
const hookSidecars: Parts = fc
  .constantFrom<unknown>(
    [sidecar],
    [sidecar],
    [sidecar, sidecar],
    [sidecar, sidecar, sidecar],
    [],
    null,
    {},
    'x',
    [{}],
    [1],
  )
  .map((list) => ({ annotations: { 'hooks.kubevirt.io/hookSidecars': JSON.stringify(list) } }));

const otherResources: Parts = fc
  .tuple(
    maybe(50, fc.constantFrom('1Gi', '100M', '12345', '0')),
    maybe(30, fc.constantFrom('2Gi', '500M')),
    maybe(
      30,
      fc.tuple(
        fc.constantFrom('nvidia.com/A100', 'example.com/foo', 'devices.kubevirt.io/kvm', 'hugepages-2Mi'),
        fc.constantFrom('1', '2'),
      ),
    ),
  )
  .map(([requested, limit, other]) => ({
    requests: requested === undefined ? {} : { 'ephemeral-storage': requested },
    limits: {
      ...(limit === undefined ? {} : { 'ephemeral-storage': limit }),
      ...(other === undefined ? {} : { [other[0]]: other[1] }),
    },
  }));

const statusMembers = someOf({
  phase: fc.constantFrom('Running', 'Pending'),
  currentCPUTopology: fc.record({ cores: fc.constant(1), sockets: fc.constantFrom(1, 2, 9), threads: fc.constant(1) }),
  memory: someOf({
    guestAtBoot: fc.constant('1Gi'),
    guestCurrent: fc.constant('2Gi'),
    guestRequested: fc.constant('3Gi'),
    memoryOverhead: fc.constant('777Mi'),
  }),
  qosClass: fc.constantFrom('Guaranteed', 'Burstable'),
  volumeStatus: fc.constantFrom<unknown>(
    [],
    [{ name: 'disk', target: 'vda' }],
    [{ name: 'disk', target: 'sda', hotplugVolume: { attachPodName: 'hp-volume', attachPodUID: 'uid' } }],
  ),
  runtimeUser: fc.constantFrom(0, 107),
  selinuxContext: fc.constant('system_u:object_r:container_file_t:s0:c1,c2'),
  migrationState: fc.constantFrom(
    { completed: true },
    { migrationUid: 'uid', targetNode: 'node2', targetCPUSet: [1, 2] },
  ),
  activePods: fc.constant({ uid: 'node1' }),
  interfaces: fc.constant([{ name: 'default', infoSource: 'domain', queueCount: 4 }]),
});
const status: Parts = statusMembers.map((given) => ({ status: given }));

const plainMembers = someOf(
  {
    nodeSelector: fc.constant({ zone: 'a' }),
    terminationGracePeriodSeconds: fc.constantFrom(0, 180),
    evictionStrategy: fc.constantFrom('LiveMigrate', 'None', 'External'),
    priorityClassName: fc.constant('system-cluster-critical'),
    hostname: fc.constant('host'),
    startStrategy: fc.constant('Paused'),
    schedulerName: fc.constant('other-scheduler'),
    tolerations: fc.constant([{ key: 'dedicated', operator: 'Exists' }]),
    dnsPolicy: fc.constant('None'),
    accessCredentials: fc.constant([
      { sshPublicKey: { source: { secret: { secretName: 'keys' } }, propagationMethod: { noCloud: {} } } },
    ]),
  },
  6,
).map((spec): Part => ({ spec }));

const domainMembers = someOf(
  {
    machine: fc.constantFrom({ type: 'q35' }, { type: 'virt' }),
    features: fc.constantFrom({ acpi: {} }, { smm: {}, hyperv: { relaxed: {}, vapic: {}, evmcs: {} } }),
    clock: fc.constant({ utc: {}, timer: { hyperv: {} } }),
    chassis: fc.constant({ manufacturer: 'x' }),
  },
  15,
).map((domain): Part => ({ domain }));

/** KubeVirt reads the verbosity of the logs out of a label, and makes no pod where it is no number. */
const labels = someOf(
  {
    logVerbosity: fc.constantFrom('5', '9', '0', '-1', 'high', '1.5', '99999999999999999999', ''),
    debugLogs: fc.constantFrom('true', 'false', 'maybe'),
    'kubevirt.io/domain': fc.constant('vm1'),
  },
  6,
).map((given): Part => ({ labels: given }));

export function surroundings(): fc.Arbitrary<Part[]> {
  return together(
    probes,
    sometimes(6, hookSidecars),
    sometimes(8, otherResources),
    sometimes(30, status),
    plainMembers,
    domainMembers,
    labels,
  );
}
