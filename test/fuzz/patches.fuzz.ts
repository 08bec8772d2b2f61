import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyPatch, type Operation } from 'rfc6902';
import type { PatchOperation } from '../../src/admission/annotations-patch.ts';
import type { SentReview } from '../reviews/load-reviews.ts';
import { changedJson, jsonChanges } from './mutations/json-changes.ts';
import { JsonTree } from './mutations/json-tree.ts';
import { askedOf } from './reviews/asked.ts';
import { isFields } from './reviews/own-reading.ts';
import { loadSeeds, meaningfulValues, type Seed } from './reviews/worlds.ts';
import { type FuzzTarget, property, type Saw } from './target.ts';

const OWN =
  /^headroom\.harvesterhci\.io\/(verdict|forecast|memory-overhead|overhead-ratio|workload-memory|kubevirt-version)$/;
/** k8s.io/apimachinery validation.TotalAnnotationSizeLimitB: of names and values together. */
const LARGEST_ANNOTATIONS_BYTES = 256 * 1024;

const seeds = (await loadSeeds()).filter(({ review }) => pathFor(review) !== undefined);
const anySeed = fc.nat({ max: seeds.length - 1 });

function pathFor({ request }: SentReview): string | undefined {
  if (request.operation !== 'CREATE') return undefined;
  const { resource } = request.resource;
  if (resource === 'pods') return '/mutate/pods';
  return resource === 'virtualmachineinstancemigrations' ? '/mutate/migrations' : undefined;
}

function withObject(review: SentReview, objectText: string): string {
  const { object: _object, ...request } = review.request;
  return `{"apiVersion":"${review.apiVersion}","kind":"AdmissionReview","request":{"object":${objectText},${JSON.stringify(request).slice(1)}}`;
}

function patched(object: unknown, patch: readonly PatchOperation[]): unknown {
  const copy = structuredClone(object);
  const faults = applyPatch(copy, structuredClone(patch) as Operation[]);
  assert.deepEqual(
    faults,
    patch.map(() => null),
    'the API server can apply every step',
  );
  return copy;
}

/** An object without what is headroom's; annotations that hold nothing else are as good as none. */
function ofUser(object: unknown): unknown {
  if (!isFields(object) || !isFields(object.metadata)) return object;
  const { annotations, ...metadata } = object.metadata;
  if (annotations !== null && annotations !== undefined && !isFields(annotations)) return object;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !OWN.test(name));
  return { ...object, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
}

function annotationsIn(object: unknown): Readonly<Record<string, unknown>> {
  const metadata = isFields(object) ? object.metadata : undefined;
  const annotations = isFields(metadata) ? metadata.annotations : undefined;
  return isFields(annotations) ? annotations : {};
}

function annotationBytes(object: unknown): number {
  return Object.entries(annotationsIn(object)).reduce((sum, [name, value]) => {
    // No name that Kubernetes takes, and dropped by the server before it counts.
    if (name === '__proto__') return sum;
    return sum + Buffer.byteLength(name) + Buffer.byteLength(typeof value === 'string' ? value : '');
  }, 0);
}

/**
 * The patch of a second call. An API server has texts in annotations alone; where headroom's own were something else, the
 * first call takes them away, and only then the object can be understood.
 */
async function patchOfNextCall(
  once: unknown,
  before: unknown,
  patchOf: (object: unknown) => Promise<readonly PatchOperation[]>,
): Promise<readonly PatchOperation[]> {
  const patch = await patchOf(once);
  const isText = Object.values(annotationsIn(before)).every((value) => typeof value === 'string');
  return isText ? patch : patchOf(patched(once, patch));
}

async function checkPatch({ review, world }: Seed, objectText: string, saw: Saw): Promise<void> {
  const path = pathFor(review) ?? '';
  const text = withObject(review, objectText);
  const { reading, patch } = await askedOf(world, path, text, saw);
  if (reading.kind !== 'review') return;
  const { object } = reading.request;
  const once = patched(object, patch);
  assert.deepEqual(ofUser(once), ofUser(object), "what is the user's stays as it is");
  const next = await patchOfNextCall(once, object, async (given) => {
    const again = await askedOf(world, path, withObject(review, JSON.stringify(given)), saw);
    return again.patch;
  });
  assert.deepEqual(next, [], 'another call has nothing to patch');
  if (annotationBytes(object) > LARGEST_ANNOTATIONS_BYTES) return;
  assert.ok(annotationBytes(once) <= LARGEST_ANNOTATIONS_BYTES, 'what was small enough to be stored still is');
  if (annotationBytes(object) > LARGEST_ANNOTATIONS_BYTES - 2048) saw('nearly full');
}

const KEYS = ['a', 'a/b', 'a~b', '~1', '~0', '/', '', '__proto__', 'constructor', 'toString', '0', '-', 'ü', '😀'];
const OWN_KEYS = ['verdict', 'forecast', 'memory-overhead', 'overhead-ratio', 'workload-memory', 'kubevirt-version'];
const annotationKey = fc.oneof(
  fc.constantFrom(...KEYS),
  fc.constantFrom(...OWN_KEYS).map((name) => `headroom.harvesterhci.io/${name}`),
);
const annotationValue = fc.oneof(
  fc.constantFrom('fits', 'exceeds', '', '1.5', '{}', 'ü'.repeat(50), '\u0000'),
  fc.constantFrom(null, 7, true, [], {}, { toString: null }),
);
/** Bytes that are left free below what Kubernetes stores, if it is nearly full at all. */
const free = fc.option(fc.integer({ min: 0, max: 1500 }));
const annotations = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.array(fc.tuple(annotationKey, annotationValue), { maxLength: 8 }), free) },
  fc.constantFrom(undefined, null, 'text', 7, []),
);

function annotationsText(drawn: typeof annotations extends fc.Arbitrary<infer T> ? T : never): string | undefined {
  if (drawn === undefined) return undefined;
  if (!Array.isArray(drawn) || drawn.length !== 2) return JSON.stringify(drawn);
  const [entries, left] = drawn;
  const members = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const used = annotationBytes({ metadata: { annotations: JSON.parse(`{${members.join(',')}}`) } });
  const filler = left === null ? [] : [`"fill":"${'x'.repeat(LARGEST_ANNOTATIONS_BYTES - used - 4 - left)}"`];
  return `{${[...members, ...filler].join(',')}}`;
}

export const target: FuzzTarget = {
  properties: [
    property({
      title:
        "a patch touches headroom's annotations alone, fits the object and is made once, whatever the annotations are",
      given: fc.record({ seed: anySeed, annotations }),
      mustSee: ['patched', 'nearly full'],
      holds: async ({ seed, annotations: drawn }, saw) => {
        const { review } = seeds[seed] as Seed;
        const { annotations: _annotations, ...metadata } = review.request.object?.metadata ?? {};
        const given = annotationsText(drawn);
        const text = JSON.stringify({ ...review.request.object, metadata });
        const put = given === undefined ? '' : `"annotations":${given},`;
        await checkPatch(
          seeds[seed] as Seed,
          text.replace('"metadata":{', () => `"metadata":{${put}`),
          saw,
        );
      },
    }),
    property({
      title: "a patch touches headroom's annotations alone, fits the object and is made once, whatever the object is",
      given: fc.record({ seed: anySeed, changes: jsonChanges(meaningfulValues(seeds)) }),
      mustSee: ['patched'],
      holds: async ({ seed, changes }, saw) => {
        const { review } = seeds[seed] as Seed;
        const text = changedJson(new JsonTree(review.request.object), changes);
        // What is as deep as an API server reads leaves no room for a review around it, and numbers beyond all bounds would
        // not be the same after this test has printed them.
        if (/\[{500}|(\{"a":){500}|9{400}|1e999/.test(text)) return;
        await checkPatch(seeds[seed] as Seed, text, saw);
      },
    }),
  ],
};
