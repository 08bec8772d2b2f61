// Pieces of a case and how they are put together.
import fc from 'fast-check';

export type Json = Readonly<Record<string, unknown>>;

/** What one generator adds to a case. Parts are joined: lists end to end, objects member by member, the later one wins. */
export interface Part {
  readonly annotations?: Json;
  readonly labels?: Json;
  readonly spec?: Json;
  readonly domain?: Json;
  readonly devices?: Json;
  readonly memory?: Json;
  readonly cpu?: Json;
  readonly limits?: Json;
  readonly requests?: Json;
  readonly resources?: Json;
  readonly firmware?: Json;
  readonly status?: Json;
  /** Of the KubeVirt CR: `spec.configuration`, and its `developerConfiguration`. */
  readonly config?: Json;
  readonly developer?: Json;
  readonly networkAttachments?: Json;
  readonly namespaceLabels?: Json;
  readonly lists?: Readonly<Partial<Record<ListName, readonly unknown[]>>>;
}

type ListName =
  | 'disks'
  | 'featureGates'
  | 'filesystems'
  | 'gpus'
  | 'hostDevices'
  | 'interfaces'
  | 'networks'
  | 'quotas'
  | 'resourceClaims'
  | 'volumes';
type ObjectName = Exclude<keyof Part, 'lists'>;

/** All parts as one; a member that no part has is absent. */
export class JoinedParts {
  readonly #parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  object(name: ObjectName): Json | undefined {
    const found = this.#parts.flatMap((part) => part[name] ?? []);
    return found.length === 0 ? undefined : Object.assign({}, ...found);
  }

  list(name: ListName): readonly unknown[] | undefined {
    const found = this.#parts.flatMap((part) => part.lists?.[name] ?? []);
    return found.length === 0 ? undefined : found;
  }
}

export type Parts = fc.Arbitrary<Part>;

const NOTHING: Part = {};

/** In so many of a hundred cases this part, else nothing. */
export function sometimes(percent: number, parts: Parts): Parts {
  return fc.oneof({ weight: percent, arbitrary: parts }, { weight: 100 - percent, arbitrary: fc.constant(NOTHING) });
}

/** In so many of a hundred cases a value, else undefined, which JSON leaves out. */
export function maybe<T>(percent: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: percent, arbitrary: value }, { weight: 100 - percent, arbitrary: fc.constant(undefined) });
}

/** One of several, each with its weight; a weight of 0 leaves it out. */
export function weighted<T>(...choices: readonly (readonly [number, fc.Arbitrary<T>])[]): fc.Arbitrary<T> {
  return fc.oneof(...choices.flatMap(([weight, arbitrary]) => (weight > 0 ? [{ weight, arbitrary }] : [])));
}

/** Several generators' parts, all of them. */
export function together(...all: readonly Parts[]): fc.Arbitrary<Part[]> {
  return fc.tuple(...all);
}

/** Objects with some of these members, each in half of the cases unless `percent` says otherwise. */
export function someOf(members: Readonly<Record<string, fc.Arbitrary<unknown>>>, percent = 50): fc.Arbitrary<Json> {
  return fc.record(Object.fromEntries(Object.entries(members).map(([name, value]) => [name, maybe(percent, value)])));
}
