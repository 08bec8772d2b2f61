import type { ServeConfig } from '../config/serve-config.ts';
import type { Status, Validity } from '../report/status-data.ts';
import type { Survey } from '../survey/survey.ts';
import type { Readiness } from './readiness.ts';
import { RecentDecisions } from './recent-decisions.ts';
import type { ReviewObserver } from './seen-review.ts';

/** Keeps what the status page shows. */
export class StatusKeeper {
  readonly #config: ServeConfig;
  readonly #version: string;
  readonly #readiness: Readiness;
  readonly #startedAt = new Date();
  readonly #decisions = new RecentDecisions();
  #certificate: Validity | undefined;
  #survey: Survey | undefined;

  constructor(config: ServeConfig, version: string, readiness: Readiness) {
    this.#config = config;
    this.#version = version;
    this.#readiness = readiness;
  }

  get observe(): ReviewObserver {
    return this.#decisions.observe;
  }

  takeCertificate(validity: Validity): void {
    this.#certificate = validity;
  }

  takeSurvey(survey: Survey): void {
    this.#survey = survey;
  }

  now(): Status {
    const { snapshots, classPolicies, surveyIntervalSeconds } = this.#config;
    return {
      at: new Date(),
      version: this.#version,
      startedAt: this.#startedAt,
      state: this.#readiness.state(),
      snapshots,
      policies: classPolicies,
      certificate: this.#certificate,
      decisions: this.#decisions.list(),
      surveyIntervalSeconds,
      survey: this.#survey,
    };
  }
}
