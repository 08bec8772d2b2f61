// Holds dist/headroom.cdx.json against the licences handed on, and against what npm itself says of the packages.
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: unknown;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly version: number;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const bill: Bill = JSON.parse(readFileSync('dist/headroom.cdx.json', 'utf8'));
const { component: program } = bill.metadata;
deepStrictEqual([bill.bomFormat, bill.specVersion, bill.version], ['CycloneDX', '1.6', 1]);
const sha256 = createHash('sha256').update(readFileSync('dist/headroom.mjs')).digest('hex');
deepStrictEqual(program.hashes, [{ alg: 'SHA-256', content: sha256 }], 'the bill is of another bundle');

const refs = [program, ...bill.components].map((one) => one['bom-ref']);
strictEqual(new Set(refs).size, refs.length, 'a component stands twice in the bill');
deepStrictEqual(bill.dependencies.map(({ ref }) => ref).sort(), refs.toSorted());

// A bundled package that nothing bundled asks for would be one whose way in was not understood.
const reached = new Set<string>();
const open = [program['bom-ref']];
for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
  if (reached.has(ref)) continue;
  reached.add(ref);
  open.push(...(bill.dependencies.find((one) => one.ref === ref)?.dependsOn ?? []));
}
deepStrictEqual([...reached].sort(), refs.toSorted(), 'not all components are reached from the program');

const libraries = bill.components.filter(({ type }) => type === 'library');
const notices = readFileSync('dist/THIRD-PARTY-LICENSES.txt', 'utf8');
for (const { name, version } of libraries)
  ok(notices.includes(`${name} ${version} (`), `no licence of ${name} is handed on`);

// What npm makes of node_modules by itself. Not with --omit=dev: npm 11 then leaves out what is needed for both.
const printed = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx'], {
  encoding: 'utf8',
  maxBuffer: 1 << 26,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ofNpm = new Map((JSON.parse(printed) as Bill).components.map((one) => [one.purl, one]));
for (const { purl, name, version, licenses, hashes } of libraries) {
  const theirs = ofNpm.get(purl);
  ok(theirs, `${purl} is in the bundle, and npm has not installed it`);
  const { name: theirName, version: theirVersion, licenses: theirLicenses, hashes: theirHashes } = theirs;
  deepStrictEqual([name, version, licenses, hashes], [theirName, theirVersion, theirLicenses, theirHashes]);
}
console.log(`${libraries.length} packages of the bundle are in the bill, as npm has them`);
