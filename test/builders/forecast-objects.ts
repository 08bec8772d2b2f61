import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import { ObjectCollection } from '../../src/cluster/object-collection.ts';
import { OBJECT_KINDS, type ObjectKind } from '../../src/cluster/object-kinds.ts';
import type { ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import type { ObjectsOfKind } from '../../src/forecast/cluster-objects.ts';
import type { Metadata } from '../../src/objects/metadata.ts';
import type { Json } from './json.ts';
import { NAMESPACE } from './namespace.ts';

/** Checks objects as a snapshot's are checked, so that what is not understood is a problem here too. */
export function forecastObjects(objects: readonly Json[], namespace: string = NAMESPACE): ForecastObjects {
  const all = <T extends { readonly metadata: Metadata }>(kind: ObjectKind<T>): ObjectsOfKind<T> =>
    collection(kind, objects).all();
  const own = <T extends { readonly metadata: Metadata }>(kind: ObjectKind<T>): ObjectsOfKind<T> =>
    collection(kind, objects).inNamespace(namespace);
  return {
    cluster: {
      kubeVirts: all(OBJECT_KINDS.kubeVirts),
      settings: all(OBJECT_KINDS.settings),
      nodes: all(OBJECT_KINDS.nodes),
    },
    namespace: {
      name: namespace,
      namespaces: own(OBJECT_KINDS.namespaces),
      quotas: own(OBJECT_KINDS.quotas),
      limitRanges: own(OBJECT_KINDS.limitRanges),
      pods: own(OBJECT_KINDS.pods),
      virtualMachines: own(OBJECT_KINDS.virtualMachines),
      virtualMachineInstances: own(OBJECT_KINDS.virtualMachineInstances),
      migrations: own(OBJECT_KINDS.migrations),
    },
  };
}

function collection<T extends { readonly metadata: Metadata }>(kind: ObjectKind<T>, objects: readonly Json[]) {
  const found = new ObjectCollection(kind);
  for (const object of objects) if (object.kind === kind.kind) found.put(object as KubernetesObject);
  return found;
}
