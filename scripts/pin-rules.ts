import type { LockedPackages } from './bundle/bundled-packages.ts';

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

/** Packages with an install script, and why nothing is missed where it is not run: `.npmrc` has none of them run. */
const INSTALL_SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['@parcel/watcher', 'compiles what the platform packages have; only `jest --watch` would load it'],
  ['@swc/core', 'looks for a platform package, and fetches WebAssembly where there is none'],
  ['esbuild', 'replaces its starter by the program of the platform package, which the API finds itself'],
  ['unrs-resolver', 'looks for a platform package, and fetches one where npm has left it out'],
]);

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** Every version of package.json is one version. */
export function manifestFaults(manifest: Manifest): string[] {
  return [...DEPENDENCIES, 'overrides' as const].flatMap((group) => {
    return Object.entries(manifest[group] ?? {})
      .filter(([, version]) => typeof version !== 'string' || !EXACT.test(version))
      .map(([name, version]) => `package.json: ${group}: ${name}: ${JSON.stringify(version)} is not one version`);
  });
}

/** Every package of the lock file is known by its content, comes from the registry, and runs nothing when it is installed. */
export function lockFaults(manifest: Manifest, locked: LockedPackages): string[] {
  const { '': project, ...packages } = locked;
  const missing = DEPENDENCIES.flatMap((group) => {
    return Object.entries(manifest[group] ?? {}).flatMap(([name, version]) => {
      const held = [project?.[group]?.[name], packages[`node_modules/${name}`]?.version];
      return held.every((one) => one === version)
        ? []
        : [`${name}: ${version} in package.json, ${held.join(' and ')} here`];
    });
  });
  const unknown = Object.entries(packages).flatMap(([folder, { integrity, resolved, ...rest }]) => [
    ...(SHA512.test(integrity ?? '') ? [] : [`${folder}: integrity ${integrity}, expected one sha512`]),
    ...(resolved === undefined ? [] : [`${folder}: is to come from ${resolved}, expected any registry`]),
    ...('link' in rest ? [`${folder}: is a link`] : []),
  ]);
  return [...missing, ...unknown, ...installScriptFaults(packages)].map((fault) => `package-lock.json: ${fault}`);
}

function installScriptFaults(packages: LockedPackages): string[] {
  const having = Object.entries(packages).flatMap(([folder, { hasInstallScript }]) => {
    return hasInstallScript === true
      ? [folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)]
      : [];
  });
  return [
    ...having
      .filter((name) => !INSTALL_SCRIPTS.has(name))
      .map((name) => `${name}: has an install script: is it needed?`),
    ...[...INSTALL_SCRIPTS.keys()]
      .filter((name) => !having.includes(name))
      .map((name) => `${name}: has no install script any more`),
  ];
}

/** What `npm ci` and `npm install` do here whatever their user has set. */
export function npmrcFaults(npmrc: string): string[] {
  const expected = ['ignore-scripts=true', 'omit-lockfile-registry-resolved=true', 'save-exact=true'];
  const lines = npmrc.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return [
    ...expected.filter((line) => !lines.includes(line)).map((line) => `.npmrc: expected ${line}`),
    ...lines.filter((line) => !expected.includes(line)).map((line) => `.npmrc: ${line} is nothing that all need`),
  ];
}

/** The image has the Node.js that everything was tested with, of one tag, to which the builder adds the digest. */
export function dockerfileFaults(dockerfile: string, { optionalDependencies = {} }: Manifest): string[] {
  const versions = new Set(Object.values(optionalDependencies));
  const [version] = versions;
  const bases = dockerfile.split('\n').flatMap((line) => /^FROM (\S+)/.exec(line)?.slice(1) ?? []);
  const expected = `node:${version}-slim\${NODE_DIGEST}`;
  return [
    ...(versions.size === 1 ? [] : [`package.json: Node.js is ${[...versions].join(' and ')}, expected one version`]),
    ...(bases.length > 0 ? [] : ['Dockerfile: has no base image']),
    ...bases.filter((base) => base !== expected).map((base) => `Dockerfile: FROM ${base}, expected ${expected}`),
    ...(/^RUN npm ci .*--ignore-scripts/m.test(dockerfile) ? [] : ['Dockerfile: npm ci runs install scripts']),
  ];
}

const GO_VERSION = /^v\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/;

interface GoModule {
  readonly Path: string;
  readonly Version?: string;
}

/** As `go mod edit -json` prints it. */
export interface GoMod {
  readonly Require?: readonly GoModule[] | null;
  readonly Replace?: readonly { readonly Old: GoModule; readonly New: GoModule }[] | null;
}

/** Every module that a go.mod names has its sum, but for those that it takes from a folder. */
export function goModFaults({ Require, Replace }: GoMod, goSum: string): string[] {
  const sums = new Set(goSum.split('\n').flatMap((line) => /^(\S+ \S+?)(?:\/go\.mod)? h1:/.exec(line)?.slice(1) ?? []));
  const replaced = new Map((Replace ?? []).map(({ Old, New }) => [Old.Path, New]));
  const modules = (Require ?? []).map((one) => replaced.get(one.Path) ?? one).filter((one) => !isFolder(one));
  const named = modules.map(({ Path, Version = '' }) => ({ name: `${Path} ${Version}`, version: Version }));
  return [
    ...(modules.length > 0 ? [] : ['requires no module']),
    ...named.filter(({ version }) => !GO_VERSION.test(version)).map(({ name }) => `${name}: is not one version`),
    ...named.filter(({ name }) => !sums.has(name)).map(({ name }) => `${name}: has no sum in go.sum`),
  ];
}

/** The folders that a go.mod takes modules from, as it writes them. */
export function foldersOf({ Replace }: GoMod): string[] {
  return (Replace ?? []).filter(({ New }) => isFolder(New)).map(({ New }) => New.Path);
}

/** Go takes what begins so for a path. */
function isFolder({ Path }: GoModule): boolean {
  return /^(?:\.\.?)?\//.test(Path);
}
