import { randomUUID } from 'node:crypto';
import { Quantity } from '../../../src/quantity/quantity.ts';
import { type Json, merged, objectAt } from '../../builders/json.ts';

/**
 * No virt-api runs here, so whoever creates a VMI or a migration gives what its mutating webhooks would have added
 * (KubeVirt 1.8, pkg/virt-api/webhooks/mutating-webhook/mutators and pkg/defaults), as far as virt-controller reads it.
 * VMIs are created without a VM: those that virt-controller makes of VMs would go past virt-api too.
 */

interface VmiDraft {
  readonly namespace: string;
  readonly name: string;
  /** `spec` as somebody asks for it, at least `domain.resources` or `domain.memory.guest`. */
  readonly spec?: Json;
  readonly metadata?: Json;
}

const MIGRATION_FINALIZER = 'kubevirt.io/migrationJobFinalize';
const MIGRATION_LABEL = 'kubevirt.io/vmi-name';
const VMI_FINALIZER = 'foregroundDeleteVirtualMachine';

/** A VMI as virt-api lets it be stored, but for the room for hotplug (`maxSockets`, `maxGuest`), which no pod is sized by. */
export function vmiAsStored({ namespace, name, spec = {}, metadata = {} }: VmiDraft): Json {
  const topology = topologyOf(spec);
  const guest = guestOf(spec);
  const defaults = {
    architecture: 'amd64',
    domain: {
      cpu: { ...topology, model: 'host-model' },
      devices: { inputs: [{ bus: 'usb', name: 'tablet', type: 'tablet' }] },
      features: { acpi: { enabled: true } },
      firmware: { uuid: randomUUID() },
      machine: { type: 'q35' },
    },
  };
  const settled = { domain: { memory: { guest }, resources: resourcesOf(spec) } };
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: merged({ name, namespace, finalizers: [VMI_FINALIZER] }, metadata),
    spec: merged(merged(defaults, spec), settled),
    status: {
      phase: 'Pending',
      runtimeUser: 107,
      currentCPUTopology: topology,
      guestOSInfo: {},
      memory: { guestAtBoot: guest, guestCurrent: guest, guestRequested: guest },
    },
  };
}

/** A migration as virt-api lets it be stored; it would have refused a second one of a VMI. */
export function migrationAsStored(vmiName: string, namespace: string, changes: Json = {}): Json {
  const object = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstanceMigration',
    metadata: {
      generateName: `${vmiName}-`,
      namespace,
      labels: { [MIGRATION_LABEL]: vmiName },
      finalizers: [MIGRATION_FINALIZER],
    },
    spec: { vmiName },
  };
  return merged(object, changes);
}

type Amounts = Readonly<Record<string, string | undefined>>;

function amounts(spec: Json, of: 'limits' | 'requests'): Amounts {
  return objectAt(spec, 'domain', 'resources', of) as Amounts;
}

/** As many sockets as there are CPUs, where nothing at all is said of the topology (SetDefaultGuestCPUTopology). */
function topologyOf(spec: Json): Json {
  const { sockets, cores, threads } = objectAt(spec, 'domain', 'cpu');
  if (sockets || cores || threads) {
    return { ...(!!sockets && { sockets }), ...(!!cores && { cores }), ...(!!threads && { threads }) };
  }
  const cpu = amounts(spec, 'limits').cpu ?? amounts(spec, 'requests').cpu;
  return { sockets: cpu === undefined ? 1 : Number(Quantity.parse(cpu).value()), cores: 1, threads: 1 };
}

function guestOf(spec: Json): string | undefined {
  const { guest } = objectAt(spec, 'domain', 'memory') as { guest?: string };
  const memory = guest ?? amounts(spec, 'requests').memory ?? amounts(spec, 'limits').memory;
  return memory && canonical(memory);
}

/**
 * virt-controller patches a VMI on condition that it still is, word for word, as Go writes what was read: `4096Mi` for 4Gi
 * would be refused forever.
 */
function canonical(amount: string): string {
  return Quantity.parse(amount).toString();
}

function resourcesOf(spec: Json): Json {
  const limits = amounts(spec, 'limits');
  const requests = { ...(limits.cpu !== undefined && { cpu: limits.cpu }), ...amounts(spec, 'requests') };
  const written = (list: Amounts) =>
    Object.fromEntries(Object.entries(list).map(([key, amount = '']) => [key, canonical(amount)]));
  return { limits: written(limits), requests: written(requests) };
}
