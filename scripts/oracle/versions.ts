// Which KubeVirt is asked, and whether the product has rules of its own for it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { kubeVirtRelease } from '../../src/kubevirt/release.ts';
import { RELEASES } from '../../src/kubevirt/release-table.ts';

export const KUBEVIRT = 'kubevirt.io/kubevirt';
const RELEASE = /^v\d+\.\d+\.\d+$/;

/** The version that oracle/go.mod pins. */
export function pinnedVersion(): string {
  const text = readFileSync(new URL('../../oracle/go.mod', import.meta.url), 'utf8');
  const version = /^\s*kubevirt\.io\/kubevirt (v\S+)$/m.exec(text)?.[1];
  if (version === undefined) throw new Error(`oracle/go.mod does not require ${KUBEVIRT}`);
  return version;
}

export function askedVersion(asked: string | undefined): string {
  if (asked === undefined) return pinnedVersion();
  if (asked === 'newest') return newestVersion();
  if (!RELEASE.test(asked)) throw new Error(`--version: expected newest or a release such as v1.8.2, got ${asked}`);
  return asked;
}

/** The newest release that the module proxy serves. Some serve modules and no list of them: those are tried in turn. */
function newestVersion(): string {
  return newestOf(listedVersions() ?? servedAfter(`v${RELEASES.at(-1)?.version}`, isServed));
}

export function newestOf(versions: readonly string[]): string {
  const releases = versions.filter((version) => RELEASE.test(version));
  const newest = releases.toSorted(compareReleases).at(-1);
  if (newest === undefined)
    throw new Error(`the module proxy serves no release of ${KUBEVIRT}, so that nothing was checked`);
  return newest;
}

function compareReleases(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

/**
 * The newest known release, where it is served, and the later ones: minor by minor and then patch by patch, until one is
 * not there. A minor that is served from a later patch than .0 on is not found.
 */
export function servedAfter(known: string, isServedAt: (version: string) => boolean): readonly string[] {
  const [, major, first] = /^v(\d+)\.(\d+)\.\d+$/.exec(known) ?? [];
  const served = isServedAt(known) ? [known] : [];
  let minor = Number(first);
  while (isServedAt(`v${major}.${minor + 1}.0`)) minor += 1;
  let patch = minor === Number(first) ? Number(known.split('.')[2]) : 0;
  if (minor !== Number(first)) served.push(`v${major}.${minor}.0`);
  while (isServedAt(`v${major}.${minor}.${patch + 1}`)) {
    patch += 1;
    served.push(`v${major}.${minor}.${patch}`);
  }
  return served;
}

// Outside any module, so that no go.mod of this machine restricts or replaces what is asked for.
function go(...args: readonly string[]): string {
  return execFileSync('go', args, { cwd: '/', encoding: 'utf8', stdio: 'pipe', timeout: 120_000 });
}

function isServed(version: string): boolean {
  try {
    go('mod', 'download', '-json', `${KUBEVIRT}@${version}`);
    return true;
  } catch {
    return false;
  }
}

function listedVersions(): readonly string[] | undefined {
  try {
    return (JSON.parse(go('list', '-m', '-json', '-versions', KUBEVIRT)) as { readonly Versions?: string[] }).Versions;
  } catch {
    return undefined;
  }
}

/** What to do where the product reckons this version by another minor's rules; undefined where it has its own. */
export function missingRow(version: string): string | undefined {
  const found = kubeVirtRelease(version);
  const reason = found.kind === 'unknown' ? found.reason : found.note;
  if (reason === undefined) return undefined;
  const row = version.slice(1);
  return `src/kubevirt/release-table.ts has no row for ${row}: ${reason}. docs/new-version.md says how to add it.`;
}
