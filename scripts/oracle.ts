// Asks KubeVirt's own code about random VMIs and compares what the product reckons: `npm run oracle -- --help`.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildOracle, workFolder } from './oracle/build.ts';
import { drawQuestions, type VectorQuestion } from './oracle/generator/cases.ts';
import { type DifferingCase, differencesByLine, fieldsThatDiffer, tallyOf, telling } from './oracle/replayed.ts';
import { askedVersion, missingRow } from './oracle/versions.ts';

const USAGE = `npm run oracle -- [--version VERSION] [--seed N] [--count N] [--out FILE]

Builds the oracle, draws random VMIs and clusters, lets KubeVirt's own code answer, and compares with headroom.
  --version  a release of KubeVirt such as v1.9.0, or newest: the newest that the module proxy lists
             (default: the one that oracle/go.mod pins)
  --seed     draws the same cases again (default: a fresh one, which is printed)
  --count    how many cases (default: 400)
  --out      where the vectors go, *.jsonl (default: .cache/oracle/VERSION/seed-N.jsonl)
`;
const SHOWN_CASES = 12;
const MAX_OUTPUT_BYTES = 2 ** 30;
const RUN_LIMIT_MS = 10 * 60_000;

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function main(args: readonly string[]): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      version: { type: 'string' },
      seed: { type: 'string', default: `${randomInt(2 ** 31)}` },
      count: { type: 'string', default: '400' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const version = askedVersion(values.version);
  const seed = wholeNumber('--seed', values.seed);
  const count = wholeNumber('--count', values.count);
  const file = values.out ?? join(workFolder(version), `seed-${seed}.jsonl`);
  console.log(`KubeVirt ${version}, seed ${seed}, ${count} cases`);
  writeFileSync(file, answered(buildOracle(version), drawQuestions({ version, seed, count })));
  return compare(version, file, `--version ${version} --seed ${seed} --count ${count}`);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 2 ** 31) throw new Error(`${option}: expected a whole number, got ${text}`);
  return value;
}

function answered(oracle: string, questions: readonly VectorQuestion[]): string {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const { stdout } = run(oracle, [], input);
  const answers = stdout.split('\n').filter((line) => line !== '');
  if (answers.length !== questions.length) {
    throw new Error(`the oracle answered ${answers.length} of ${questions.length} cases`);
  }
  const rendered = answers.filter((line) => JSON.parse(line).output.pod !== undefined).length;
  console.log(`KubeVirt rendered ${rendered} pods and refused ${answers.length - rendered}`);
  // Of refusals alone there would be nothing to compare.
  if (rendered * 2 < answers.length) throw new Error('KubeVirt refuses most of these cases: the generator is wrong');
  return stdout;
}

/** Replays the vectors as any others, and shows what differs with short cases that are ready to become tests. */
function compare(version: string, file: string, options: string): number {
  const program = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  const { stdout, status } = run(process.execPath, [program, 'replay', '--no-color', file]);
  const lines = readFileSync(file, 'utf8').split('\n');
  const differences = [...differencesByLine(stdout, file)];
  showDifferences(differences.map(([number, texts]) => ({ texts, line: lines[number - 1] ?? '' })));
  const missing = missingRow(version);
  if (missing !== undefined) console.log(missing);
  console.log(`vectors: ${file}\nagain: npm run oracle -- ${options}`);
  console.log(tallyOf(stdout));
  return status === 0 && missing === undefined ? 0 : 1;
}

function showDifferences(cases: readonly DifferingCase[]): void {
  if (cases.length === 0) return;
  for (const { texts, line } of telling(cases).slice(0, SHOWN_CASES)) console.log(`\n${texts.join('\n')}\n${line}`);
  console.log(`\n${cases.length} cases differ, in so many of them:\n${fieldsThatDiffer(cases).join('\n')}\n`);
}

interface Ran {
  readonly stdout: string;
  readonly status: number;
}

function run(program: string, args: readonly string[], input = ''): Ran {
  const ran = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
    timeout: RUN_LIMIT_MS,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (ran.error !== undefined) throw ran.error;
  if (ran.status === null || ran.status > 1 || (ran.status === 1 && ran.stdout === '')) {
    throw new Error(`${program} ended with ${ran.signal ?? `exit code ${ran.status}`}`);
  }
  return { stdout: ran.stdout, status: ran.status };
}
