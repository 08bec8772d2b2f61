import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { engineFigures } from './engine.ts';
import type { Figure } from './figure.ts';
import { httpsFigures } from './https.ts';
import { liveFigures } from './live.ts';
import { reportFigures } from './report-page.ts';
import { resultTable } from './result-table.ts';
import { wholeClusterFigures } from './whole-cluster.ts';

const USAGE = 'npm run bench -- [--only engine|cluster|report|https|live]... [-o table|json] [--json FILE]';

const PARTS: ReadonlyMap<string, () => Promise<readonly Figure[]>> = new Map([
  ['engine', engineFigures],
  ['cluster', wholeClusterFigures],
  ['report', reportFigures],
  ['https', httpsFigures],
  ['live', liveFigures],
]);

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [...PARTS.keys()] },
      output: { type: 'string', short: 'o', default: 'table' },
      json: { type: 'string' },
    },
  });
  if (values.only.some((part) => !PARTS.has(part)) || !['table', 'json'].includes(values.output))
    throw new Error(USAGE);
  return values;
}

/** Figures of a machine mean nothing without it. */
function machine() {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    loadBefore: loadavg()[0],
  };
}

const { only, output, json } = options();
const measuredOn = machine();
const figures: Figure[] = [];
for (const [part, measure] of PARTS) {
  if (!only.includes(part)) continue;
  console.error(`measuring: ${part} …`);
  figures.push(...(await measure()));
}
const document = `${JSON.stringify({ machine: measuredOn, figures }, undefined, 2)}\n`;
if (json !== undefined) await writeFile(json, document);
if (output === 'json') process.stdout.write(document);
else {
  const { cpu, cores, node, loadBefore } = measuredOn;
  console.log(`${cpu}, ${cores} cores, Node ${node}, load ${loadBefore?.toFixed(2)} at the start\n`);
  console.log(resultTable(figures));
}
