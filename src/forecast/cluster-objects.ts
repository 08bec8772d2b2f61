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

/** How much of a namespace is read. Where facts stand still, all of it costs no more, and whoever asks for less gets all. */
export type Extent =
  | { readonly kind: 'whole' }
  /** All but the VirtualMachines, which only starts are about. */
  | { readonly kind: 'running' }
  /**
   * What tells that migrations of `vmis` fit among those under way: their VMIs and pods, not those of every VM. Other pods
   * may be about to leave, so only a plain `fits` can be believed of it (forecast/part-of-namespace.ts).
   */
  | { readonly kind: 'migrations'; readonly vmis: readonly string[] }
  /** What describes a launcher pod of `vmi`: no quotas, pods or migrations. */
  | { readonly kind: 'launcher'; readonly vmi: string };

export interface ReadOptions {
  /** Reading ends here; what has not been read by then is `unreadable`. */
  readonly signal?: AbortSignal;
  /** `recent` may be seconds old. Without it everything is read now. */
  readonly age?: 'recent';
  /** Migrations that are over may come without the time of their creation. With this they come as they are. */
  readonly ended?: 'dated';
}

/** What reading gives. */
export interface ReadFacts {
  readonly clusterObjects: ClusterObjects;
  readonly namespaceObjects: NamespaceObjects;
}

/** The port: where facts come from. A snapshot of files and a live API server are its two sides. */
export interface Cluster {
  /** Where facts stand still: those that have been read already, as reading them again would give them. */
  inMemory?(namespace: string): ReadFacts | undefined;
  clusterObjects(options?: ReadOptions): Promise<ClusterObjects>;
  namespaceObjects(namespace: string, extent?: Extent, options?: ReadOptions): Promise<NamespaceObjects>;
  /** Every namespace that holds an object of a kind read, sorted by name. */
  namespaceNames(options?: ReadOptions): Promise<readonly string[]>;
}
