import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Figure, figuresOf } from './figure.ts';
import { writeSnapshot } from './make-snapshot.ts';
import { compareRounds, measureInRounds } from './rounds.ts';

const SIZE = { virtualMachines: 10_000, namespaces: 200 };
const ROUNDS = 5;

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

interface Run {
  /** From the start of the process to its last line. */
  readonly seconds: number;
  readonly memoryMegabytes: number;
  readonly output: string;
}

async function runNode(args: readonly string[]): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', pathOf('report-memory.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [, stdout, , memory] = child.stdio;
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const [output, memoryKilobytes] = await Promise.all([
    text(stdout as NodeJS.ReadableStream).then((read) => ({ read, seconds: (performance.now() - start) / 1000 })),
    text(memory as NodeJS.ReadableStream),
    exited,
  ]);
  return { seconds: output.seconds, output: output.read, memoryMegabytes: (Number(memoryKilobytes) * 1024) / 1e6 };
}

/** An answer that came early because something was left out is no answer. */
function expectEveryVm(output: string): void {
  const { forecasts } = JSON.parse(output) as { forecasts: readonly { verdict: string }[] };
  const known = forecasts.filter(({ verdict }) => verdict !== 'unknown');
  if (known.length !== SIZE.virtualMachines) {
    throw new Error(`${known.length} VMs were forecast, expected ${SIZE.virtualMachines}`);
  }
}

const QUESTIONS = new Map([
  ['forecast -A', 3],
  ['forecast -A --ratio 2.5', 4],
]);
const MOST_MEGABYTES = 500;

async function measureOver(snapshot: string): Promise<readonly Figure[]> {
  const forecast = async (question: string): Promise<Run> => {
    const args = [...question.split(' '), '-o', 'json', '--snapshot', snapshot];
    const run = await runNode([pathOf('../src/cli.ts'), ...args]);
    expectEveryVm(run.output);
    return run;
  };
  const whatOf = (question: string): string => `${question} of ${SIZE.virtualMachines} VMs`;
  const contenders = new Map<string, () => Promise<Run>>([
    ['JSON.parse of each line', () => runNode([pathOf('bare-parse.ts'), snapshot])],
    ...[...QUESTIONS.keys()].map((question) => [whatOf(question), () => forecast(question)] as const),
  ]);
  const runs = await measureInRounds([...contenders.values()], ROUNDS);
  const figures = (unit: 's' | 'MB', amountOf: (run: Run) => number, limitOf: (limit: number) => number) => {
    const measured = compareRounds(
      [...contenders.keys()],
      runs.map((row) => row.map(amountOf)),
    );
    const targets = Object.fromEntries(
      [...QUESTIONS].map(([question, seconds]) => {
        return [whatOf(question), { of: 'value', bound: 'below', amount: limitOf(seconds) } as const];
      }),
    );
    return figuresOf(measured, { part: 'whole cluster', unit, targets });
  };
  return [
    ...figures(
      's',
      ({ seconds }) => seconds,
      (seconds) => seconds,
    ),
    ...figures(
      'MB',
      ({ memoryMegabytes }) => memoryMegabytes,
      () => MOST_MEGABYTES,
    ),
  ];
}

/** The command as a user runs it, over a snapshot of a large cluster that is made for it and removed after. */
export async function wholeClusterFigures(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  try {
    const snapshot = join(folder, 'cluster.jsonl');
    await writeSnapshot(snapshot, SIZE);
    return await measureOver(snapshot);
  } finally {
    await rm(folder, { recursive: true });
  }
}
