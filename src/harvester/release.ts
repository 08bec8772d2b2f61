import type { Setting } from '../objects/harvester.ts';
import { SERVER_VERSION_SETTING } from './names.ts';
import { HARVESTER_RELEASES, type HarvesterRelease, NEWEST_RELEASE } from './release-table.ts';
import { settingValue } from './settings.ts';

export type { HarvesterRelease } from './release-table.ts';

export type HarvesterReleaseFact =
  /** Plain KubeVirt: nobody scales a quota. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'known'; readonly release: HarvesterRelease; readonly note?: string };

/** `v1.7.0`, `1.6.1`, `v1.4.0-rc3`, `v1.9.0-dev-20260607`, `v1.8-head`, `v1.7-7f3b2a1-head`. */
const RELEASE = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:[-+].*)?$/;
const MASTER_BUILD = /^master(?:-.*)?-head$/;

interface Version {
  readonly major: number;
  readonly minor: number;
  /** Absent for a build of a branch. */
  readonly patch: number | undefined;
}

const ROWS = HARVESTER_RELEASES.map((release) => ({ version: versionOfRow(release), release }));

/**
 * The rules of the Harvester that the settings say is running. Release candidates and development builds count as the
 * release they lead to, a branch's build as the branch's last release.
 */
export function harvesterRelease(settings: readonly Setting[]): HarvesterReleaseFact {
  const text = settingValue(settings, SERVER_VERSION_SETTING);
  if (text === undefined) return { kind: 'absent' };
  if (MASTER_BUILD.test(text)) return newest(text);
  const version = readVersion(text);
  if (version !== undefined) return releaseOf(version, text);
  const got = JSON.stringify(text.slice(0, 60));
  return {
    kind: 'unknown',
    reason: `Setting ${SERVER_VERSION_SETTING}: expected a version such as v1.7.0, got ${got}`,
  };
}

function releaseOf(version: Version, text: string): HarvesterReleaseFact {
  const patch = version.patch ?? Number.POSITIVE_INFINITY;
  const row = ROWS.findLast((each) => compareMinors(each.version, version) === 0 && (each.version.patch ?? 0) <= patch);
  if (row !== undefined) return { kind: 'known', release: row.release, ...branchNote(version, row.release, text) };
  if (ROWS.every((each) => compareMinors(each.version, version) < 0)) return newest(text);
  return { kind: 'unknown', reason: `Harvester ${text} is older than v1.1, the oldest release whose rules are known` };
}

function branchNote(version: Version, release: HarvesterRelease, text: string): { readonly note?: string } {
  if (version.patch !== undefined) return {};
  return { note: `Harvester ${text} is a build of a branch: reckoned by the rules of ${release.version}` };
}

function newest(text: string): HarvesterReleaseFact {
  const note = `Harvester ${text} is newer than any release known here: reckoned by the rules of ${NEWEST_RELEASE.version}`;
  return { kind: 'known', release: NEWEST_RELEASE, note };
}

function readVersion(text: string): Version | undefined {
  const match = RELEASE.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch] = match;
  return { major: Number(major), minor: Number(minor), patch: patch === undefined ? undefined : Number(patch) };
}

function versionOfRow(release: HarvesterRelease): Version {
  const version = readVersion(release.version);
  if (version === undefined) throw new Error(`the table of Harvester releases holds ${release.version}`);
  return version;
}

function compareMinors(left: Version, right: Version): number {
  return left.major - right.major || left.minor - right.minor;
}
