import { X509Certificate } from 'node:crypto';
import * as z from 'zod';
import type { Api, ApiAnswer } from '../cluster/api.ts';
import { callInTime, describeUnhappy, isNotFound, isOutrun, type Unhappy } from './api-answers.ts';
import type { ChangeLog } from './change-log.ts';
import { isAuthority, parseCertificates } from './pem.ts';
import { AUTHORITY_NAME } from './take-step.ts';

const KINDS = {
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
} as const;
type Kind = keyof typeof KINDS;

/** CAs of another's that a set would take over at most. */
const MOST_AUTHORITIES = 8;

const webhookShape = z.object({
  name: z.string(),
  clientConfig: z.object({ caBundle: z.string().nullish() }).nullish(),
});
const configurationShape = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  webhooks: z.array(webhookShape).nullish(),
});

interface Webhook {
  readonly name: string;
  /** PEM, as it is. */
  readonly caBundle: string;
}

export type ConfigurationReading =
  | {
      readonly kind: 'found';
      readonly of: Kind;
      readonly resourceVersion: string;
      readonly webhooks: readonly Webhook[];
    }
  | { readonly kind: 'absent'; readonly of: Kind }
  | { readonly kind: 'failed'; readonly of: Kind };

export type Published = 'published' | 'outrun' | 'failed';

function isOurAuthority(certificate: string): boolean {
  try {
    return isAuthority(certificate) && new X509Certificate(certificate).subject.startsWith(`CN=${AUTHORITY_NAME} `);
  } catch {
    return false;
  }
}

function webhooksOf(readings: readonly ConfigurationReading[]): readonly Webhook[] {
  return readings.flatMap((reading) => (reading.kind === 'found' ? reading.webhooks : []));
}

/** The CAs of headroom that callers trust for any of the webhooks: somebody may still serve by one of them. */
export function trustedAuthorities(readings: readonly ConfigurationReading[]): readonly string[] {
  const certificates = webhooksOf(readings).flatMap(({ caBundle }) => parseCertificates(caBundle) ?? []);
  return [...new Set(certificates)].filter(isOurAuthority).slice(0, MOST_AUTHORITIES);
}

/** Of the CAs, those that callers trust for every webhook. */
export function trustedEverywhere(readings: readonly ConfigurationReading[], authorities: readonly string[]) {
  const bundles = webhooksOf(readings).map(({ caBundle }) => parseCertificates(caBundle) ?? []);
  return new Set(authorities.filter((each) => bundles.every((bundle) => bundle.includes(each))));
}

/** What callers trust: the `caBundle` of every webhook of the two configurations. */
export class WebhookTrust {
  readonly #api: Api;
  readonly #name: string | undefined;
  readonly #log: ChangeLog;

  /** Without a name there is nothing to keep up: who calls has been told by somebody else whom to trust. */
  constructor(api: Api, name: string | undefined, log: ChangeLog) {
    this.#api = api;
    this.#name = name;
    this.#log = log;
  }

  async read(stopped: AbortSignal): Promise<readonly ConfigurationReading[]> {
    if (this.#name === undefined) return [];
    return Promise.all((Object.keys(KINDS) as Kind[]).map((kind) => this.#readOne(kind, stopped)));
  }

  async #readOne(kind: Kind, stopped: AbortSignal): Promise<ConfigurationReading> {
    const answer = await callInTime(this.#api, { method: 'GET', path: this.#path(kind) }, stopped);
    if (answer.kind !== 'done') return this.#unread(kind, answer);
    const parsed = configurationShape.safeParse(answer.body);
    if (!parsed.success) {
      this.#log.trouble('error', this.#place(kind), 'the API server answered with something else');
      return { kind: 'failed', of: kind };
    }
    const webhooks = (parsed.data.webhooks ?? []).map(({ name, clientConfig }) => ({
      name,
      caBundle: Buffer.from(clientConfig?.caBundle ?? '', 'base64').toString('utf8'),
    }));
    return { kind: 'found', of: kind, resourceVersion: parsed.data.metadata.resourceVersion, webhooks };
  }

  #unread(kind: Kind, answer: Unhappy): ConfigurationReading {
    if (!isNotFound(answer)) {
      this.#failed(kind, 'read', answer);
      return { kind: 'failed', of: kind };
    }
    this.#log.trouble('warn', this.#place(kind), 'it is not there, so nobody has been told which CA to trust');
    return { kind: 'absent', of: kind };
  }

  /**
   * Against configurations that were read before the Secret was: if a newer bundle has been published since, they have
   * changed, and the older one is refused.
   */
  async publish(readings: readonly ConfigurationReading[], bundle: readonly string[], stopped: AbortSignal) {
    const outcomes = await Promise.all(readings.map((reading) => this.#publishOne(reading, bundle.join(''), stopped)));
    const worst = (['outrun', 'failed'] as const).find((each) => outcomes.includes(each));
    return worst ?? 'published';
  }

  async #publishOne(reading: ConfigurationReading, caBundle: string, stopped: AbortSignal): Promise<Published> {
    if (reading.kind !== 'found') return reading.kind === 'absent' ? 'published' : 'failed';
    const differing = reading.webhooks.filter((webhook) => webhook.caBundle !== caBundle);
    if (differing.length > 0) {
      const answer = await this.#patch(reading, differing, Buffer.from(caBundle).toString('base64'), stopped);
      if (answer.kind !== 'done') {
        if (isOutrun(answer)) return 'outrun';
        this.#failed(reading.of, 'patch', answer);
        return 'failed';
      }
      const webhooks = differing.map(({ name }) => name);
      this.#log.event({ object: this.#place(reading.of), webhooks }, 'caBundle brought up to date');
    }
    this.#log.well(this.#place(reading.of));
    return 'published';
  }

  #patch(
    reading: Extract<ConfigurationReading, { kind: 'found' }>,
    webhooks: readonly Webhook[],
    caBundle: string,
    stopped: AbortSignal,
  ): Promise<ApiAnswer> {
    const body = {
      metadata: { resourceVersion: reading.resourceVersion },
      webhooks: webhooks.map(({ name }) => ({ name, clientConfig: { caBundle } })),
    };
    const contentType = 'application/strategic-merge-patch+json';
    return callInTime(this.#api, { method: 'PATCH', path: this.#path(reading.of), body, contentType }, stopped);
  }

  #path(kind: Kind): string {
    return `/apis/admissionregistration.k8s.io/v1/${KINDS[kind]}/${encodeURIComponent(this.#name ?? '')}`;
  }

  #place(kind: Kind): string {
    return `${kind} ${this.#name}`;
  }

  #failed(kind: Kind, verb: string, answer: Unhappy): void {
    this.#log.trouble('warn', this.#place(kind), describeUnhappy(`${verb} it`, answer), answer.message);
  }
}
