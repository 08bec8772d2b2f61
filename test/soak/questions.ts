import { randomUUID } from 'node:crypto';
import type { Random } from '../e2e/situations/random.ts';
import { evacuationReview, migrationReview, podReview, reviewOf, type SentReview } from '../reviews/load-reviews.ts';
import type { Stage, Vm } from './stage.ts';

/** One request of the webhook, and what has to come of it. */
export interface Question {
  readonly path: string;
  readonly body: string;
  readonly contentType: string;
  /** Of a review; the answer has to bear it. Without one the request is malformed, and refused by a status of 4xx. */
  readonly uid?: string;
  /** Nothing but a full namespace is a reason to deny a migration. */
  readonly mayBeDenied: boolean;
  /** Its answer has a verdict, which is to be known unless the API server cannot be read. */
  readonly isKnown: boolean;
}

/** Requests that follow each other, each when the one before it is answered: both webhooks of a creation. */
export type Asked = readonly Question[];

/** How often each kind comes, of a hundred. A migration that is to be decided costs the API server ten calls and more. */
const MIX = {
  user: 12,
  platform: 5,
  full: 2,
  stranger: 3,
  update: 24,
  delete: 16,
  pod: 30,
  malformed: 8,
} as const;
type Kind = keyof typeof MIX;
/** These come alone; of any other there is one for each webhook. */
const ALONE: readonly Kind[] = ['pod', 'malformed'];
export const REQUESTS_EACH = 2 - ALONE.reduce((sum, kind) => sum + MIX[kind], 0) / 100;

/** Of the migrations in a namespace with room. One that is for real and never stored holds its room for 35 s. */
const FOR_REAL_PERCENT = 2;

const NOBODY = 'nobody';
const MIGRATION_PATHS = ['/mutate/migrations', '/validate/migrations'];
const JSON_TYPE = 'application/json';

const MALFORMED: readonly Pick<Question, 'path' | 'body' | 'contentType'>[] = [
  { path: '/validate/migrations', body: '', contentType: JSON_TYPE },
  { path: '/validate/migrations', body: '{"kind":"AdmissionReview","apiVersion":"admi', contentType: JSON_TYPE },
  { path: '/mutate/migrations', body: '{"kind":"AdmissionReview"}', contentType: JSON_TYPE },
  { path: '/mutate/pods', body: '[1,2,3]', contentType: JSON_TYPE },
  { path: '/mutate/pods', body: '['.repeat(20_000), contentType: JSON_TYPE },
  { path: '/mutate/pods', body: '<review/>', contentType: 'application/xml' },
  { path: '/nothing/here', body: '{}', contentType: JSON_TYPE },
];

/** Makes up requests, the same for the same random numbers but for their uids. */
export class Questions {
  readonly #random: Random;
  readonly #stage: Pick<Stage, 'roomy' | 'full'>;
  readonly #user = migrationReview();
  readonly #platform = evacuationReview();
  readonly #pod = podReview();
  readonly #update = reviewOf('virtualmachineinstancemigrations-UPDATE');
  readonly #delete = reviewOf('virtualmachineinstancemigrations-DELETE');

  constructor(random: Random, stage: Pick<Stage, 'roomy' | 'full'>) {
    this.#random = random;
    this.#stage = stage;
  }

  next(): Asked {
    const kind: Kind = this.#random.weighted(MIX);
    switch (kind) {
      case 'user':
        return migrationOf(this.#user, this.#random.pick(this.#stage.roomy), this.#dryRun());
      case 'platform':
        return migrationOf(this.#platform, this.#random.pick(this.#stage.roomy), this.#dryRun());
      case 'full':
        return migrationOf(this.#user, this.#random.pick(this.#stage.full), 'dry run');
      case 'stranger':
        return migrationOf(this.#user, this.#stranger(), 'dry run');
      case 'pod':
        return [review('/mutate/pods', podOf(this.#pod, this.#random.pick(this.#stage.roomy)))];
      case 'update':
        return MIGRATION_PATHS.map((path) => review(path, this.#update));
      case 'delete':
        return MIGRATION_PATHS.map((path) => review(path, this.#delete));
      case 'malformed':
        return [{ ...this.#random.pick(MALFORMED), mayBeDenied: false, isKnown: false }];
      default:
        return kind satisfies never;
    }
  }

  #dryRun(): 'dry run' | 'for real' {
    return this.#random.chance(FOR_REAL_PERCENT) ? 'for real' : 'dry run';
  }

  /** A VM that is not there. */
  #stranger(): Vm {
    return { ...this.#random.pick(this.#stage.roomy), name: `${NOBODY}-${this.#random.below(1_000_000)}` };
  }
}

function migrationOf(recorded: SentReview, vm: Vm, mode: 'dry run' | 'for real'): Asked {
  const { namespace, name } = vm;
  const { request } = recorded;
  const { name: _, ...recordedMetadata } = request.object?.metadata ?? {};
  const metadata = { ...recordedMetadata, generateName: `${name}-`, namespace };
  const object = { ...request.object, metadata, spec: { vmiName: name } };
  const asked: SentReview = {
    ...recorded,
    request: { ...request, name: '', namespace, dryRun: mode === 'dry run', object },
  };
  const isKnown = !name.startsWith(NOBODY);
  const mayBeDenied = namespace.endsWith('-full');
  return MIGRATION_PATHS.map((path) => ({ ...review(path, asked), mayBeDenied, isKnown }));
}

function podOf(recorded: SentReview, { namespace, name, uid }: Vm): SentReview {
  const { request } = recorded;
  const labels = (request.object?.metadata.labels ?? {}) as Readonly<Record<string, string>>;
  const text = JSON.stringify(recorded)
    .replaceAll(labels['kubevirt.io/created-by'] ?? '', uid)
    .replaceAll(new RegExp(`\\b${labels['vm.kubevirt.io/name']}\\b`, 'g'), name)
    .replaceAll(request.namespace, namespace);
  return JSON.parse(text);
}

function review(path: string, sent: SentReview): Question {
  const uid = randomUUID();
  const body = JSON.stringify({ ...sent, request: { ...sent.request, uid } });
  return { path, contentType: JSON_TYPE, uid, body, mayBeDenied: false, isKnown: false };
}
