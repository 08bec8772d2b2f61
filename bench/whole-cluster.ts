import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundle, inTemporaryFolder, pathOf } from './bundle.ts';
import { atMost, type Effort, type Figure, figureOf, type Target, type Targets } from './figure.ts';
import { exponentOf } from './growth.ts';
import { type SnapshotSize, writeSnapshot } from './make-snapshot.ts';
import { MeasuredProgram, type Run } from './measured-run.ts';
import { compare, measureInRounds, spreadOf } from './rounds.ts';

type Objects = NonNullable<SnapshotSize['objects']>;

const PART = 'cluster';
const SIZES: Readonly<Record<Objects, Readonly<Record<Effort, readonly number[]>>>> = {
  reduced: { full: [100, 1000, 10_000, 100_000], quick: [100, 1000] },
  whole: { full: [10_000, 100_000], quick: [1000] },
};
const ROUNDS: Readonly<Record<Objects, Readonly<Record<Effort, number>>>> = {
  reduced: { full: 3, quick: 1 },
  whole: { full: 2, quick: 1 },
};
const VMS_EACH = 50;
/** Of the files; whole objects are eight times as large as what is read of them. */
const BYTES_OF_A_VM = { reduced: 3500, whole: 27_000 };
const QUESTIONS = ['forecast -A', 'forecast -A --ratio 2.5'];

const LINEAR = atMost(1.05);
const SECONDS: Readonly<Record<string, Target>> = {
  'forecast -A --ratio 2.5, 100,000 VMs': atMost(15),
  'forecast -A, 10,000 VMs, whole objects': atMost(3),
  'forecast -A --ratio 2.5, 10,000 VMs, whole objects': atMost(4),
};
const MEGABYTES: Readonly<Record<string, Target>> = {
  'forecast -A --ratio 2.5, 100,000 VMs': atMost(1500),
  'forecast -A, 10,000 VMs, whole objects': atMost(500),
  'forecast -A --ratio 2.5, 10,000 VMs, whole objects': atMost(500),
};

/** What the programs took over one snapshot, round by round. */
interface Measured {
  readonly virtualMachines: number;
  readonly label: string;
  readonly bare: readonly Run[];
  readonly questions: ReadonlyMap<string, readonly Run[]>;
}

/** The command as a user runs it, over files that are made for it and removed after. */
export function wholeClusterFigures(effort: Effort): Promise<readonly Figure[]> {
  return inTemporaryFolder(async (folder) => {
    const bundle = await buildBundle(folder);
    // One VM takes as long as the program needs to start.
    const reduced = await measureSizes([1, ...SIZES.reduced[effort]], 'reduced', { folder, bundle, effort });
    const whole = await measureSizes(SIZES.whole[effort], 'whole', { folder, bundle, effort });
    const [startUp, ...sizes] = reduced;
    return [...sizes, ...whole].flatMap(sizeFigures).concat(startUp === undefined ? [] : growthFigures(startUp, sizes));
  });
}

interface Setting {
  readonly folder: string;
  readonly bundle: string;
  readonly effort: Effort;
}

async function measureSizes(
  sizes: readonly number[],
  objects: Objects,
  setting: Setting,
): Promise<readonly Measured[]> {
  const { folder, effort } = setting;
  const subjects: { readonly virtualMachines: number; readonly programs: readonly MeasuredProgram[] }[] = [];
  for (const virtualMachines of await thoseWithRoom(sizes, objects)) {
    const file = join(folder, `${objects}-${virtualMachines}.jsonl`);
    await writeSnapshot(file, { virtualMachines, namespaces: Math.ceil(virtualMachines / VMS_EACH), objects });
    subjects.push({ virtualMachines, programs: programsOver(file, virtualMachines, setting) });
  }
  const runs = await measureInRounds(
    subjects.flatMap(({ programs }) => programs.map((program) => () => program.run())),
    ROUNDS[objects][effort],
  );
  return subjects.map(({ virtualMachines, programs }, index) => {
    const [bare = [], ...asked] = runs.slice(index * programs.length, (index + 1) * programs.length);
    return {
      virtualMachines,
      label: `${virtualMachines.toLocaleString('en')} VMs${objects === 'whole' ? ', whole objects' : ''}`,
      bare,
      questions: new Map(QUESTIONS.map((question, at) => [question, asked[at] ?? []])),
    };
  });
}

function programsOver(file: string, virtualMachines: number, { bundle }: Setting): readonly MeasuredProgram[] {
  const asked = QUESTIONS.map((question) => {
    const args = [bundle, ...question.split(' '), '-o', 'json', '--snapshot', file];
    return new MeasuredProgram(args, (output) => expectEveryVm(output, virtualMachines));
  });
  return [new MeasuredProgram([pathOf('programs/bare-parse.ts'), file], () => undefined), ...asked];
}

/** An answer that came early because something was left out is no answer. */
function expectEveryVm(output: string, virtualMachines: number): void {
  const { forecasts } = JSON.parse(output) as { forecasts: readonly { verdict: string }[] };
  const known = forecasts.filter(({ verdict }) => verdict !== 'unknown').length;
  if (known !== virtualMachines) throw new Error(`${known} VMs were forecast, expected ${virtualMachines}`);
}

/** Half of what is free is left alone. */
async function thoseWithRoom(sizes: readonly number[], objects: Objects): Promise<readonly number[]> {
  const { bavail, bsize } = await statfs(tmpdir());
  const fitting = sizes.filter((size) => size * BYTES_OF_A_VM[objects] * 2 < bavail * bsize);
  const left = sizes.filter((size) => !fitting.includes(size));
  if (left.length > 0)
    console.error(`  NOT measured, too little room in ${tmpdir()}: ${left.join(', ')} VMs, ${objects} objects`);
  return fitting;
}

function sizeFigures({ label, bare, questions }: Measured): readonly Figure[] {
  return [...questions].flatMap(([question, runs]) => {
    const what = `${question}, ${label}`;
    const figure = (named: string, unit: 's' | 'MB', amountOf: (run: Run) => number, target?: Target) => {
      const subject = { what: named, values: runs.map(amountOf) };
      const targets: Targets = target === undefined ? {} : { [named]: target };
      const compared = compare(subject, [{ what: 'JSON.parse of each line', values: bare.map(amountOf) }]);
      return figureOf(compared, { part: PART, unit, targets });
    };
    return [
      figure(what, 's', ({ seconds }) => seconds, SECONDS[what]),
      figure(`${what}, processor time`, 's', ({ cpuSeconds }) => cpuSeconds),
      figure(`${what}, peak memory`, 'MB', ({ memoryMegabytes }) => memoryMegabytes, MEGABYTES[what]),
    ];
  });
}

/**
 * By which power of the number of VMs the work grows: of the processor time above that of one VM, over all sizes, and where
 * it is not blurred by what V8 has not optimised yet, from the second largest to the largest.
 */
function growthFigures(startUp: Measured, sizes: readonly Measured[]): readonly Figure[] {
  return QUESTIONS.flatMap((question) => {
    const exponents = (measured: readonly Measured[]): readonly number[] => {
      const own = startUp.questions.get(question) ?? [];
      return own.map(({ cpuSeconds: before }, round) => {
        const points = measured.map(({ virtualMachines, questions }) => {
          const { cpuSeconds = Number.NaN } = questions.get(question)?.[round] ?? {};
          return { size: virtualMachines, amount: cpuSeconds - before };
        });
        return exponentOf(points);
      });
    };
    const figure = (measured: readonly Measured[]) => {
      const [first, last] = [measured[0]?.label, measured.at(-1)?.label];
      const what = `${question}, growth from ${first} to ${last}`;
      const compared = { what, value: spreadOf(exponents(measured)), beside: [] };
      return figureOf(compared, { part: PART, unit: 'exponent', targets: { [what]: LINEAR } });
    };
    return sizes.length > 2 ? [figure(sizes), figure(sizes.slice(-2))] : [figure(sizes)];
  });
}
