import { readAskedMigration } from './asked-migration.ts';
import type { AdmissionContext } from './context.ts';
import { denialStatus } from './denial.ts';
import { decideMigration, firstLine, type MigrationDecision, recordOf } from './migration-decision.ts';
import { printableLine } from './plain-text.ts';
import { ignored, type Outcome } from './response.ts';
import type { ReviewRequest } from './review.ts';

const LONGEST_SUMMARY = 1024;

function auditAnnotations({ forecast, migrationClass, policy }: MigrationDecision): Record<string, string> {
  return {
    verdict: forecast.verdict,
    ...(forecast.atBest && { 'at-best': forecast.atBest }),
    ...(forecast.next && { next: forecast.next }),
    class: migrationClass,
    policy,
    summary: printableLine(firstLine(forecast.message), LONGEST_SUMMARY),
  };
}

/** Denies a migration that can never fit, or admits it and says what is to be expected. */
export async function validateMigration(request: ReviewRequest, context: AdmissionContext): Promise<Outcome> {
  const asked = readAskedMigration(request);
  if (asked === undefined) return ignored;
  const decided = await decideMigration(asked, 'confirm', context);
  const { evidence } = decided;
  if (decided.policy === 'off') return { decision: recordOf(decided), evidence };
  return {
    decision: recordOf(decided),
    evidence,
    ...(decided.action === 'deny' && { denial: denialStatus(request, decided.forecast) }),
    warnings: decided.warnings,
    auditAnnotations: auditAnnotations(decided),
  };
}
