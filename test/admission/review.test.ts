import { describe, expect, test } from '@jest/globals';
import { readReview } from '../../src/admission/review.ts';
import { migrationReview } from '../reviews/load-reviews.ts';

const withRequest = (fields: Record<string, unknown>): unknown => {
  const review = migrationReview();
  return { ...review, request: { ...review.request, ...fields } };
};

describe('an AdmissionReview', () => {
  test('as the API server sent it is read whole', () => {
    const read = readReview(migrationReview());
    expect(read).toMatchObject({
      kind: 'review',
      apiVersion: 'admission.k8s.io/v1',
      request: { uid: 'ea15d965-d575-46de-b2a0-da1dcee30ba4', operation: 'CREATE', namespace: 'quota-test' },
    });
  });

  test('of v1beta1 is read like one of v1', () => {
    const read = readReview({ ...migrationReview(), apiVersion: 'admission.k8s.io/v1beta1' });
    expect(read).toMatchObject({ kind: 'review', apiVersion: 'admission.k8s.io/v1beta1' });
  });

  test('may carry a uid of any 128 characters', () => {
    const uid = 'ü"\\\u0000'.padEnd(128, 'x');
    expect(readReview(withRequest({ uid }))).toMatchObject({ kind: 'review', request: { uid } });
  });

  test('keeps the object itself, not a copy of it', () => {
    const review = migrationReview();
    const read = readReview(review);
    expect(read.kind === 'review' && read.request.object).toBe(review.request.object);
  });

  const unreadable: [string, unknown, string][] = [
    ['nothing', undefined, 'the body is undefined'],
    ['null', null, 'the body is null'],
    ['an array', [], 'the body is an array'],
    ['a string', 'review', 'the body is "review"'],
    ['another kind', { ...migrationReview(), kind: 'ConversionReview' }, 'kind is "ConversionReview"'],
    ['no kind', { ...migrationReview(), kind: undefined }, 'kind is undefined'],
    [
      'an unknown version',
      { ...migrationReview(), apiVersion: 'admission.k8s.io/v2' },
      'apiVersion is "admission.k8s.io/v2"',
    ],
    ['a version that is no text', { ...migrationReview(), apiVersion: {} }, 'apiVersion is object'],
    ['no request', { ...migrationReview(), request: undefined }, 'request is missing'],
    ['a null request', { ...migrationReview(), request: null }, 'request is missing'],
    ['a missing uid', withRequest({ uid: undefined }), 'request.uid'],
    ['an empty uid', withRequest({ uid: '' }), 'request.uid'],
    ['a huge uid', withRequest({ uid: 'x'.repeat(129) }), 'request.uid'],
    ['a uid that is no text', withRequest({ uid: 7 }), 'request.uid'],
    ['no operation', withRequest({ operation: undefined }), 'request.operation'],
    ['no kind of object', withRequest({ kind: undefined }), 'request.kind'],
  ];
  test.each(unreadable)('cannot be made of %s, and the message says what was found', (_title, body, found) => {
    const read = readReview(body);
    expect(read.kind).toBe('unreadable');
    expect(read.kind === 'unreadable' && read.message).toMatch(
      /^expected an AdmissionReview of admission\.k8s\.io\/v1 or admission\.k8s\.io\/v1beta1 as JSON; /,
    );
    expect(read.kind === 'unreadable' && read.message).toContain(found);
  });

  test('whose version is a megabyte long is not repeated in the message', () => {
    const read = readReview({ ...migrationReview(), apiVersion: 'x'.repeat(1_000_000) });
    expect(read.kind === 'unreadable' && read.message.length).toBeLessThan(300);
  });
});
