// Renders the chart in every way of rendered-chart.ts, and holds its objects and its files against the rules.
import { deepStrictEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { MANIFEST_RULES } from './manifest-rules.ts';
import { MONITORING_RULES } from './monitoring-rules.ts';
import { RBAC_RULES } from './rbac-rules.ts';
import { type Manifest, readYaml, renderChart, VARIANTS } from './rendered-chart.ts';

const CHART = 'charts/headroom';
const RULES = { ...MANIFEST_RULES, ...RBAC_RULES, ...MONITORING_RULES };
const values = readYaml(`${CHART}/values.yaml`);
const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8'));
const version = JSON.parse(readFileSync('package.json', 'utf8')).version;

/** The names of values: `webhook.timeoutSeconds`, and so on. */
function namesIn(value: Manifest, path: string): string[] {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  if (!isGroup) return [path];
  return Object.entries(value).flatMap(([key, inner]) => namesIn(inner, path === '' ? key : `${path}.${key}`));
}

function valueAt(path: string): Manifest {
  return path.split('.').reduce((group, key) => group?.[key], values);
}

/** Schema of a value, its references followed; throws where values.yaml has something that the schema has not. */
function schemaAt(path: string): Manifest {
  return path.split('.').reduce((group, key) => {
    const inner = group.properties?.[key];
    ok(inner, `values.schema.json does not know ${path}`);
    return inner.$ref === undefined ? inner : schema.definitions[inner.$ref.split('/').at(-1)];
  }, schema);
}

function schemasIn(node: Manifest): Manifest[] {
  if (typeof node !== 'object' || node === null) return [];
  return [node, ...Object.values(node).flatMap(schemasIn)];
}

const FILE_RULES: Readonly<Record<string, () => void>> = {
  'the schema knows every value, and no other': () => {
    for (const name of namesIn(values, '')) schemaAt(name);
    for (const group of [
      'image',
      'policies',
      'webhook',
      'certificates',
      'clientCertificates',
      'networkPolicy',
      'monitoring',
      'monitoring.rules',
      'monitoring.dashboard',
      'selfTest',
    ]) {
      deepStrictEqual(Object.keys(schemaAt(group).properties).sort(), Object.keys(valueAt(group)).sort(), group);
    }
    const top = Object.keys(schema.properties).filter((key) => key !== 'global');
    deepStrictEqual(top.sort(), Object.keys(values).sort());
  },
  'the schema lets no unknown value through': () => {
    const open = schemasIn(schema).filter(
      ({ type, additionalProperties }) => type === 'object' && additionalProperties !== false,
    );
    const { global, nodeSelector, monitoring } = schema.properties;
    deepStrictEqual(open, [global, nodeSelector, monitoring.properties.labels]);
  },
  "Rancher's questions are about values that there are, with their defaults": () => {
    for (const { variable, default: byDefault } of readYaml(`${CHART}/questions.yaml`).questions) {
      deepStrictEqual(byDefault, valueAt(variable), variable);
    }
  },
  "Rancher's and Harvester's figures are the chart's": () => {
    const { annotations, version: chartVersion, appVersion } = readYaml(`${CHART}/Chart.yaml`);
    deepStrictEqual([chartVersion, appVersion], [version, version]);
    deepStrictEqual(annotations['catalog.cattle.io/requests-cpu'], timesReplicas(values.resources.requests.cpu));
    deepStrictEqual(annotations['catalog.cattle.io/requests-memory'], timesReplicas(values.resources.requests.memory));
  },
  'the example Addon is of this version, and its values are values': () => {
    const documents = parseAllDocuments(readFileSync('examples/harvester-addon.yaml', 'utf8'));
    const { spec, metadata } = documents.map((document) => document.toJS()).find(({ kind }) => kind === 'Addon');
    deepStrictEqual([spec.version, spec.chart], [version, 'headroom']);
    deepStrictEqual(metadata.labels, { 'addon.harvesterhci.io/experimental': 'true' });
    for (const name of namesIn(parse(spec.valuesContent), '')) ok(valueAt(name) !== undefined, `no value ${name}`);
  },
};

function timesReplicas(amount: string): string {
  return amount.replace(/^\d+/, (digits) => String(Number(digits) * values.replicas));
}

let failures = 0;
function hold(what: string, rule: () => void): void {
  try {
    rule();
  } catch (error) {
    failures += 1;
    console.error(`FAILED: ${what}\n${error instanceof Error ? error.message : error}`);
  }
}

for (const [title, rule] of Object.entries(FILE_RULES)) hold(title, rule);
for (const variant of VARIANTS) {
  hold(`${variant.title} is rendered`, () => {
    const chart = renderChart(variant);
    for (const [title, rule] of Object.entries(RULES)) hold(`${variant.title}: ${title}`, () => rule(chart));
  });
}
console.log(
  `${Object.keys(RULES).length} rules on ${VARIANTS.length} renderings, ${Object.keys(FILE_RULES).length} on files`,
);
process.exitCode = failures > 0 ? 1 : 0;
