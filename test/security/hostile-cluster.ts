import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import type { Json } from '../builders/json.ts';
import { hostileText } from './hostile-texts.ts';

/** A cluster with a quota that is scaled, a VM that runs, and a migration that is stuck. */
const OBJECTS: readonly Json[] = parseAllDocuments(readFileSync('examples/quota-test-stuck.yaml', 'utf8')).map(
  (document) => document.toJS() as Json,
);

/** What tenants and administrators name, wherever it stands. */
const NAMES = ['vm1', 'quota-test', 'default-z4g94', 'harv1', 'kubevirt'] as const;

type Change = (text: string, place: readonly string[]) => string;

/** A copy in which every text, names of members included, has been through `change`. Built as JSON builds it: no name is special. */
function changed(value: unknown, change: Change, place: readonly string[] = []): unknown {
  if (typeof value === 'string') return change(value, place);
  if (Array.isArray(value)) return value.map((one, index) => changed(one, change, [...place, String(index)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, changed(one, change, [...place, key])]));
}

function leavesOf(): readonly string[] {
  const leaves: string[] = [];
  const note: Change = (text, place) => {
    leaves.push(place.join(' '));
    return text;
  };
  changed(OBJECTS, note);
  // Without these an object is of another kind, and ignored.
  return leaves.filter((leaf) => !/ (kind|apiVersion)$/.test(leaf));
}

const LEAVES = leavesOf();

/** What is hostile in a cluster. */
interface Hostility {
  /** In place of NAMES, wherever these stand; undefined leaves one as it is. */
  readonly names: readonly (string | undefined)[];
  /** Texts at places of the objects. */
  readonly leaves: readonly (readonly [string, string])[];
  /** Annotations that nobody knows. */
  readonly members: readonly string[];
}

export const hostility: fc.Arbitrary<Hostility> = fc.record({
  names: fc.array(fc.option(hostileText, { nil: undefined }), { minLength: NAMES.length, maxLength: NAMES.length }),
  leaves: fc.array(fc.tuple(fc.constantFrom(...LEAVES), hostileText), { maxLength: 3 }),
  members: fc.array(hostileText, { maxLength: 2 }),
});

/** The cluster as JSON Lines. */
export function clusterText({ names, leaves, members }: Hostility): string {
  const replaced = new Map(NAMES.map((name, index) => [name as string, names[index] ?? name]));
  const elsewhere = new Map(leaves);
  const change: Change = (text, place) => elsewhere.get(place.join(' ')) ?? replaced.get(text) ?? text;
  const lines = (changed(OBJECTS, change) as Json[]).map((object, index) => {
    const line = JSON.stringify(object);
    const member = members[index % (members.length + 1)];
    if (member === undefined) return line;
    const inserted = `"annotations":{${JSON.stringify(member)}:"x","__proto__":"x","`;
    return line.replaceAll('"annotations":{"', () => inserted);
  });
  return lines.join('\n');
}
