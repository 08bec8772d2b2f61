// A webhook under load for a while, with faults: what is answered, how fast, and with how much memory.
import { randomInt } from 'node:crypto';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { servedAt } from '../e2e/harness/kept-certificates.ts';
import { tail } from '../e2e/harness/processes.ts';
import { randomOf } from '../e2e/situations/random.ts';
import { createMigrations } from './creations.ts';
import { Faults, planFaults } from './faults.ts';
import { figuresOf, judge, type Outcome, type Part } from './judgement.ts';
import { Load } from './load.ts';
import { Questions } from './questions.ts';
import { Samples } from './samples.ts';
import { Service } from './service.ts';
import { type Stage, startStage } from './stage.ts';
import { Tally } from './tally.ts';

const LOOK_MILLISECONDS = 1000;
const STOPPING_MILLISECONDS = 60_000;
const LONGEST_WARM_UP_MILLISECONDS = 180_000;
const MOST_SHOWN = 20;

const say = (text: string) => process.stdout.write(`${text}\n`);

interface Plan {
  readonly minutes: number;
  readonly requestsPerSecond: number;
  readonly seed: number;
}

function plan(): Plan {
  const options = {
    minutes: { type: 'string', default: '1.5' },
    rate: { type: 'string', default: '200' },
    seed: { type: 'string', default: `${randomInt(1_000_000)}` },
  } as const;
  const { minutes, rate, seed } = parseArgs({ options }).values;
  const [length, requestsPerSecond] = [minutes, rate].map(Number) as [number, number];
  if (!(length > 0 && requestsPerSecond > 0 && Number.isSafeInteger(Number(seed)))) {
    throw new Error('expected --minutes and --rate above 0, and --seed a whole number');
  }
  return { minutes: length, requestsPerSecond, seed: Number(seed) };
}

/** A quarter to warm up, three minutes at most; the rest in thirds. */
function partsOf(start: number, milliseconds: number): readonly Part[] {
  const warmUp = Math.min(LONGEST_WARM_UP_MILLISECONDS, milliseconds / 4);
  const third = (milliseconds - warmUp) / 3;
  const ends = [start + warmUp, ...[1, 2, 3].map((count) => start + warmUp + count * third)];
  return ['warm-up', 'first third', 'second third', 'last third'].map((name, index) => ({
    name,
    from: ends[index - 1] ?? start,
    to: ends[index] ?? start,
    tally: new Tally(),
  }));
}

async function run(stage: Stage, { minutes, requestsPerSecond, seed }: Plan): Promise<Outcome> {
  const service = new Service(stage.cluster);
  await service.start(stage.release.replicas());
  const parts = partsOf(performance.now(), minutes * 60_000);
  const end = parts.at(-1)?.to ?? 0;
  const isOver = () => performance.now() >= end;
  const faults = new Faults(stage, service);
  const samples = new Samples(stage.steady);
  const load = new Load({
    service,
    questions: new Questions(randomOf(seed, 'questions'), stage),
    random: randomOf(seed, 'arrivals'),
    requestsPerSecond,
    tallyAt: (moment) => (parts.find(({ to }) => moment < to) ?? (parts.at(-1) as Part)).tally,
    isDisturbed: (from, to) => faults.isDisturbed(from, to),
  });
  const [created, renewals] = await Promise.all([
    createMigrations(stage, randomOf(seed, 'creations'), isOver),
    countRenewals(stage, isOver),
    load.run(end),
    samples.take(isOver),
    injectAll(faults, parts, seed),
  ]);
  await faults.settle();
  await service.close();
  const isSteadyAlive = stage.steady.child.isRunning();
  return {
    parts,
    samples,
    created,
    renewals,
    isSteadyAlive,
    faults: faults.counts(),
    senderLateMilliseconds: load.latest,
  };
}

async function injectAll(faults: Faults, parts: readonly Part[], seed: number): Promise<void> {
  for (const [index, { from, to }] of parts.entries()) {
    await faults.run(planFaults(randomOf(seed, 'faults', index), to - from), from);
  }
}

async function countRenewals({ steady }: Stage, isOver: () => boolean): Promise<number> {
  const seen = new Set<string>();
  while (!isOver()) {
    seen.add(await servedAt(steady.port));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
  return seen.size - 1;
}

function tell(outcome: Outcome, stage: Stage): number {
  const errors = [...outcome.parts.flatMap(({ tally }) => tally.errors), ...outcome.created.errors];
  const verdicts = judge(outcome);
  const failed = verdicts.filter(({ holds }) => !holds);
  say(`\n${figuresOf(outcome)}\n`);
  say(`faults: ${[...outcome.faults].map(([kind, count]) => `${count} × ${kind}`).join(', ')}`);
  say(`the sender was ${outcome.senderLateMilliseconds.toFixed(0)} ms late at most\n`);
  for (const error of errors.slice(0, MOST_SHOWN)) say(`error: ${error}`);
  for (const { what, holds } of verdicts) say(`${holds ? 'passed' : 'FAILED'}: ${what}`);
  if (failed.length > 0) say(`\n--- ${stage.steady.name}\n${tail(stage.steady.child.logFile)}`);
  say(`${verdicts.length - failed.length} passed, ${failed.length} failed`);
  return failed.length;
}

/** What is not closed by then is left open; programs that still run are killed as this one exits. */
function exitInTime(): void {
  const exit = () => {
    process.stderr.write(`not closed in time: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit();
  };
  setTimeout(exit, STOPPING_MILLISECONDS).unref();
}

const planned = plan();
const { minutes, requestsPerSecond, seed } = planned;
const load = loadavg()[0]?.toFixed(1);
say(`${minutes} minutes, ${requestsPerSecond} requests a second, --seed ${seed}, load ${load} at the start`);
const stage = await startStage();
try {
  process.exitCode = tell(await run(stage, planned), stage) === 0 ? 0 : 1;
} finally {
  exitInTime();
  await stage.stop();
}
process.exit();
