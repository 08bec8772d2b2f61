// One target in a process of its own, so that a crash or a hang of the product is seen from outside.
import fc from 'fast-check';
import type { FuzzProperty, FuzzTarget, Outcome } from './target.ts';

/** Sent to the parent. `alive` carries how many cases have been begun: the last one is the one that hangs. */
export type Message =
  | { readonly kind: 'alive'; readonly runs: number }
  | { readonly kind: 'done'; readonly report: Report };

export interface Report {
  readonly title: string;
  readonly runs: number;
  readonly seconds: number;
  readonly seen: readonly (readonly [string, number])[];
  readonly failure?: string;
}

/** How one target is run; what the parent gives as its one argument, in JSON. */
export interface Order {
  readonly name: string;
  /** From 1; without it, every property of the target in turn. */
  readonly property?: number;
  readonly seed: number;
  readonly path?: string;
  readonly runs?: number;
  /** For the whole target. */
  readonly milliseconds: number;
}

/** Fewer runs than this may by chance not come upon everything. */
const ENOUGH_RUNS = 400;
const ALIVE_MILLISECONDS = 250;
const LONGEST_FAILURE = 12_000;

function send(message: Message): void {
  process.send?.(message);
}

function failureOf({ details, seen }: Outcome, { mustSee }: FuzzProperty): string | undefined {
  if (details.failed) return String(fc.defaultReportMessage(details)).slice(0, LONGEST_FAILURE);
  const unseen = mustSee.filter((what) => !seen.has(what));
  if (details.numRuns < ENOUGH_RUNS || unseen.length === 0) return undefined;
  return `in ${details.numRuns} runs there never was: ${unseen.join(', ')}`;
}

async function runProperty(property: FuzzProperty, order: Order, milliseconds: number): Promise<Report> {
  const startedAt = performance.now();
  let runs = 0;
  let toldAt = 0;
  const onRun = () => {
    runs += 1;
    if (performance.now() - toldAt < ALIVE_MILLISECONDS) return;
    toldAt = performance.now();
    send({ kind: 'alive', runs });
  };
  const { seed, path } = order;
  const parameters: fc.Parameters<unknown> = {
    seed,
    numRuns: order.runs ?? Number.MAX_SAFE_INTEGER,
    includeErrorInReport: true,
    ...(path !== undefined && { path }),
    ...(order.runs === undefined && { interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false }),
  };
  const outcome = await property.run(parameters, onRun);
  const failure = failureOf(outcome, property);
  return {
    title: property.title,
    runs: outcome.details.numRuns,
    seconds: (performance.now() - startedAt) / 1000,
    seen: [...outcome.seen].sort(([one], [other]) => one.localeCompare(other)),
    ...(failure !== undefined && { failure }),
  };
}

const order: Order = JSON.parse(process.argv[2] ?? '');
const { target }: { readonly target: FuzzTarget } = await import(`./${order.name}.fuzz.ts`);
const chosen = target.properties.filter((_, index) => order.property === undefined || order.property === index + 1);
if (chosen.length === 0) throw new Error(`${order.name} has ${target.properties.length} properties`);
for (const one of chosen) {
  send({ kind: 'done', report: await runProperty(one, order, order.milliseconds / chosen.length) });
}
await target.close?.();
process.disconnect?.();
