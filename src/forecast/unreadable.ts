import type { ClusterObjects, NamespaceObjects } from './cluster-objects.ts';

/** Why a kind of these could not be read at all, of the first such kind; undefined where every one could. */
export function unreadableIn(objects: ClusterObjects | NamespaceObjects): string | undefined {
  for (const kind of Object.values(objects)) {
    // A namespace's name stands among its kinds.
    if (typeof kind === 'object' && kind.unreadable !== undefined) return kind.unreadable;
  }
  return undefined;
}
