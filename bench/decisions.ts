import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { inTemporaryFolder, pathOf } from './bundle.ts';
import { atMost, type Effort, type Figure, figureOf } from './figure.ts';
import { exponentOf } from './growth.ts';
import { writeSnapshot } from './make-snapshot.ts';
import type { Asked, Told } from './programs/decisions.ts';
import { compare, measureInRounds, spreadOf } from './rounds.ts';

const PART = 'decision';
const SIZES = { full: [100, 1000, 10_000, 100_000], quick: [100, 1000] };
const VMS_EACH = 50;
const ROUNDS = { full: 11, quick: 1 };
const ROUND_MILLISECONDS = { full: 300, quick: 50 };
const WARM_UP_MILLISECONDS = { full: 3000, quick: 50 };
const CONSTANT = atMost(0.05);

/**
 * One decision about a migration, with everything in memory, in clusters of any size whose namespaces are the same: it
 * must not take longer because there are others.
 */
export function decisionFigures(effort: Effort): Promise<readonly Figure[]> {
  return inTemporaryFolder(async (folder) => {
    const sizes = SIZES[effort];
    const deciders: ChildProcess[] = [];
    try {
      for (const size of sizes) deciders.push(await startDecider(folder, size));
      const during = (milliseconds: number) => deciders.map((decider) => () => ask(decider, { milliseconds }));
      await measureInRounds(during(WARM_UP_MILLISECONDS[effort]), 1);
      return figuresOf(sizes, await measureInRounds(during(ROUND_MILLISECONDS[effort]), ROUNDS[effort]));
    } finally {
      for (const decider of deciders) decider.disconnect();
    }
  });
}

async function startDecider(folder: string, virtualMachines: number): Promise<ChildProcess> {
  const file = join(folder, `${virtualMachines}.jsonl`);
  await writeSnapshot(file, { virtualMachines, namespaces: virtualMachines / VMS_EACH, objects: 'reduced' });
  const decider = fork(pathOf('programs/decisions.ts'), [file]);
  await answerOf(decider);
  return decider;
}

async function ask(decider: ChildProcess, asked: Asked): Promise<number> {
  decider.send(asked);
  return ((await answerOf(decider)) as Told).microsecondsEach;
}

function answerOf(decider: ChildProcess): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const giveUp = (code: number | null) => reject(new Error(`programs/decisions.ts ended with ${code}`));
  decider.once('exit', giveUp);
  decider.once('message', resolve);
  return promise.finally(() => decider.off('exit', giveUp));
}

function figuresOf(sizes: readonly number[], rounds: readonly (readonly number[])[]): readonly Figure[] {
  const series = sizes.map((size, index) => ({
    what: `one decision among ${size.toLocaleString('en')} VMs`,
    values: rounds[index] ?? [],
  }));
  const [smallest, ...others] = series;
  const beside = others.map((one) =>
    figureOf(compare(one, smallest === undefined ? [] : [smallest]), { part: PART, unit: 'us' }),
  );
  const exponents = (rounds[0] ?? []).map((_, round) =>
    exponentOf(sizes.map((size, index) => ({ size, amount: rounds[index]?.[round] ?? Number.NaN }))),
  );
  const what = 'growth of one decision with the VMs around it';
  const growth = { what, value: spreadOf(exponents), beside: [] };
  return [...beside, figureOf(growth, { part: PART, unit: 'exponent', targets: { [what]: CONSTANT } })];
}
