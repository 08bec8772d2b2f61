import type { Forecast } from '../forecast/forecast.ts';
import { annotationJson } from '../forecast/forecast-json.ts';
import { FORECAST_ANNOTATION, VERDICT_ANNOTATION } from './annotation-names.ts';
import { patchAnnotations, type WantedAnnotations } from './annotations-patch.ts';
import { readAskedMigration } from './asked-migration.ts';
import type { AdmissionContext } from './context.ts';
import { decideMigration, type MigrationDecision, recordOf } from './migration-decision.ts';
import { ignored, type Outcome } from './response.ts';
import type { ReviewRequest } from './review.ts';

/** All annotations of an object share 256 KiB; one that would be refused for ours would be blocked by us. */
const LONGEST_FORECAST = 64 * 1024;

function renderedForecast(forecast: Forecast): string | undefined {
  const rendered = JSON.stringify(annotationJson(forecast));
  return rendered.length > LONGEST_FORECAST ? undefined : rendered;
}

/** Whoever is not answered must not carry an answer either: what users wrote there themselves is removed. */
function wantedAnnotations(decided: MigrationDecision): WantedAnnotations {
  return decided.policy === 'off'
    ? new Map([
        [VERDICT_ANNOTATION, undefined],
        [FORECAST_ANNOTATION, undefined],
      ])
    : new Map([
        [VERDICT_ANNOTATION, decided.forecast.verdict],
        [FORECAST_ANNOTATION, renderedForecast(decided.forecast)],
      ]);
}

/** Writes the verdict on the migration. A denial is left to the validating webhook, which sees the final object. */
export async function mutateMigration(request: ReviewRequest, context: AdmissionContext): Promise<Outcome> {
  const asked = readAskedMigration(request);
  if (asked === undefined) return ignored;
  const decided = await decideMigration(asked, 'promise', context);
  return {
    decision: recordOf(decided),
    evidence: decided.evidence,
    // The validating webhook gives the same ones; the API server shows equal warnings once.
    warnings: decided.warnings,
    patch: patchAnnotations(request.object, wantedAnnotations(decided)),
  };
}
