import { hasHotpluggedVolumes } from '../kubevirt/attachment-pod.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { isAlike } from './alike.ts';
import { type Launchers, podsOfVmi, withAttachments } from './launchers.ts';

/** The labels and annotations of a VMI that its pods are made by. */
export const SHAPING_LABELS: readonly string[] = ['logVerbosity'];
export const SHAPING_ANNOTATIONS: readonly string[] = [
  'hooks.kubevirt.io/hookSidecars',
  'alpha.kubevirt.io/EmulatorThreadCompleteToEvenParity',
];

/** Numbers the VMs of a namespace: one number for those that differ in names and places alone. */
export type VmKinds = (vmi: VirtualMachineInstance) => number;

/** Most namespaces have a few sizes of VMs; where each is another, comparing it with all the others would take for ever. */
export const MOST_COMPARED = 32;

interface Kind {
  readonly number: number;
  readonly traits: unknown;
}

interface Workload {
  readonly launchers: Launchers;
  /** Migrations under way, by name of the VMI. */
  readonly migrationOf: ReadonlyMap<string, VirtualMachineInstanceMigration>;
}

export function vmKindsIn(workload: Workload): VmKinds {
  const known = new Map<VirtualMachineInstance, number>();
  const recent: Kind[] = [];
  const kindOf = (vmi: VirtualMachineInstance): Kind => {
    const traits = traitsOf(vmi, workload);
    const index = recent.findIndex((kind) => isAlike(kind.traits, traits));
    const [kind = { number: known.size, traits }] = index === -1 ? [] : recent.splice(index, 1);
    recent.unshift(kind);
    if (recent.length > MOST_COMPARED) recent.pop();
    return kind;
  };
  return (vmi) => {
    const number = known.get(vmi) ?? kindOf(vmi).number;
    known.set(vmi, number);
    return number;
  };
}

/**
 * All that a forecast reads of a VM, its pods and its migration, but names and places; what differs most comes first. What
 * is stored for it, and whether it has ended, is likeness.ts's to tell.
 * Before Harvester 1.4.2 the length of its name counts as well.
 */
function traitsOf(vmi: VirtualMachineInstance, { launchers, migrationOf }: Workload): readonly unknown[] {
  const { metadata, spec, status } = vmi;
  const migration = migrationOf.get(metadata.name);
  const { source, target } = podsOfVmi(launchers, vmi, migration);
  const sources = source === undefined ? [] : withAttachments(launchers, source);
  return [
    metadata.name.length,
    spec,
    status?.memory,
    status?.currentCPUTopology,
    status?.launcherContainerImageVersion,
    hasHotpluggedVolumes(vmi),
    SHAPING_LABELS.map((name) => metadata.labels.get(name)),
    SHAPING_ANNOTATIONS.map((name) => metadata.annotations.get(name)),
    sources.map((pod) => ({ ...pod.spec, nodeName: undefined })),
    migration !== undefined,
    target !== undefined && withAttachments(launchers, target).length,
  ];
}
