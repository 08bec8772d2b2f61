import * as z from 'zod';
import type { Api, ApiAnswer } from '../cluster/api.ts';
import { callInTime, describeUnhappy, isNotFound, isOutrun } from './api-answers.ts';
import type { CertificateSet } from './certificate-set.ts';
import type { ChangeLog } from './change-log.ts';
import { isKnownKey, readSet, type SecretData, type SetReading, writeSet } from './secret-data.ts';

/** Says that what is in the Secret is headroom's, also when no key of it makes sense any more. */
const CONTENT_ANNOTATION = 'headroom.harvesterhci.io/content';
const CONTENT = 'certificates';

const textsShape = z.record(z.string(), z.string()).nullish();
const metadataShape = z.looseObject({ resourceVersion: z.string(), labels: textsShape, annotations: textsShape });
const secretShape = z.looseObject({ metadata: metadataShape, type: z.string().optional(), data: textsShape });
type Secret = z.infer<typeof secretShape>;
type Metadata = Pick<Secret['metadata'], 'labels' | 'annotations'>;

export type SecretReading =
  | { readonly kind: 'found'; readonly content: SetReading; readonly secret: Secret }
  | { readonly kind: 'missing' }
  /** Somebody else's, or not to be had; that has been logged. */
  | { readonly kind: 'unusable' };

export type Written = 'written' | 'outrun' | 'failed';

export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/** Whose the Secret is: what a user put there is never overwritten, even where headroom was pointed at it. */
function foreignness({ type, metadata, data }: Secret): string | undefined {
  if (type !== undefined && type !== 'Opaque') return `its type is ${type.slice(0, 80)}, not Opaque`;
  if (metadata.annotations?.[CONTENT_ANNOTATION] === CONTENT) return undefined;
  const keys = Object.keys(data ?? {});
  if (keys.length === 0) return undefined;
  // A user's own serving certificate has the other three keys; nobody hands the key of the CA to a server.
  return keys.every(isKnownKey) && keys.includes('ca.key')
    ? undefined
    : "its keys are not those of headroom's certificates";
}

/** The one Secret that replicas agree through: every write is a compare-and-swap. */
export class CertificateSecret {
  readonly #api: Api;
  readonly #name: SecretName;
  readonly #log: ChangeLog;
  readonly #place: string;
  readonly #writing: string;
  /** Of the Secret as last seen; Helm and others find their own again in one that is made anew. */
  #metadata: Metadata = {};

  constructor(api: Api, name: SecretName, log: ChangeLog) {
    this.#api = api;
    this.#name = name;
    this.#log = log;
    this.#place = `Secret ${name.namespace}/${name.name}`;
    this.#writing = `${this.#place}, writing`;
  }

  async read(now: Date, stopped: AbortSignal): Promise<SecretReading> {
    const answer = await callInTime(this.#api, { method: 'GET', path: this.#path() }, stopped);
    if (answer.kind !== 'done') {
      if (isNotFound(answer)) {
        this.#log.trouble('info', this.#place, 'it is not there');
        return { kind: 'missing' };
      }
      this.#log.trouble('warn', this.#place, describeUnhappy('read it', answer), answer.message);
      return { kind: 'unusable' };
    }
    const parsed = secretShape.safeParse(answer.body);
    if (!parsed.success) return this.#unusable('the API server answered with something that is not a Secret');
    const foreign = foreignness(parsed.data);
    if (foreign !== undefined) return this.#unusable(`it is not touched, nor used, for ${foreign}`);
    return this.#found(parsed.data, now);
  }

  #found(secret: Secret, now: Date): SecretReading {
    this.#metadata = { labels: secret.metadata.labels, annotations: secret.metadata.annotations };
    const content = readSet(secret.data ?? {}, now);
    if (content.kind === 'faulty')
      this.#log.trouble('warn', this.#place, `its content is not usable: ${content.fault}`);
    if (content.kind === 'whole') this.#log.well(this.#place);
    return { kind: 'found', content, secret };
  }

  /** There is nothing to write, be it that somebody else has. */
  noteKept(): void {
    this.#log.well(this.#writing);
  }

  async write(former: SecretReading, set: CertificateSet, stopped: AbortSignal): Promise<Written> {
    const answer = await (former.kind === 'found'
      ? this.#update(former.secret, set, stopped)
      : this.#create(set, stopped));
    if (answer.kind === 'done') return 'written';
    // A namespace that is gone answers 404 to a creation for ever.
    if (isOutrun(answer) && !(former.kind !== 'found' && isNotFound(answer))) return 'outrun';
    const what = former.kind === 'found' ? 'update it' : 'create it';
    this.#log.trouble('warn', this.#writing, describeUnhappy(what, answer), answer.message);
    return 'failed';
  }

  #update(secret: Secret, set: CertificateSet, stopped: AbortSignal): Promise<ApiAnswer> {
    const body = { ...secret, metadata: this.#marked(secret.metadata), data: writeSet(set, secret.data ?? {}) };
    return callInTime(this.#api, { method: 'PUT', path: this.#path(), body }, stopped);
  }

  #create(set: CertificateSet, stopped: AbortSignal): Promise<ApiAnswer> {
    const metadata = this.#marked({ ...this.#name, ...this.#metadata });
    const data: SecretData = writeSet(set, {});
    const body = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data };
    return callInTime(this.#api, { method: 'POST', path: this.#collection(), body }, stopped);
  }

  #marked(metadata: Metadata) {
    return { ...metadata, annotations: { ...metadata.annotations, [CONTENT_ANNOTATION]: CONTENT } };
  }

  #collection(): string {
    return `/api/v1/namespaces/${encodeURIComponent(this.#name.namespace)}/secrets`;
  }

  #path(): string {
    return `${this.#collection()}/${encodeURIComponent(this.#name.name)}`;
  }

  #unusable(text: string): SecretReading {
    this.#log.trouble('error', this.#place, text);
    return { kind: 'unusable' };
  }
}
