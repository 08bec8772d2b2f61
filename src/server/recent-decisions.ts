import type { Evidence, EvidenceOfPod } from '../admission/evidence.ts';
import { firstLine } from '../admission/migration-decision.ts';
import { printableLine } from '../admission/plain-text.ts';
import { Quantity } from '../quantity/quantity.ts';
import { amountText } from '../report/amount-text.ts';
import type { RecentDecision, RecentDecisionList } from '../report/status-data.ts';
import { MOST_DECISIONS } from '../report/status-decisions.ts';
import type { ReviewObserver, SeenReview } from './seen-review.ts';

/** The first line of a message is no longer; other reasons may be. */
const LONGEST_LINE = 256;

/** Asked first of each migration, and denies none: the validating webhook sees the final object. */
const NOTING_PATH = '/mutate/migrations';

/** The last decisions, for the status page. Of each only names and a sentence are kept, none of the facts behind it. */
export class RecentDecisions {
  readonly #oldestFirst: RecentDecision[] = [];
  #count = 0;
  #deniedCount = 0;

  readonly observe: ReviewObserver = (seen) => {
    const { verdict } = seen.outcome.decision;
    // Not its business, so nothing was decided.
    if (verdict === 'ignored') return;
    const decision = decisionOf(seen, verdict);
    this.#count += 1;
    if (decision.answer === 'denied') this.#deniedCount += 1;
    this.#oldestFirst.push(decision);
    if (this.#oldestFirst.length > MOST_DECISIONS) this.#oldestFirst.shift();
  };

  list(): RecentDecisionList {
    return { latest: this.#oldestFirst.toReversed(), count: this.#count, deniedCount: this.#deniedCount };
  }
}

function decisionOf({ path, uid, outcome, at }: SeenReview, verdict: RecentDecision['verdict']): RecentDecision {
  const { decision, evidence, denial } = outcome;
  const { namespace = '', vmi = '', migrationClass } = decision;
  const migration = evidence?.kind === 'migration' ? evidence : undefined;
  return {
    at,
    path,
    uid,
    namespace,
    vmi,
    migrationClass,
    verdict,
    next: migration?.forecast.next,
    answer: denial === undefined ? answerAt(path) : 'denied',
    isDryRun: migration?.asked.isDryRun ?? false,
    // Whose policy is to say nothing is told nothing here either.
    line: verdict === 'off' ? '' : ownText(lineOf(evidence) ?? outcome.warnings?.[0] ?? ''),
  };
}

function answerAt(path: string): RecentDecision['answer'] {
  return path === NOTING_PATH ? 'noted' : 'admitted';
}

function lineOf(evidence: Evidence | undefined): string | undefined {
  if (evidence === undefined) return undefined;
  return evidence.kind === 'migration' ? firstLine(evidence.forecast.message) : podLine(evidence);
}

function podLine({ description }: EvidenceOfPod): string {
  if (description.kind === 'unknown') return `Memory overhead unknown: ${description.reason}`;
  const { memoryOverheadBytes, overheadRatio, kubeVirtVersion } = description.annotations;
  const overhead = amountText('memory', Quantity.of(memoryOverheadBytes));
  return `Memory overhead ${overhead}, at ratio ${overheadRatio} of KubeVirt ${kubeVirtVersion}`;
}

/** Copied: a part of a long text would keep all of it in memory. */
function ownText(text: string): string {
  return Buffer.from(printableLine(text, LONGEST_LINE)).toString();
}
