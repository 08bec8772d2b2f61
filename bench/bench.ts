import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Baseline, comparisonText, recorded, regressions } from './baseline.ts';
import { decisionFigures } from './decisions.ts';
import { engineFigures } from './engine.ts';
import type { Effort, Figure } from './figure.ts';
import { httpsFigures } from './https.ts';
import { memoryFigures } from './memory.ts';
import { isPinned } from './processor.ts';
import { reportFigures } from './report-page.ts';
import { markdownTables, resultTable } from './result-table.ts';
import { startFigures } from './start.ts';
import { wholeClusterFigures } from './whole-cluster.ts';

const PARTS: ReadonlyMap<string, (effort: Effort) => Promise<readonly Figure[]>> = new Map([
  ['https', httpsFigures],
  ['engine', engineFigures],
  ['decision', decisionFigures],
  ['cluster', wholeClusterFigures],
  ['start', startFigures],
  ['memory', memoryFigures],
  ['report', reportFigures],
  // Loaded only then: it needs what builds a control plane.
  ['live', async () => (await import('./live.ts')).liveFigures()],
]);
/** `live` starts a control plane, which takes minutes however little is measured on it. */
const QUICK_PARTS = [...PARTS.keys()].filter((part) => part !== 'live');
const USAGE = `npm run bench -- [--only ${[...PARTS.keys()].join('|')}]... [--quick] [--record] [-o table|markdown|json] [--json FILE]`;
const BASELINE = new URL('baseline.json', import.meta.url);

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      output: { type: 'string', short: 'o', default: 'table' },
      json: { type: 'string' },
    },
  });
  const only = values.only ?? (values.quick ? QUICK_PARTS : [...PARTS.keys()]);
  const isUnderstood = only.every((part) => PARTS.has(part)) && ['table', 'markdown', 'json'].includes(values.output);
  // Figures of a moment must not become what others are held against.
  if (!isUnderstood || (values.quick && values.record)) throw new Error(USAGE);
  return { ...values, only };
}

/** Figures of a machine mean nothing without it. */
function machine() {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
    pinned: isPinned,
  };
}

type Machine = ReturnType<typeof machine>;

/** A part that fails is no reason to lose the others. */
async function measure(only: readonly string[], effort: Effort): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [part, measurePart] of PARTS) {
    if (!only.includes(part)) continue;
    const start = performance.now();
    console.error(`measuring: ${part} …`);
    try {
      figures.push(...(await measurePart(effort)));
    } catch (error) {
      console.error(`FAILED: ${part}:`, error);
      process.exitCode = 1;
    }
    console.error(`  ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
  return figures;
}

function machineText({ cpu, cores, node, loadBefore, pinned }: Machine): string {
  const pinning = pinned
    ? 'servers on a core of their own, what asks them on another'
    : 'servers NOT on a core of their own: there is no taskset here, or only one core';
  return `${cpu}, ${cores} cores, Node ${node}, load ${loadBefore.toFixed(2)} at the start; ${pinning}`;
}

const { only, quick, record, output, json } = options();
// In order, so that nothing that was started or written stays behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const measuredOn = machine();
const baseline: Baseline = JSON.parse(await readFile(BASELINE, 'utf8'));
const figures = await measure(only, quick ? 'quick' : 'full');
const document = `${JSON.stringify({ machine: measuredOn, figures, worse: regressions(baseline, figures) }, undefined, 2)}\n`;
if (json !== undefined) await writeFile(json, document);
if (record && process.exitCode === undefined)
  await writeFile(BASELINE, `${JSON.stringify(recorded(baseline, measuredOn, figures), undefined, 2)}\n`);
if (output === 'json') process.stdout.write(document);
else {
  const result = output === 'markdown' ? markdownTables(figures) : resultTable(figures);
  console.log(`${machineText(measuredOn)}\n\n${result}\n`);
  // Of a moment's figures most differ by more.
  console.log(
    quick ? 'quick: to prove that the bench runs; its figures say nothing' : comparisonText(baseline, figures),
  );
}
