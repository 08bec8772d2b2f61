import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { printableOneLine } from '../admission/plain-text.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { jsonText, loadYamlText, type YamlText } from './documents.ts';
import { EXIT_ERROR, EXIT_FINE } from './exit-code.ts';
import { ChunkedText, type Io } from './io.ts';
import { addGlobalOptions, type GlobalOptions, givenOptions } from './options.ts';
import { isVectorFile, linesOf } from './vector-lines.ts';

const EXAMPLES = [
  ['files of vectors, and folders of scenarios', 'replay vectors/*.jsonl scenarios/*'],
  ['what was computed, a line of JSON for each case', 'replay -o json vectors/kubevirt-v1.6.0.jsonl'],
] as const;

export function addReplayCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('replay <file...>')
    .summary('compare with what real clusters did')
    .description(
      'Replays conformance files: vectors (*.jsonl, *.jsonl.gz) and scenario folders. Lists what differs; with -o json prints what was computed instead.',
    )
    .action((files: string[], _options, self: Command) =>
      context.finish(replay(files, givenOptions(self), context.ioFor(self))),
    );
  addGlobalOptions(command);
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

interface Case {
  /** Where it comes from and what it is called. */
  readonly title: string;
  readonly passed: boolean;
  readonly differences: readonly string[];
  readonly isSet: boolean;
  readonly isCertain: boolean;
  readonly computed: object;
}

async function replay(files: readonly string[], { output }: GlobalOptions, io: Io): Promise<number> {
  const text = new ChunkedText(io.stdout);
  if (output !== 'json' && output !== 'yaml') return replayAndCompare(files, text);
  const shown = output === 'json' ? (value: unknown) => `${jsonText(value)}\n` : separated(await loadYamlText());
  for (const file of files) {
    for await (const { computed } of casesOf(file)) await text.add(shown(computed));
  }
  await text.flush();
  return EXIT_FINE;
}

function separated(yamlText: YamlText): YamlText {
  return (value) => `---\n${yamlText(value)}`;
}

async function replayAndCompare(files: readonly string[], text: ChunkedText): Promise<number> {
  const tally = { passed: 0, failed: 0, sets: 0, certain: 0 };
  for (const file of files) {
    for await (const replayed of casesOf(file)) {
      count(tally, replayed);
      for (const difference of replayed.differences)
        await text.add(`${printableOneLine(`${replayed.title}: ${difference}`)}\n`);
    }
  }
  if (tally.sets > 0) await text.add(`certain: ${tally.certain} of ${tally.sets} set forecasts\n`);
  await text.add(`${tally.passed} passed, ${tally.failed} failed\n`);
  await text.flush();
  return tally.failed === 0 ? EXIT_FINE : EXIT_ERROR;
}

function count(tally: Record<'passed' | 'failed' | 'sets' | 'certain', number>, replayed: Case): void {
  tally[replayed.passed ? 'passed' : 'failed'] += 1;
  if (!replayed.isSet) return;
  tally.sets += 1;
  if (replayed.isCertain) tally.certain += 1;
}

async function* casesOf(file: string): AsyncGenerator<Case> {
  if (await isFolder(file)) yield await scenarioCase(file);
  else if (isVectorFile(file)) yield* vectorCases(file);
  else throw new CommandError(`${file}: expected a *.jsonl or *.jsonl.gz file of vectors, or a scenario's folder`);
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch (error) {
    throw new CommandError(`${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : error}`);
  }
}

async function scenarioCase(folder: string): Promise<Case> {
  const { isScenario, replayScenario } = await import('./replay-scenario.ts');
  if (!(await isScenario(folder))) {
    throw new CommandError(`${folder}: expected a scenario's folder, with before.yaml and vmims.yaml`);
  }
  try {
    return { ...(await replayScenario(folder)), title: folder };
  } catch (error) {
    return brokenScenario(folder, error instanceof Error ? error.message : String(error));
  }
}

/** A folder that cannot be read has failed, and the others still count. */
function brokenScenario(folder: string, reason: string): Case {
  const computed = { scenario: basename(folder), migrations: [], error: reason };
  return { title: folder, passed: false, differences: [reason], isSet: false, isCertain: false, computed };
}

async function* vectorCases(file: string): AsyncGenerator<Case> {
  const { replayVectorLine } = await import('./replay-vectors.ts');
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() === '') continue;
    const replayed = replayVectorLine(line, file);
    const title = `${file}:${number}${replayed.name === '' ? '' : ` ${replayed.name}`}`;
    yield { ...replayed, title, isSet: false, isCertain: false };
  }
}
