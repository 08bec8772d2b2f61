import * as z from 'zod';
import { quotedName } from './plain-text.ts';

export const REVIEW_VERSIONS = ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'] as const;
export type ReviewVersion = (typeof REVIEW_VERSIONS)[number];

/** A UUID has 36; whatever is echoed must have an end. */
const LONGEST_UID = 128;

const text = z.string().nullish();

/** Only what a decision reads. `object` is looked at by the webhook that knows its kind. */
const requestShape = z.object({
  uid: z.string().min(1).max(LONGEST_UID),
  kind: z.object({ group: z.string(), kind: z.string() }),
  resource: z.object({ group: z.string(), resource: z.string() }),
  subResource: text,
  name: text,
  namespace: text,
  operation: z.string(),
  dryRun: z.boolean().nullish(),
  userInfo: z.object({ username: text }).nullish(),
  object: z.unknown().optional(),
});
export type ReviewRequest = z.infer<typeof requestShape>;

export type ReadReview =
  | { readonly kind: 'review'; readonly apiVersion: ReviewVersion; readonly request: ReviewRequest }
  | { readonly kind: 'unreadable'; readonly message: string };

const EXPECTED = `expected an AdmissionReview of ${REVIEW_VERSIONS.join(' or ')} as JSON`;

function unreadable(found: string): ReadReview {
  return { kind: 'unreadable', message: `${EXPECTED}; ${found}` };
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isReviewVersion(version: unknown): version is ReviewVersion {
  return REVIEW_VERSIONS.some((known) => known === version);
}

/** For a sentence: what was there, without repeating a value of any length. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quotedName(value);
  if (Array.isArray(value)) return 'an array';
  return value === null ? 'null' : typeof value;
}

/** Zod's first finding as `request.uid: …`. */
export function firstIssue(error: z.ZodError, at: readonly string[] = []): string {
  const issue = error.issues[0];
  return `${[...at, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not understood'}`;
}

export function readReview(body: unknown): ReadReview {
  if (!isPlainObject(body)) return unreadable(`the body is ${shown(body)}`);
  if (body.kind !== 'AdmissionReview') return unreadable(`kind is ${shown(body.kind)}`);
  const apiVersion = body.apiVersion;
  if (!isReviewVersion(apiVersion)) return unreadable(`apiVersion is ${shown(apiVersion)}`);
  if (!isPlainObject(body.request)) return unreadable('request is missing');
  const request = requestShape.safeParse(body.request);
  if (!request.success) return unreadable(firstIssue(request.error, ['request']));
  return { kind: 'review', apiVersion, request: request.data };
}
