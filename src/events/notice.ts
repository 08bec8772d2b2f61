import type { EvidenceOfMigration } from '../admission/evidence.ts';
import { firstLine } from '../admission/migration-decision.ts';
import { printableLine } from '../admission/plain-text.ts';
import type { Outcome } from '../admission/response.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { isNamespaceName, isObjectName } from '../objects/names.ts';

/** The mutating webhook has decided about the same migration before; here every creation is seen once. */
const PATH = '/validate/migrations';

/** Kubernetes' limit for the note of an Event. */
const LONGEST_MESSAGE = 1024;

/** A decision as those who watch are told of it. */
export interface SeenDecision {
  readonly path: string;
  readonly outcome: Outcome;
}

/** What automation may look for; what people read is the message. */
export type EventReason =
  | 'MigrationDenied'
  | 'MigrationExceedsQuota'
  | 'MigrationTargetRefused'
  | 'LastMigrationThatFits';

/** What an Event is to say, and of which VirtualMachineInstance. */
export interface Notice {
  readonly namespace: string;
  readonly vmi: string;
  readonly uid: string;
  readonly reason: EventReason;
  readonly message: string;
}

/** Undefined where a decision is no news for whoever looks after the VM, or its VMI is not known. */
export function noticeOf({ path, outcome }: SeenDecision): Notice | undefined {
  const { evidence } = outcome;
  if (path !== PATH || evidence?.kind !== 'migration' || evidence.asked.isDryRun) return undefined;
  const reason = reasonOf(outcome, evidence.forecast);
  if (reason === undefined) return undefined;
  const { namespace, vmi } = evidence.asked;
  const uid = uidOf(evidence);
  if (uid === undefined || !isNamespaceName(namespace) || !isObjectName(vmi)) return undefined;
  // It names VM, shortfall and remedy.
  const message = printableLine(firstLine(evidence.forecast.message), LONGEST_MESSAGE);
  return { namespace, vmi, uid, reason, message };
}

function reasonOf({ decision, denial }: Outcome, { next, cause }: Forecast): EventReason | undefined {
  // Not the forecast's own: under the policy off nothing is said, whatever was reckoned.
  switch (decision.verdict) {
    case 'exceeds':
      if (denial !== undefined) return 'MigrationDenied';
      return cause === 'not-admitted' ? 'MigrationTargetRefused' : 'MigrationExceedsQuota';
    case 'fits':
      return next === undefined ? undefined : 'LastMigrationThatFits';
    case 'waits':
    case 'unknown':
    case 'described':
    case 'off':
    case 'ignored':
      return undefined;
    default:
      return decision.verdict satisfies never;
  }
}

/** Kubernetes tells a VMI from its namesake of before by the uid, and so do those who look for its Events. */
function uidOf({ asked, basis }: EvidenceOfMigration): string | undefined {
  const vmis = basis?.objects.namespace.virtualMachineInstances.items ?? [];
  return vmis.find(({ metadata }) => metadata.name === asked.vmi)?.metadata.uid || undefined;
}
