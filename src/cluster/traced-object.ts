import type { ObjectProblem } from '../forecast/cluster-objects.ts';
import type { KubernetesObject } from './kubernetes-objects.ts';
import { notUnderstood } from './object-collection.ts';
import { apiVersionOf, OBJECT_KINDS } from './object-kinds.ts';
import { reducedObject } from './reduced-object.ts';

export { POD_ROLES } from './reduced-object.ts';
export type KindName = keyof typeof OBJECT_KINDS;
type Members = Readonly<Record<string, unknown>>;

/** An object as a snapshot would keep it; undefined for one that no forecast reads. */
export function tracedObject(kindName: KindName, members: Members): KubernetesObject | undefined {
  return reducedObject({ ...members, ...typeOf(kindName) });
}

/** The same of one that was not understood: from what is left of it, it is not understood again. */
export function tracedProblem(problem: ObjectProblem): TracedProblem {
  const left = notUnderstood(problem);
  if (left === undefined) return { kind: 'unknown' };
  const { object, ...version } = left;
  return object === undefined ? { kind: 'unread' } : { kind: 'kept', object, ...version };
}

export type TracedProblem =
  | { readonly kind: 'kept'; readonly object: KubernetesObject; readonly resourceVersion?: string }
  /** Whatever it is like, no forecast looks at it. */
  | { readonly kind: 'unread' }
  /** Nobody has kept what it is like. */
  | { readonly kind: 'unknown' };

export function typeOf(kindName: KindName): Pick<KubernetesObject, 'apiVersion' | 'kind'> {
  const { group, kind } = OBJECT_KINDS[kindName];
  return { apiVersion: apiVersionOf(group), kind };
}
