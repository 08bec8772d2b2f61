// Bundles the program into dist/headroom.mjs: one file that needs Node and nothing else, for the image.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build, type Metafile, type Plugin } from 'esbuild';

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

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/headroom.mjs',
  bundle: true,
  plugins: [onlyWhatTheKubeconfigNeeds],
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

const packages = bundledPackages(metafile);
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', packages.map(licenceText).join('\n'));
const bytes = metafile.outputs['dist/headroom.mjs']?.bytes ?? 0;
console.log(`dist/headroom.mjs: ${Math.round(bytes / 1024)} KiB, with code of ${packages.length} packages`);

/** Folders of the npm packages of which something is in the bundle. */
function bundledPackages({ outputs }: Metafile): string[] {
  const inputs = Object.entries(outputs['dist/headroom.mjs']?.inputs ?? {});
  const folders = inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)].sort();
}

/** What the licences ask to be handed on with a copy. */
function licenceText(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const heading = `${name} ${version} (${license ?? 'licence not stated'})`;
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|notice|copying)/i.test(entry.name))
    .map((entry) => readFileSync(`${folder}/${entry.name}`, 'utf8').trim());
  return [heading, '='.repeat(heading.length), ...texts, ''].join('\n');
}
