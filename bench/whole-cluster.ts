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
/** New objects may fill 8 MB instead of 32 before they are looked through: more looking, less memory. */
const SMALL_SEMI_SPACE = '--max-semi-space-size=8';

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

async function measureOver(snapshot: string): Promise<readonly Figure[]> {
  const command = [
    pathOf('../src/cli.ts'),
    ...['forecast', '-A', '--ratio', '2.5', '-o', 'json', '--snapshot', snapshot],
  ];
  const forecast = async (flags: readonly string[]): Promise<Run> => {
    const run = await runNode([...flags, ...command]);
    expectEveryVm(run.output);
    return run;
  };
  const what = `forecast -A --ratio 2.5 of ${SIZE.virtualMachines} VMs`;
  const contenders = new Map<string, () => Promise<Run>>([
    ['JSON.parse of each line', () => runNode([pathOf('bare-parse.ts'), snapshot])],
    [what, () => forecast([])],
    [`${what}, ${SMALL_SEMI_SPACE}`, () => forecast([SMALL_SEMI_SPACE])],
  ]);
  const runs = await measureInRounds([...contenders.values()], ROUNDS);
  const figures = (unit: 's' | 'MB', amountOf: (run: Run) => number, limit: number): readonly Figure[] => {
    const whats = [...contenders.keys()];
    const target = { of: 'value', bound: 'below', amount: limit } as const;
    const measured = compareRounds(
      whats,
      runs.map((row) => row.map(amountOf)),
    );
    const targets = Object.fromEntries(whats.map((one) => [one, target]));
    return figuresOf(measured, { part: 'whole cluster', unit, targets });
  };
  return [
    ...figures('s', ({ seconds }) => seconds, 4),
    ...figures('MB', ({ memoryMegabytes }) => memoryMegabytes, 500),
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
