import type { AskedMigration } from '../../src/admission/asked-migration.ts';
import type { DenialStatus, Outcome } from '../../src/admission/response.ts';
import type { SeenDecision } from '../../src/events/notice.ts';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { type Scene, scene } from '../builders/scene.ts';

/** Scenes of Harvester's quota notes: vm1 has no room at this overhead ratio, or for the last time before pods are made by it. */
export const exceeding = scene({ ratio: '4.5' });
export const fittingLast = scene().ratio('4.5');

const denial: DenialStatus = {
  status: 'Failure',
  code: 403,
  reason: 'Forbidden',
  message: 'it exceeds',
  details: { name: 'vm1', group: 'kubevirt.io', kind: 'virtualmachineinstancemigrations', causes: [] },
};

const asked: AskedMigration = {
  namespace: 'quota-test',
  vmi: 'vm1',
  userName: 'somebody',
  isDryRun: false,
  annotations: new Map(),
};

export interface DecisionDraft {
  readonly scene?: Scene;
  readonly asked?: Partial<AskedMigration>;
  readonly forecast?: Partial<Forecast>;
  readonly answer?: 'denied' | 'admitted';
  readonly decision?: Partial<Outcome['decision']>;
  readonly path?: string;
}

/** A decision as the webhook makes it of a scene's facts. */
export function decisionOn(draft: DecisionDraft = {}): SeenDecision {
  const basis = prepare((draft.scene ?? exceeding).objects());
  const of = { ...asked, ...draft.asked };
  const forecast = { ...forecastMigration(basis, of.vmi), ...draft.forecast };
  const outcome: Outcome = {
    decision: { verdict: forecast.verdict, policy: 'deny', ...draft.decision },
    ...(draft.answer !== 'admitted' && forecast.verdict === 'exceeds' && { denial }),
    evidence: { kind: 'migration', asked: of, forecast, basis },
  };
  return { path: draft.path ?? '/validate/migrations', outcome };
}
