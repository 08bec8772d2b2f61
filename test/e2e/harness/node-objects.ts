import type { Json } from '../../builders/json.ts';

export const NODE_NAMES = ['harv1', 'harv2', 'harv3'];

/** The machine that virt-handlers say they have; a target pod asks for the CPU model and machine type of its source. */
export const MACHINE_TYPE = 'pc-q35-9.1';
const CPU_MODEL = 'Skylake-Server-IBRS';

const LABELS = {
  'kubernetes.io/arch': 'amd64',
  'kubernetes.io/os': 'linux',
  'kubevirt.io/schedulable': 'true',
  'node-role.kubernetes.io/control-plane': 'true',
  cpumanager: 'true',
  [`host-model-cpu.node.kubevirt.io/${CPU_MODEL}`]: 'true',
  [`cpu-model.node.kubevirt.io/${CPU_MODEL}`]: 'true',
  [`cpu-model-migration.node.kubevirt.io/${CPU_MODEL}`]: 'true',
  'cpu-vendor.node.kubevirt.io/Intel': 'true',
  'machine-type.node.kubevirt.io/q35': 'true',
  [`machine-type.node.kubevirt.io/${MACHINE_TYPE}`]: 'true',
  'cpu-timer.node.kubevirt.io/tsc-frequency': '2992968000',
  'cpu-timer.node.kubevirt.io/tsc-scalable': 'true',
};

/** Nobody counts them: the scheduler that is played puts any number of pods on a node. */
const CAPACITY = {
  cpu: '512',
  memory: '8Ti',
  pods: '20000',
  'ephemeral-storage': '4Ti',
  'devices.kubevirt.io/kvm': '100k',
  'devices.kubevirt.io/tun': '100k',
  'devices.kubevirt.io/vhost-net': '100k',
};

const NODE_INFO = {
  kernelVersion: '6.4.0',
  osImage: 'Harvester',
  containerRuntimeVersion: 'containerd://2.0.5',
  kubeletVersion: 'v1.34.2+rke2r1',
  kubeProxyVersion: 'v1.34.2+rke2r1',
  operatingSystem: 'linux',
  architecture: 'amd64',
};

/** A node as its kubelet and virt-handler describe it, with its status. */
export function nodeObject(name: string): Json {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...LABELS, 'kubernetes.io/hostname': name }, annotations: heartbeat() },
    status: {
      capacity: CAPACITY,
      allocatable: CAPACITY,
      nodeInfo: { machineID: name, systemUUID: name, bootID: name, ...NODE_INFO },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  };
}

/** Of a virt-handler. After five minutes without, virt-controller makes its node unschedulable for VMs. */
export function heartbeat(): Readonly<Record<string, string>> {
  return { 'kubevirt.io/heartbeat': new Date().toISOString() };
}
