// Holds what the project is made of to one version and one content each: package.json and its lock file, .npmrc, the
// Dockerfile's base images, and every go.mod.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import {
  dockerfileFaults,
  foldersOf,
  type GoMod,
  goModFaults,
  lockFaults,
  manifestFaults,
  npmrcFaults,
} from './pin-rules.ts';

const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const manifest = JSON.parse(read('package.json'));
const { packages } = JSON.parse(read('package-lock.json'));
const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '--', 'go.mod', '**/go.mod'];
const modules = execFileSync('git', listed, { encoding: 'utf8' })
  .split('\n')
  .filter(existsSync)
  .map((path) => {
    const goMod: GoMod = JSON.parse(execFileSync('go', ['mod', 'edit', '-json', path], { encoding: 'utf8' }));
    return { path, goMod, goSum: read(path.replace(/mod$/, 'sum')) };
  });
// One without sums is built as a part of another: by itself Go refuses to build it.
const built = modules.filter(({ goSum }) => goSum !== '');
const outside = modules.flatMap(({ path, goMod }) => {
  const folders = foldersOf(goMod).map((folder) => (isAbsolute(folder) ? folder : join(dirname(path), folder)));
  return folders
    .filter((folder) => /^(\.\.)?\//.test(folder))
    .map((folder) => `${path}: takes a module from ${folder}`);
});

const faults = [
  ...manifestFaults(manifest),
  ...lockFaults(manifest, packages),
  ...npmrcFaults(read('.npmrc')),
  ...dockerfileFaults(read('Dockerfile'), manifest),
  ...(built.length > 0 ? [] : ['no go.mod was found']),
  ...built.flatMap(({ path, goMod, goSum }) => goModFaults(goMod, goSum).map((fault) => `${path}: ${fault}`)),
  ...outside,
];
for (const fault of faults) console.log(`FAILED: ${fault}`);
if (faults.length === 0)
  console.log(
    `${Object.keys(packages).length - 1} packages and ${built.map(({ path }) => path).join(', ')} are pinned`,
  );
process.exitCode = faults.length === 0 ? 0 : 1;
