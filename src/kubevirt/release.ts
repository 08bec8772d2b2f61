import type { KubeVirtRelease, VendoredRelease } from './release-rules.ts';
import { RELEASES, VENDORED_ONLY } from './release-table.ts';

export type { KubeVirtRelease, VendoredRelease } from './release-rules.ts';

export type ReleaseLookup<T> =
  | { readonly kind: 'known'; readonly release: T; readonly note?: string }
  | { readonly kind: 'unknown'; readonly reason: string };

interface Triple {
  readonly minorKey: number;
  readonly patch: number;
}

const TRIPLE = /^v?(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?=$|[-+.])/;

/**
 * The rules of a running KubeVirt. Only the triple counts: SUSE's `1.6.3-150700.3.13.1` is 1.6.3, and a release
 * candidate has the rules of the release it leads to.
 */
export function kubeVirtRelease(version: string): ReleaseLookup<KubeVirtRelease> {
  return findRelease(version, RENDERING_ROWS);
}

/** The overhead formula of a KubeVirt compiled into Harvester, which may be older than any that renders pods here. */
export function vendoredRelease(version: string): ReleaseLookup<VendoredRelease> {
  return findRelease(version, FORMULA_ROWS);
}

interface Row<T> extends Triple {
  readonly release: T;
}

const RENDERING_ROWS = rowsOf(RELEASES);
const FORMULA_ROWS = rowsOf<VendoredRelease>([...VENDORED_ONLY, ...RELEASES]);

function rowsOf<T extends VendoredRelease>(releases: readonly T[]): readonly Row<T>[] {
  return releases.flatMap((release) => {
    const triple = readTriple(release.version);
    return triple === undefined ? [] : [{ ...triple, release }];
  });
}

function findRelease<T extends VendoredRelease>(version: string, rows: readonly Row<T>[]): ReleaseLookup<T> {
  const wanted = readTriple(version);
  if (wanted === undefined) {
    return {
      kind: 'unknown',
      reason: `expected a KubeVirt version such as 1.6.3, got ${JSON.stringify(version.slice(0, 60))}`,
    };
  }
  const row = rows.findLast(({ minorKey, patch }) => minorKey === wanted.minorKey && patch <= wanted.patch);
  if (row !== undefined) return { kind: 'known', release: row.release };
  const newest = rows.at(-1);
  if (newest !== undefined && wanted.minorKey > newest.minorKey) {
    return {
      kind: 'known',
      release: newest.release,
      note: `KubeVirt ${version} is newer than the rules known; those of ${newest.release.version} are used`,
    };
  }
  return {
    kind: 'unknown',
    reason: `KubeVirt ${version} is none whose rules are known; they begin at ${rows[0]?.release.version ?? 'none'}`,
  };
}

function readTriple(version: string): Triple | undefined {
  const match = TRIPLE.exec(version);
  if (match === null) return undefined;
  return { minorKey: Number(match[1]) * 100_000 + Number(match[2]), patch: Number(match[3]) };
}
