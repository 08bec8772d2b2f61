import { type Json, merged } from './json.ts';
import { NAMESPACE } from './namespace.ts';

export const NODE = 'harv1';

export function vmiUid(name: string): string {
  return `uid-of-vmi-${name}`;
}

/** The VM of Harvester's quota notes: limits of 2 CPUs and 4Gi, of which KubeVirt requests 125m and 2730Mi. */
export function vmi(name = 'vm1', changes: Json = {}): Json {
  const object = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: { name, namespace: NAMESPACE, uid: vmiUid(name) },
    spec: vmSpec(),
    status: {
      phase: 'Running',
      nodeName: NODE,
      launcherContainerImageVersion: 'registry.suse.com/suse/sles/15.7/virt-launcher:1.6.3-150700.3.13.1',
      currentCPUTopology: { cores: 2, sockets: 1, threads: 1 },
      memory: { guestAtBoot: '4Gi', guestCurrent: '4Gi', guestRequested: '4Gi' },
    },
  };
  return merged(object, changes);
}

function vmSpec(): Json {
  return {
    architecture: 'amd64',
    evictionStrategy: 'LiveMigrateIfPossible',
    domain: {
      cpu: { cores: 2, sockets: 1, threads: 1 },
      devices: { interfaces: [{ name: 'default', masquerade: {} }] },
      memory: { guest: '4Gi' },
      resources: { limits: { cpu: '2', memory: '4Gi' }, requests: { cpu: '125m', memory: '2730Mi' } },
    },
    networks: [{ name: 'default', pod: {} }],
  };
}

/** A VMI of other limits; it requests what Harvester's overcommit makes of them. */
export function sizedVmi(name: string, size: { cpu: number; memoryMi: number }, changes: Json = {}): Json {
  const memory = `${size.memoryMi}Mi`;
  const limits = { cpu: `${size.cpu}`, memory };
  const requests = { cpu: `${Math.ceil((size.cpu * 1000) / 16)}m`, memory: `${Math.floor(size.memoryMi / 1.5)}Mi` };
  const topology = { cores: size.cpu, sockets: 1, threads: 1 };
  const sized = {
    spec: { domain: { cpu: topology, memory: { guest: memory }, resources: { limits, requests } } },
    status: {
      currentCPUTopology: topology,
      memory: { guestAtBoot: memory, guestCurrent: memory, guestRequested: memory },
    },
  };
  return merged(vmi(name, sized), changes);
}

/** A VM that is stopped. */
export function vm(name = 'vm1', changes: Json = {}): Json {
  const object = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name, namespace: NAMESPACE },
    spec: { runStrategy: 'RerunOnFailure', template: { metadata: {}, spec: vmSpec() } },
    status: { printableStatus: 'Stopped' },
  };
  return merged(object, changes);
}

export function migrationUid(vmiName: string): string {
  return `uid-of-migration-of-${vmiName}`;
}

/** A VMIM; of phase Pending unless the changes say otherwise. */
export function migration(vmiName = 'vm1', changes: Json = {}): Json {
  const object = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstanceMigration',
    metadata: {
      name: `${vmiName}-z9lkd`,
      namespace: NAMESPACE,
      uid: migrationUid(vmiName),
      creationTimestamp: '2026-11-22T02:43:10Z',
    },
    spec: { vmiName },
    status: { phase: 'Pending' },
  };
  return merged(object, changes);
}
