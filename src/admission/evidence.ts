import type { Forecast } from '../forecast/forecast.ts';
import type { Prepared } from '../forecast/forecast-migrations.ts';
import type { Pod } from '../objects/kubernetes.ts';
import type { AskedMigration } from './asked-migration.ts';
import type { PodDescription } from './forecaster.ts';

/**
 * What a decision was made of, for those who watch decisions: events, traces, the status page. References alone, so that
 * it costs a review nothing; whoever keeps one keeps the facts of a namespace in memory.
 */
export type Evidence = EvidenceOfMigration | EvidenceOfPod;

export interface EvidenceOfMigration {
  readonly kind: 'migration';
  readonly asked: AskedMigration;
  readonly forecast: Forecast;
  /** The facts that the forecast stands on; absent where none were read. */
  readonly basis?: Prepared;
}

export interface EvidenceOfPod {
  readonly kind: 'pod';
  /** As the webhook was sent it; absent where it was not understood. */
  readonly pod?: Pod;
  readonly description: PodDescription;
  readonly basis?: Prepared;
}
