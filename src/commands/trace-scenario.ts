import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printableLine } from '../admission/plain-text.ts';
import { LONGEST_MESSAGE as LONGEST_REASON } from '../trace/decision-trace.ts';
import type { FactLine, ProblemLine, QuotaSumLine, TracedForecast } from '../trace/trace-line.ts';
import { CommandError } from './command-error.ts';
import { jsonText, loadYamlText } from './documents.ts';
import { replayScenario } from './replay-scenario.ts';
import type { DecisionTrace } from './trace-log.ts';

/** What was written, and what is to be said of it. */
export interface WrittenScenario {
  readonly objects: number;
  /** What the folder cannot say. */
  readonly gaps: readonly string[];
  /** The verdict that the folder gives, and how it differs from the one that was traced. */
  readonly verdict: string;
  readonly differences: readonly string[];
}

type ObjectLine = FactLine | (ProblemLine & { readonly object: Readonly<Record<string, unknown>> });

/** Writes a traced decision as a folder that `headroom replay` takes, and replays it at once. Throws CommandError. */
export async function writeScenario(trace: DecisionTrace, folder: string): Promise<WrittenScenario> {
  const { request, forecast } = replayable(trace);
  const lines = trace.evidence.filter(isObjectLine);
  if (lines.length === 0) throw new CommandError(`there is nothing to replay: no facts were read (${forecast.reason})`);
  await makeEmptyFolder(folder);
  const textOf = await documentWriter();
  await writeFile(join(folder, 'before.yaml'), lines.map((line) => textOf(withVersion(line))).join(''));
  await writeFile(join(folder, 'vmims.yaml'), textOf(migrationOf(request)));
  const { computed } = await replayScenario(folder);
  const [replayed] = (computed as { readonly migrations: readonly Replayed[] }).migrations;
  const traced = tracedAsReplayed(trace, forecast);
  return {
    objects: lines.length,
    gaps: gapsOf(trace),
    verdict: `${replayed?.verdict}`,
    differences: replayed === undefined ? ['nothing was replayed'] : differencesOf(traced, replayed),
  };
}

type Request = NonNullable<DecisionTrace['request']>;

function replayable({ request, verdict }: DecisionTrace): {
  readonly request: Request;
  readonly forecast: TracedForecast;
} {
  if (request === undefined || verdict === undefined) {
    const missing = request === undefined ? 'request' : 'verdict';
    throw new CommandError(`the line of the ${missing} is missing from the log: what was decided cannot be replayed`);
  }
  const { about } = request;
  if (about !== 'migration' || verdict.forecast === undefined) {
    const found =
      about === 'pod' ? 'a pod was described, and no migration was asked for' : 'what was asked is not known';
    throw new CommandError(`there is nothing to replay: ${found}; -o json prints the facts`);
  }
  return { request, forecast: verdict.forecast };
}

function isObjectLine(line: DecisionTrace['evidence'][number]): line is ObjectLine {
  return line.trace === 'fact' || (line.trace === 'problem' && line.object !== undefined);
}

/** Nobody's files are mixed with those of a scenario. */
async function makeEmptyFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const [there] = await readdir(folder);
    if (there === undefined) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${folder}: expected an empty folder or none (${code})`);
  }
  throw new CommandError(`${folder}: expected an empty folder or none, and there is something in it`);
}

/** YAML for people; of what YAML would print otherwise than it is, JSON, which is YAML too. */
async function documentWriter(): Promise<(value: object) => string> {
  const yamlText = await loadYamlText();
  return (value) => {
    const json = jsonText(value);
    return `---\n${json === JSON.stringify(value) ? yamlText(value) : `${json}\n`}`;
  };
}

function withVersion({ object, resourceVersion }: ObjectLine): object {
  const { metadata } = object;
  if (resourceVersion === undefined || typeof metadata !== 'object' || metadata === null) return object;
  return { ...object, metadata: { ...metadata, resourceVersion } };
}

/** A migration that the API server was still to name gets a name of its own here: replay passes over those without. */
function migrationOf({ namespace, vmi, name = `${vmi}-asked` }: Request): object {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstanceMigration',
    metadata: { name, namespace },
    spec: { vmiName: vmi },
  };
}

function gapsOf({ evidence }: DecisionTrace): readonly string[] {
  return evidence.flatMap((line) => {
    if (line.trace === 'unread') return [`that ${line.message}`];
    if (line.trace === 'problem' && line.object === undefined) return [`what ${line.kind} ${line.name} was like`];
    return [];
  });
}

/** One migration as `replay -o json` prints it. */
interface Replayed {
  readonly verdict: string;
  readonly atBest?: string;
  readonly reason?: string;
  readonly target: Readonly<Record<string, string>>;
  readonly short: readonly object[];
}

function tracedAsReplayed({ evidence }: DecisionTrace, forecast: TracedForecast): Replayed {
  const { verdict, atBest, reason, target } = forecast;
  const sums = evidence.filter((line): line is QuotaSumLine => line.trace === 'quota' && line.shortBy !== undefined);
  return {
    verdict,
    ...(atBest !== undefined && { atBest }),
    ...(reason !== undefined && { reason }),
    target,
    short: sums.map(({ quota, resource, used, requested, hardAfterScaleUp }) => {
      return { quota, resource, used, requested, hardAfterScaleUp };
    }),
  };
}

const COMPARED = ['verdict', 'atBest', 'reason', 'target', 'short'] as const;

function differencesOf(traced: Replayed, replayed: Replayed): readonly string[] {
  const { reason } = replayed;
  // As the log has it.
  const logged = reason === undefined ? replayed : { ...replayed, reason: printableLine(reason, LONGEST_REASON) };
  return COMPARED.flatMap((member) => {
    const [before, after] = [traced[member], logged[member]].map((value) => jsonText(value ?? 'none'));
    return before === after ? [] : [`${member} was ${before}, replayed it is ${after}`];
  });
}
