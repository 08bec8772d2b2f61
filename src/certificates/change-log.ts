import type { Logger } from 'pino';

export type CertificateLogger = Pick<Logger, 'info' | 'warn' | 'error'>;
type Level = keyof CertificateLogger;

/** A check comes twice a minute for years: what stays as it was is not said again. */
export class ChangeLog {
  readonly #logger: CertificateLogger;
  #isSilent = false;
  readonly #troubles = new Map<string, string>();

  constructor(logger: CertificateLogger) {
    this.#logger = logger;
  }

  /** `detail` is logged with the trouble, and does not make it another one. */
  trouble(level: Level, place: string, text: string, detail?: string): void {
    if (this.#isSilent || this.#troubles.get(place) === text) return;
    this.#troubles.set(place, text);
    this.#logger[level]({ object: place, ...(detail !== undefined && { detail }) }, text);
  }

  well(place: string): void {
    if (this.#troubles.delete(place)) this.#logger.info({ object: place }, 'as it should be again');
  }

  event(facts: Readonly<Record<string, unknown>>, text: string): void {
    this.#logger.info(facts, text);
  }

  /** Calls that are cut off because the process ends are no trouble. */
  silence(): void {
    this.#isSilent = true;
  }
}
