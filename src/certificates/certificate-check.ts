import type { CertificateSecret, SecretReading } from './certificate-secret.ts';
import { type CertificateSet, endOfServing } from './certificate-set.ts';
import type { ChangeLog } from './change-log.ts';
import type { Clock } from './clock.ts';
import { plan, type Rules, type Situation, type Stored } from './plan.ts';
import { Settling } from './settling.ts';
import { takeStep, type WritingStep } from './take-step.ts';
import {
  type ConfigurationReading,
  trustedAuthorities,
  trustedEverywhere,
  type WebhookTrust,
} from './webhook-trust.ts';

/** Steps and lost races of one check; more than that, and other replicas are given time. */
const MOST_PASSES = 8;

export type CheckOutcome = 'kept' | 'look-again' | 'failed';

export interface CheckParts {
  readonly secret: CertificateSecret;
  readonly trust: WebhookTrust;
  readonly rules: Rules;
  readonly clock: Clock;
  readonly log: ChangeLog;
  /** The set to answer with from now on. */
  readonly onServed: (set: CertificateSet) => void;
}

/** One replica's sight of the certificates, and one check of them after the other. */
export class CertificateCheck {
  readonly #parts: CheckParts;
  readonly #settling: Settling;
  #held: CertificateSet | undefined;
  #served: CertificateSet | undefined;
  #missingSince: number | undefined;

  constructor(parts: CheckParts) {
    this.#parts = parts;
    this.#settling = new Settling(parts.rules.lifetimes.settling);
  }

  get served(): CertificateSet | undefined {
    return this.#served;
  }

  async run(stopped: AbortSignal): Promise<CheckOutcome> {
    for (let passes = 0; passes < MOST_PASSES && !stopped.aborted; passes++) {
      const outcome = await this.#pass(stopped);
      if (outcome !== 'next-pass') return outcome;
    }
    this.#parts.log.trouble('warn', 'check', 'others have changed what was to be changed, each time it was tried');
    return 'failed';
  }

  async #pass(stopped: AbortSignal): Promise<CheckOutcome | 'next-pass'> {
    const { secret, trust, rules, clock } = this.#parts;
    // Before the Secret, see WebhookTrust.publish.
    const readings = await trust.read(stopped);
    const reading = await secret.read(clock.now(), stopped);
    if (reading.kind === 'unusable') return 'failed';
    const stored = this.#storedOf(reading);
    const now = clock.now();
    const step = plan(this.#situation(stored, readings), rules, now);
    if (step.kind === 'look-again') return 'look-again';
    if (step.kind === 'keep') secret.noteKept();
    const written = step.kind === 'keep' ? 'kept' : await this.#write(reading, step, stopped);
    if (written === 'written' || written === 'outrun') return 'next-pass';
    if (stored.kind !== 'whole') return 'failed';
    const outcome = await this.#settleOn(stored.set, readings, stopped);
    return outcome === 'kept' && written === 'failed' ? 'failed' : outcome;
  }

  #storedOf(reading: Exclude<SecretReading, { kind: 'unusable' }>): Stored {
    const elapsed = this.#parts.clock.elapsed();
    if (reading.kind === 'missing') {
      this.#missingSince ??= elapsed;
      return { kind: 'missing', forMilliseconds: elapsed - this.#missingSince };
    }
    this.#missingSince = undefined;
    const { content } = reading;
    if (content.kind === 'whole' && endOfServing(content.set) > this.#parts.clock.now()) this.#held = content.set;
    return content;
  }

  #situation(stored: Stored, readings: readonly ConfigurationReading[]): Situation {
    const elapsed = this.#parts.clock.elapsed();
    return {
      stored,
      ...(this.#held && { held: this.#held }),
      ...(this.#served && { served: this.#served }),
      trusted: trustedAuthorities(readings),
      isSettled: (authority) =>
        this.#settling.isSettled(authority, elapsed) &&
        readings.every(({ kind }) => kind !== 'failed') &&
        trustedEverywhere(readings, [authority]).has(authority),
    };
  }

  async #write(reading: SecretReading, step: WritingStep, stopped: AbortSignal) {
    const { secret, rules, clock, log } = this.#parts;
    const set = await takeStep(step, rules, clock.now());
    const written = await secret.write(reading, set, stopped);
    if (written === 'written') log.event({ step: step.kind, notAfter: endOfServing(set) }, 'certificates written');
    return written;
  }

  async #settleOn(set: CertificateSet, readings: readonly ConfigurationReading[], stopped: AbortSignal) {
    const published = await this.#parts.trust.publish(readings, set.bundle, stopped);
    if (published === 'outrun') return 'next-pass';
    if (published === 'failed') this.#settling.forget();
    else this.#settling.note(set.bundle, trustedEverywhere(readings, set.bundle), this.#parts.clock.elapsed());
    this.#takeUp(set);
    return published === 'failed' ? 'failed' : 'kept';
  }

  #takeUp(set: CertificateSet): void {
    const { clock, onServed } = this.#parts;
    if (endOfServing(set) <= clock.now() || this.#mustWait(set)) return;
    const served = this.#served;
    this.#served = set;
    if (served?.leaf.certificate !== set.leaf.certificate) onServed(set);
  }

  /** A certificate of another CA than the served one waits until callers trust that CA, unless the old one ends first. */
  #mustWait({ issuer }: CertificateSet): boolean {
    const { clock, rules } = this.#parts;
    const served = this.#served;
    if (served === undefined || served.issuer.certificate === issuer.certificate) return false;
    const millisecondsLeft = endOfServing(served).getTime() - clock.now().getTime();
    const isLast = millisecondsLeft <= 2 * rules.lifetimes.check;
    return !isLast && !this.#settling.isSettled(issuer.certificate, clock.elapsed());
  }
}
