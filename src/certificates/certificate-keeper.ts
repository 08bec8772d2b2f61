import { isIP } from 'node:net';
import type { Api } from '../cluster/api.ts';
import { CertificateCheck, type CheckOutcome } from './certificate-check.ts';
import { CertificateSecret } from './certificate-secret.ts';
import { endOfServing, type ServingPair, servingPair } from './certificate-set.ts';
import { type CertificateLogger, ChangeLog } from './change-log.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Lifetimes, lifetimesOf } from './lifetimes.ts';
import { WebhookTrust } from './webhook-trust.ts';

const FIRST_RETRY_MILLISECONDS = 250;
const MOST_DOUBLINGS = 10;

export interface KeepOptions {
  readonly api: Api;
  /** Where the Secret is. */
  readonly namespace: string;
  readonly secretName: string;
  /** Of both the ValidatingWebhookConfiguration and the MutatingWebhookConfiguration. */
  readonly webhookConfigurationName?: string;
  /** DNS names and IP addresses that the serving certificate is made out to. */
  readonly hosts: readonly string[];
  readonly lifetimeSeconds: number;
  readonly logger: CertificateLogger;
  /** Called with the first pair and with each that replaces it. */
  readonly onPair: (pair: ServingPair) => void;
  readonly clock?: Clock;
}

function isUsableHost(host: string): boolean {
  const isName = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(host) && host.length <= 253;
  return isIP(host) === 0 ? isName : !host.includes('%');
}

/** Keeps the certificates of one replica in step with those of the others, for as long as it runs. */
export class CertificateKeeper {
  readonly #check: CertificateCheck;
  readonly #log: ChangeLog;
  readonly #clock: Clock;
  readonly #lifetimes: Lifetimes;
  readonly #stopping = new AbortController();
  readonly #first = Promise.withResolvers<ServingPair | undefined>();
  #failures = 0;
  #running: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;

  constructor(options: KeepOptions) {
    const { api, namespace, secretName, clock = systemClock } = options;
    const unusable = options.hosts.filter((host) => !isUsableHost(host));
    if (options.hosts.length === 0 || unusable.length > 0) {
      throw new Error(`no certificate can be made out to these hosts: ${JSON.stringify(unusable)}`);
    }
    const lifetimes = lifetimesOf(options.lifetimeSeconds);
    this.#clock = clock;
    this.#log = new ChangeLog(options.logger);
    this.#lifetimes = lifetimes;
    this.#check = new CertificateCheck({
      secret: new CertificateSecret(api, { namespace, name: secretName }, this.#log),
      trust: new WebhookTrust(api, options.webhookConfigurationName, this.#log),
      rules: { lifetimes, hosts: options.hosts },
      clock,
      log: this.#log,
      onServed: (set) => {
        const pair = servingPair(set);
        options.onPair(pair);
        this.#log.event({ notAfter: endOfServing(set) }, 'serving certificate taken up');
        this.#first.resolve(pair);
      },
    });
  }

  /** The first pair, as soon as there is one, however long that takes; undefined if stopped before. */
  start(): Promise<ServingPair | undefined> {
    this.#runNow();
    return this.#first.promise;
  }

  /** When the certificate that is served ends. */
  notAfter(): Date | undefined {
    const { served } = this.#check;
    return served && endOfServing(served);
  }

  /**
   * To be called as soon as the process is told to end: an uninstall deletes the Secret, and nobody must put it back.
   * Resolves when the last call has ended.
   */
  async stop(): Promise<void> {
    this.#log.silence();
    this.#stopping.abort();
    this.#cancelTimer();
    this.#first.resolve(undefined);
    await this.#running;
  }

  #runNow(): void {
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const outcome = await this.#outcome();
    if (this.#stopping.signal.aborted) return;
    this.#failures = outcome === 'failed' ? this.#failures + 1 : 0;
    this.#cancelTimer = this.#clock.after(this.#pauseAfter(outcome), () => this.#runNow());
  }

  async #outcome(): Promise<CheckOutcome> {
    try {
      const outcome = await this.#check.run(this.#stopping.signal);
      if (outcome !== 'failed') this.#log.well('check');
      return outcome;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#log.trouble('error', 'check', 'the certificates could not be checked', text);
      return 'failed';
    }
  }

  #pauseAfter(outcome: CheckOutcome): number {
    const { check, missing } = this.#lifetimes;
    switch (outcome) {
      case 'kept':
        return check;
      case 'look-again':
        // A timer may be early by a millisecond, which must not cost another pause.
        return missing + 50;
      case 'failed':
        return Math.min(check, FIRST_RETRY_MILLISECONDS * 2 ** Math.min(this.#failures, MOST_DOUBLINGS));
      default:
        return outcome satisfies never;
    }
  }
}

export function keepCertificates(options: KeepOptions): CertificateKeeper {
  return new CertificateKeeper(options);
}
