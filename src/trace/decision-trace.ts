import type { Evidence } from '../admission/evidence.ts';
import { printableLine, printableLines } from '../admission/plain-text.ts';
import type { Outcome } from '../admission/response.ts';
import type { Forecast, QuotaLine } from '../forecast/forecast.ts';
import { resourcesJson } from '../forecast/forecast-json.ts';
import type { Prepared } from '../forecast/forecast-migrations.ts';
import { vmiOfPod } from '../forecast/launchers.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { countOfFacts, factLines } from './facts.ts';
import { overheadLines } from './overheads.ts';
import type {
  EvidenceLine,
  EvidenceSort,
  QuotaSumLine,
  RequestLine,
  TracedForecast,
  TraceLine,
  VerdictLine,
} from './trace-line.ts';

/** A decision as the server has seen it. */
export interface SeenDecision {
  readonly path: string;
  readonly uid: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly at: Date;
}

/** A line with about as many characters as it takes. */
export interface SizedLine {
  readonly line: TraceLine;
  readonly characters: number;
}

const LONGEST_NAME = 253;
/** Of whatever is said in words. */
export const LONGEST_MESSAGE = 16 * 1024;

/** All lines of a decision, made one after the other; what would be more than so many characters is left out and counted. */
export function* decisionLines(seen: SeenDecision, mostCharacters: number): Generator<SizedLine> {
  const lines: Record<EvidenceSort, number> = { unread: 0, problem: 0, fact: 0, overhead: 0, quota: 0 };
  let characters = 0;
  yield sized(requestLine(seen));
  const { evidence } = seen.outcome;
  for (const line of mostCharacters > 0 ? evidenceLines(evidence) : []) {
    const next = sized(line);
    characters += next.characters;
    if (characters > mostCharacters) break;
    lines[line.trace] += 1;
    yield next;
  }
  const isAllTold = mostCharacters > 0 && characters <= mostCharacters;
  yield sized(verdictLine(seen, lines, isAllTold ? 0 : untold(evidence, lines)));
}

function sized(line: TraceLine): SizedLine {
  return { line, characters: JSON.stringify(line).length };
}

function requestLine({ path, at, outcome: { decision, evidence } }: SeenDecision): RequestLine {
  const { namespace, vmi, migrationClass } = decision;
  const asked = evidence?.kind === 'migration' ? evidence.asked : undefined;
  const name = asked?.migrationName ?? (evidence?.kind === 'pod' ? evidence.pod?.metadata.name : undefined);
  return {
    trace: 'request',
    at: at.toISOString(),
    path,
    about: evidence?.kind ?? 'nothing known',
    ...(namespace !== undefined && { namespace }),
    ...(vmi !== undefined && { vmi }),
    ...(name && { name: printableLine(name, LONGEST_NAME) }),
    ...(migrationClass !== undefined && { class: migrationClass }),
    ...(asked !== undefined && { dryRun: asked.isDryRun }),
  };
}

/** Overhead and sums come before the facts, which may be too many. */
function* evidenceLines(evidence: Evidence | undefined): Generator<EvidenceLine> {
  const basis = evidence?.basis;
  if (evidence === undefined || basis === undefined) return;
  const vmi = vmiOf(evidence, basis);
  if (vmi !== undefined) yield* overheadLines(basis, vmi);
  if (evidence.kind === 'migration') for (const line of evidence.forecast.quotas) yield quotaSumLine(line);
  yield* factLines(basis.objects, vmi?.metadata.name ?? '');
}

function untold(evidence: Evidence | undefined, { fact, problem }: VerdictLine['lines']): number {
  return evidence?.basis === undefined ? 0 : countOfFacts(evidence.basis.objects) - fact - problem;
}

function vmiOf(evidence: Evidence, { objects }: Prepared): VirtualMachineInstance | undefined {
  const vmis = objects.namespace.virtualMachineInstances.items;
  if (evidence.kind === 'migration') return vmis.find(({ metadata }) => metadata.name === evidence.asked.vmi);
  return evidence.pod && vmiOfPod(evidence.pod, vmis);
}

function quotaSumLine({ quota, resource, shortBy, cause, ...amounts }: QuotaLine): QuotaSumLine {
  return {
    trace: 'quota',
    quota,
    resource,
    used: `${amounts.used}`,
    requested: `${amounts.requested}`,
    hard: `${amounts.hard}`,
    hardAfterScaleUp: `${amounts.hardAfterScaleUp}`,
    ...(shortBy !== undefined && { shortBy: `${shortBy}` }),
    ...(cause !== undefined && { cause }),
  };
}

function verdictLine(
  { outcome, seconds }: SeenDecision,
  lines: VerdictLine['lines'],
  leftOut: VerdictLine['leftOut'],
): VerdictLine {
  const { decision, denial, warnings = [], evidence } = outcome;
  return {
    trace: 'verdict',
    verdict: decision.verdict,
    ...(decision.policy !== undefined && { policy: decision.policy }),
    denied: denial !== undefined,
    warnings: warnings.map((warning) => printableLine(warning, LONGEST_MESSAGE)),
    ...(evidence?.kind === 'migration' && { forecast: tracedForecast(evidence.forecast) }),
    ...(evidence?.kind === 'pod' && tracedDescription(evidence.description)),
    milliseconds: Math.round(seconds * 1_000_000) / 1000,
    lines: { ...lines },
    leftOut,
  };
}

function tracedForecast(forecast: Forecast): TracedForecast {
  const { verdict, atBest, next, reason, needsScaleUp, needsCompensation, target, notes, message } = forecast;
  return {
    verdict,
    ...(atBest !== undefined && { atBest }),
    ...(next !== undefined && { next }),
    ...(forecast.unknown !== undefined && { unknown: forecast.unknown }),
    ...(reason !== undefined && { reason: printableLine(reason, LONGEST_MESSAGE) }),
    needsScaleUp,
    needsCompensation,
    target: resourcesJson(target) as TracedForecast['target'],
    notes,
    message: printableLines(message.slice(0, LONGEST_MESSAGE)),
  };
}

type Description = Extract<Evidence, { kind: 'pod' }>['description'];

function tracedDescription(description: Description): Pick<VerdictLine, 'annotations' | 'unknown' | 'reason'> {
  if (description.kind === 'unknown') {
    return { unknown: description.unknown, reason: printableLine(description.reason, LONGEST_MESSAGE) };
  }
  const written = Object.entries(description.annotations).map(([name, value]) => [name, `${value}`]);
  return { annotations: Object.fromEntries(written) };
}
