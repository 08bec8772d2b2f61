/**
 * The table of docs/architecture.md as law: a folder of src may import itself and what its row lists, type imports
 * included. `folders` are folders (or single files) of src, `packages` are npm packages, `node` allows `node:` modules.
 */
const TABLE = {
  quantity: {
    why: 'An amount knows nothing of where it is used, so that its arithmetic can be trusted by itself.',
  },
  objects: {
    folders: ['quantity'],
    packages: ['zod'],
    why: 'The shapes of the objects read are the only place where raw input becomes typed; no rule may hide in them.',
  },
  kubernetes: {
    folders: ['quantity', 'objects'],
    why: "Kubernetes' own rules know neither KubeVirt nor Harvester, as Kubernetes itself does not.",
  },
  kubevirt: {
    folders: ['quantity', 'objects'],
    why: "A KubeVirt version is a row here and nowhere else; what renders a pod must not depend on Harvester's rules.",
  },
  harvester: {
    folders: ['quantity', 'objects', 'kubevirt'],
    why: 'Harvester calls the KubeVirt overhead formula it vendors, and nothing else of the other systems.',
  },
  forecast: {
    folders: ['quantity', 'objects', 'kubernetes', 'kubevirt', 'harvester'],
    why: 'Facts in, verdict out: the spine reads no world and needs no package, so a test can hold all of it.',
  },
  cluster: {
    folders: ['forecast/cluster-objects.ts', 'forecast/part-of-namespace.ts', 'forecast/reservations.ts', 'objects'],
    packages: ['@kubernetes/client-node', 'undici', 'yaml', 'zod'],
    node: true,
    why: 'The port is owned by forecast; its two sides supply objects and must not judge them.',
  },
  certificates: {
    folders: ['cluster/api.ts'],
    packages: ['@peculiar/x509', 'pino', 'reflect-metadata', 'zod'],
    node: true,
    why: 'Certificates are made and kept through the API alone; who serves them is not known here.',
  },
  admission: {
    folders: ['quantity', 'objects', 'kubernetes', 'kubevirt', 'harvester', 'forecast'],
    packages: ['zod'],
    why: 'A review is answered from the port and the forecast; it must not know HTTP, files or the API server.',
  },
  survey: {
    folders: ['quantity', 'objects', 'kubernetes', 'kubevirt', 'harvester', 'forecast', 'doctor'],
    why: 'A look at all namespaces is forecasts and a clock that it is given; who shows what it finds is not known here.',
  },
  events: {
    folders: ['quantity', 'objects', 'kubevirt', 'forecast', 'admission', 'cluster/api.ts'],
    packages: ['pino'],
    node: true,
    why: 'An Event tells of a decision that has been made; whatever becomes of it, no decision may wait for it.',
  },
  trace: {
    folders: [
      'quantity',
      'objects',
      'kubernetes',
      'kubevirt',
      'harvester',
      'forecast',
      'admission',
      'cluster/traced-object.ts',
    ],
    packages: ['pino'],
    why: 'A trace is made of what a decision stood on, after it has been made; it reads nothing itself.',
  },
  report: {
    folders: ['quantity', 'objects', 'kubernetes', 'kubevirt', 'harvester', 'forecast', 'doctor', 'survey/survey.ts'],
    why: 'A page is a pure function of forecasts; writing it to a file is the business of its command.',
  },
  doctor: {
    folders: ['quantity', 'objects', 'kubernetes', 'kubevirt', 'harvester', 'forecast'],
    why: 'A rule is a pure function of facts and forecasts, so that a cluster of any state can be put before it.',
  },
  config: {
    folders: ['objects', 'admission/policy.ts'],
    packages: ['pino', 'yaml', 'zod'],
    node: true,
    why: 'Settings are validated once, before anything is there that could read them; of the rest they know the names of policies.',
  },
  server: {
    folders: [
      'quantity',
      'objects',
      'kubernetes',
      'kubevirt',
      'harvester',
      'forecast',
      'admission',
      'certificates',
      'config',
      'survey',
      'report',
    ],
    packages: ['@peculiar/x509', '@prometheus-io/client', 'close-with-grace', 'fastify', 'pino', 'reflect-metadata'],
    node: true,
    why: 'The server is handed its cluster through the port, so that the same server answers from files and from an API server.',
  },
  commands: {
    folders: [
      'quantity',
      'objects',
      'kubernetes',
      'kubevirt',
      'harvester',
      'forecast',
      'cluster',
      'admission',
      'certificates',
      'report',
      'doctor',
      'survey',
      'events',
      'trace',
      'config',
      'server',
    ],
    packages: ['commander', 'pino', 'yaml', 'zod'],
    node: true,
    why: 'Commands wire the folders below them; nothing is allowed to depend on a command but src/cli.ts.',
  },
};

const folderPath = (folder) => (folder.endsWith('.ts') ? `^src/${folder}$` : `^src/${folder}/`);

// A package that exports CommonJS and ESM resolves to a file of its own folder either way.
const packagePath = (name) => `^node_modules/(@types/)?${name}/`;

const allowedOnly = ([folder, { folders = [], packages = [], node = false, why }]) => ({
  name: `${folder}-imports`,
  comment: why,
  severity: 'error',
  from: { path: folderPath(folder) },
  to: {
    pathNot: [folder, ...folders].map(folderPath).concat(packages.map(packagePath)),
    dependencyTypesNot: node ? ['core'] : [],
    couldNotResolve: false,
  },
});

export default {
  forbidden: [
    ...Object.entries(TABLE).map(allowedOnly),
    {
      name: 'folder-without-row',
      comment: 'A new folder of src gets a row in the table before it gets a file; src itself holds cli.ts alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli\\.ts$', ...Object.keys(TABLE).map(folderPath)] },
      to: {},
    },
    {
      name: 'nothing-imports-cli',
      comment: 'Importing the program runs it.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^src/cli\\.ts$' },
    },
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one idea in two places, and load in an order nobody chose.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that cannot be resolved would escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependency-in-src',
      comment: 'The bundle and a production install hold no devDependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '^node_modules/@types/' },
    },
  ],
  options: {
    // TypeScript 7 has no parser for other programs: without swc not one module would be read.
    parser: 'swc',
    // Sees `import type` too: a type is a dependency of a reader.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
