import * as z from 'zod';

/** What of a value a shape reads: all of it, or of an object (and of each object in a list) these members. */
export type Wanted = 'all' | ReadMembers;
/** By the hash of their names. */
export type ReadMembers = ReadonlyMap<number, Wanted>;

/** What a shape reads of a Kubernetes object, and the object's type. */
export function objectMembersReadBy(shape: z.core.$ZodType): Wanted {
  const members = membersReadBy(shape);
  if (members === 'all') return 'all';
  return new Map([...members, ...membersOf({ apiVersion: z.string(), kind: z.string() })]);
}

/**
 * z.object drops the members that it does not name before anything else sees them, so an object without them is read
 * the same. Wherever a shape might look at more, everything is wanted.
 */
function membersReadBy(shape: z.core.$ZodType): Wanted {
  const { def } = (shape as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return def.catchall === undefined ? membersOf(def.shape) : 'all';
    case 'array':
      return membersReadBy(def.element);
    case 'pipe':
      return membersReadBy(def.in);
    case 'optional':
    case 'nullable':
    case 'default':
      return membersReadBy(def.innerType);
    default:
      return 'all';
  }
}

function membersOf(shapes: Readonly<Record<string, z.core.$ZodType>>): ReadMembers {
  const members = new Map<number, Wanted>();
  for (const [name, shape] of Object.entries(shapes)) {
    const hash = Buffer.from(name).reduce(hashOn, 0);
    members.set(hash, members.has(hash) ? 'all' : membersReadBy(shape));
  }
  return members;
}

/**
 * The hash of a name with one more byte. Names of different hashes differ, and a strange name of the same hash is one
 * more member that no shape reads: nobody needs to compare the names themselves.
 */
export function hashOn(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}
