import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Metafile } from 'esbuild';

/** What package-lock.json says of a package, as far as it is read here. */
export interface LockedPackage {
  readonly version?: string;
  /** A Subresource Integrity text, `sha512-…`. */
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** By folder; the project itself is ''. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** An npm package of which something is in the bundle. */
export interface BundledPackage {
  /** As the lock file names it, `node_modules/…`. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly integrity: string;
  /** What its licences ask to be handed on with a copy; empty where the package brings none. */
  readonly texts: readonly string[];
}

const PACKAGE = /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/;
const LICENCE_FILE = /^(licen[cs]e|notice|copying|copyright)/i;

/** The packages of an output, by folder. */
export function bundledPackages(output: Metafile['outputs'][string], locked: LockedPackages): BundledPackage[] {
  const byPackage = Map.groupBy(inputsOf(output), (path) => PACKAGE.exec(path)?.[0] ?? '');
  byPackage.delete('');
  return [...byPackage]
    .map(([folder, inputs]) => bundledPackage(folder, inputs, locked))
    .sort((one, other) => (one.folder < other.folder ? -1 : 1));
}

function inputsOf({ inputs }: Metafile['outputs'][string]): string[] {
  return Object.entries(inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);
}

function bundledPackage(folder: string, inputs: readonly string[], locked: LockedPackages): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const lock = locked[folder];
  if (lock?.integrity === undefined || lock.version !== version || lock.license !== license) {
    throw new Error(`${folder} has ${name} ${version} (${license}), package-lock.json has ${JSON.stringify(lock)}`);
  }
  if (lock.dev === true) throw new Error(`${folder} is in the bundle, and only installed for development`);
  return { folder, name, version, licence: license, integrity: lock.integrity, texts: licenceTexts(folder, inputs) };
}

/** A package may hold another's code, with that one's licence beside it: all folders down to the inputs are looked at. */
function licenceTexts(folder: string, inputs: readonly string[]): string[] {
  const folders = new Set([folder]);
  for (const input of inputs) {
    for (let inner = dirname(input); inner.length > folder.length; inner = dirname(inner)) folders.add(inner);
  }
  return [...folders].sort().flatMap((inner) => {
    return readdirSync(inner, { withFileTypes: true })
      .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name) && !/\.[cm]?[jt]s$/.test(entry.name))
      .map((entry) => entry.name)
      .sort()
      .map((file) => readFileSync(`${inner}/${file}`, 'utf8').trim());
  });
}
