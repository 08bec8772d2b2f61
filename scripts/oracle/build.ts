// Builds the oracle of a version: oracle/ as it is for the version that it pins, else a copy with another go.mod.
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minorOf } from './generator/cases.ts';
import { goModuleOf, type Published } from './go-module.ts';
import { KUBEVIRT, pinnedVersion } from './versions.ts';

const SOURCE = fileURLToPath(new URL('../../oracle', import.meta.url));
const CACHE = fileURLToPath(new URL('../../.cache/oracle', import.meta.url));
const STUBS = '../../../oracle/stubs';
const BUILD_LIMIT_MS = 30 * 60_000;

/** Builds what is not built or has changed, and returns the program's path; Go itself knows which that is. */
export function buildOracle(version: string): string {
  const folder = workFolder(version);
  const program = join(folder, 'oracle');
  const build = ['build', '-buildvcs=false', '-tags', tagsOf(version).join(','), '-o', program];
  if (version === pinnedVersion()) {
    // As scripts/install-tools.sh builds virt-controller of this version, so that neither compiles the other's packages.
    go(SOURCE, [...build, '-mod=readonly', '-trimpath', '.'], { CGO_ENABLED: '0' });
    return program;
  }
  copySources(folder);
  const module = join(folder, 'go.mod');
  if (!existsSync(module)) writeFileSync(module, moduleOf(version));
  go(folder, [...build, '-mod=mod', '.']);
  return program;
}

/** Where the oracle of a version and its vectors are kept. */
export function workFolder(version: string): string {
  const folder = join(CACHE, version);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function copySources(folder: string): void {
  for (const name of sourceNames()) cpSync(join(SOURCE, name), join(folder, name));
}

function sourceNames(): string[] {
  return readdirSync(SOURCE).filter((name) => name.endsWith('.go'));
}

/** Files of the oracle say by tags such as before_1_8 for which versions they are; of an older version all later ones hold. */
function tagsOf(version: string): string[] {
  const text = sourceNames().map((name) => readFileSync(join(SOURCE, name), 'utf8'));
  const minors = new Set([...text.join('\n').matchAll(/\bbefore_1_(\d+)\b/g)].map(([, minor]) => Number(minor)));
  return [...minors].filter((minor) => minor > minorOf(version)).map((minor) => `before_1_${minor}`);
}

function moduleOf(version: string): string {
  const goMod = downloaded(KUBEVIRT, version);
  if (goMod === undefined) throw new Error(`the module proxy does not serve ${KUBEVIRT} ${version}`);
  const published: Published = {
    kubevirt: version,
    api: nearestPublished('kubevirt.io/api', version),
    clientGo: nearestPublished('kubevirt.io/client-go', version),
  };
  return goModuleOf(readFileSync(goMod, 'utf8'), published, STUBS);
}

/** The module at the version, else at the last patch release before it that is served: not all were published. */
function nearestPublished(module: string, version: string): string {
  const [minor = '', patch = ''] = version.split(/\.(?=\d+$)/);
  for (let candidate = Number(patch); candidate >= 0; candidate -= 1) {
    if (downloaded(module, `${minor}.${candidate}`) !== undefined) return `${minor}.${candidate}`;
  }
  throw new Error(`the module proxy serves no ${module} of ${minor}`);
}

/** The path of a module's go.mod, or undefined where the module cannot be had. */
function downloaded(module: string, version: string): string | undefined {
  try {
    const answer = execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], {
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: BUILD_LIMIT_MS,
    });
    return (JSON.parse(answer) as { readonly GoMod: string }).GoMod;
  } catch {
    return undefined;
  }
}

function go(folder: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): void {
  const options: ExecFileSyncOptions = {
    cwd: folder,
    stdio: 'inherit',
    timeout: BUILD_LIMIT_MS,
    // A go.work around this repository is none of its business.
    env: { ...process.env, GOWORK: 'off', ...environment },
  };
  execFileSync('go', args, options);
}
