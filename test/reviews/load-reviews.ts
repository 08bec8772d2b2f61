import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** An AdmissionReview, as far as tests look into it. */
export interface SentReview {
  apiVersion: string;
  kind: string;
  request: {
    uid: string;
    operation: string;
    namespace: string;
    name: string;
    dryRun: boolean;
    resource: { group: string; resource: string };
    kind: { group: string; kind: string };
    userInfo: { username: string };
    object: SentObject | null;
    [field: string]: unknown;
  };
}

export interface SentObject {
  metadata: { name?: string; namespace?: string; annotations?: Record<string, string>; [field: string]: unknown };
  spec: Record<string, unknown>;
  [field: string]: unknown;
}

export interface RecordedReview {
  readonly file: string;
  readonly review: SentReview;
}

const file = new URL('reviews.jsonl.gz', import.meta.url);

/** Each call reads afresh, so that a test may change what it was given. */
export const loadReviews = (): readonly RecordedReview[] =>
  gunzipSync(readFileSync(file))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line): RecordedReview => JSON.parse(line));

const firstOf = (isWanted: (recorded: RecordedReview) => boolean): SentReview => {
  const found = loadReviews().find(isWanted);
  if (found === undefined) throw new Error('no such review is recorded');
  return found.review;
};

export const migrationReview = (): SentReview =>
  firstOf(({ file: name }) => name.includes('virtualmachineinstancemigrations-CREATE-quota-test'));

export const evacuationReview = (): SentReview =>
  firstOf(({ file: name }) => name.includes('virtualmachineinstancemigrations-CREATE-evac-deny'));

export const podReview = (): SentReview => firstOf(({ file: name }) => name.includes('pods-CREATE'));

export const reviewOf = (part: string): SentReview => firstOf(({ file: name }) => name.includes(part));
