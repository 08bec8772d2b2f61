// Runs the fuzz targets, two at a time: npm run fuzz -- [--minutes N | --runs N] [--seed N] [--path P] [NAME[:PROPERTY]…]
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Message, Order, Report } from './target-process.ts';

const LANES = 2;
/** For each target, where nothing else is asked for: all of them together stay within two minutes of two cores. */
const DEFAULT_MINUTES = 0.3;
/** Of silence: no case takes a tenth of it. */
const HANG_MILLISECONDS = 60_000;

const folder = new URL('.', import.meta.url);
const say = (line: string) => process.stdout.write(`${line}\n`);

interface Options {
  readonly seed: number;
  readonly path: string | undefined;
  readonly runs: number | undefined;
  readonly minutes: number;
  readonly asked: readonly string[];
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new Error(`--${name} takes a number, got "${text}"`);
  return value;
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    options: { minutes: text, runs: text, seed: text, path: text },
    allowPositionals: true,
  });
  return {
    seed: numberOf('seed', values.seed) ?? Date.now() % 2 ** 31,
    path: values.path,
    runs: numberOf('runs', values.runs),
    minutes: numberOf('minutes', values.minutes) ?? DEFAULT_MINUTES,
    asked: positionals,
  };
}

function ordersOf({ seed, path, runs, minutes, asked }: Options): readonly Order[] {
  const known = readdirSync(folder).flatMap((file) => /^([a-z-]+)\.fuzz\.ts$/.exec(file)?.[1] ?? []);
  return (asked.length === 0 ? known : asked).map((text) => {
    const [name = '', property] = text.split(':');
    if (!known.includes(name)) throw new Error(`there is no target ${name}; there are ${known.join(', ')}`);
    return {
      name,
      seed,
      milliseconds: minutes * 60_000,
      ...(property !== undefined && { property: Number(property) }),
      ...(path !== undefined && { path }),
      ...(runs !== undefined && { runs }),
    };
  });
}

function tell({ name, seed }: Order, { title, runs, seconds, seen, failure }: Report): void {
  const counts = seen.map(([what, times]) => `${what} ${times}`).join(', ');
  const outcome = failure === undefined ? 'held' : 'FAILED';
  say(`${outcome} ${name}: ${title}: ${runs} runs in ${seconds.toFixed(1)} s, seed ${seed}; seen: ${counts || '-'}`);
  if (failure !== undefined) say(failure);
}

interface Held {
  readonly passed: number;
  readonly failed: number;
}

/** Resolves with how many of the target's properties held; one that was never reported is a target that ended. */
function runTarget(order: Order): Promise<Held> {
  const child = fork(fileURLToPath(new URL('target-process.ts', folder)), [JSON.stringify(order)]);
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  let passed = 0;
  let failed = 0;
  let begun = 0;
  let silence = setTimeout(end, HANG_MILLISECONDS);
  child.on('message', (message: Message) => {
    clearTimeout(silence);
    silence = setTimeout(end, HANG_MILLISECONDS);
    if (message.kind === 'alive') {
      begun = message.runs;
      return;
    }
    tell(order, message.report);
    if (message.report.failure === undefined) passed += 1;
    else failed += 1;
  });
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      clearTimeout(silence);
      process.off('exit', end);
      const hasEnded = code !== 0 && failed === 0;
      if (hasEnded)
        say(`FAILED ${order.name}: ended by ${signal ?? code} at run ${begun} or soon after, seed ${order.seed}`);
      resolve({ passed, failed: hasEnded ? 1 : failed });
    });
  });
}

async function runAll(orders: readonly Order[]): Promise<Held> {
  const waiting = [...orders];
  const total = { passed: 0, failed: 0 };
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { passed, failed } = await runTarget(next);
      total.passed += passed;
      total.failed += failed;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return total;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
const startedAt = performance.now();
const options = readOptions();
const { passed, failed } = await runAll(ordersOf(options));
say(`${((performance.now() - startedAt) / 1000).toFixed(0)} s; again: --seed ${options.seed}`);
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
