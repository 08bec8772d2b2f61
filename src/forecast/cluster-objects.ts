import type { Setting } from '../objects/harvester.ts';
import type { LimitRange, Namespace, Node, Pod, ResourceQuota } from '../objects/kubernetes.ts';
import type { KubeVirt, VirtualMachine, VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';

/** An object that is there but cannot be understood, and what was expected of which of its fields. */
export interface ObjectProblem {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** For example: `status.used.limits.memory: expected a Kubernetes quantity …, got "1GB"`. */
  readonly message: string;
}

/** What reading one kind gave. Facts that are missing or not understood are data here, never exceptions. */
export interface ObjectsOfKind<T> {
  readonly items: readonly T[];
  readonly problems: readonly ObjectProblem[];
  /** Why the kind could not be read at all (403, time budget spent, …); absent where it could. */
  readonly unreadable?: string;
}

/** Slow-changing facts of the whole cluster. A kind whose CRD is absent reads as no items. */
export interface ClusterObjects {
  readonly kubeVirts: ObjectsOfKind<KubeVirt>;
  readonly settings: ObjectsOfKind<Setting>;
  readonly nodes: ObjectsOfKind<Node>;
}

/** What decides about the migrations and starts of one namespace. */
export interface NamespaceObjects {
  readonly name: string;
  readonly namespaces: ObjectsOfKind<Namespace>;
  readonly quotas: ObjectsOfKind<ResourceQuota>;
  readonly limitRanges: ObjectsOfKind<LimitRange>;
  readonly pods: ObjectsOfKind<Pod>;
  readonly virtualMachines: ObjectsOfKind<VirtualMachine>;
  readonly virtualMachineInstances: ObjectsOfKind<VirtualMachineInstance>;
  readonly migrations: ObjectsOfKind<VirtualMachineInstanceMigration>;
}

/** The port: where facts come from. A snapshot of files and a live API server are its two sides. */
export interface Cluster {
  clusterObjects(): Promise<ClusterObjects>;
  namespaceObjects(namespace: string): Promise<NamespaceObjects>;
  /** Every namespace that holds an object of a kind read, sorted by name. */
  namespaceNames(): Promise<readonly string[]>;
}
