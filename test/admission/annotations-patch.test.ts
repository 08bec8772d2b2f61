import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyPatch, type Operation } from 'rfc6902';
import { patchAnnotations } from '../../src/admission/annotations-patch.ts';

const patched = (object: unknown, wanted: ReadonlyMap<string, string | undefined>): unknown => {
  const copy: unknown = structuredClone(object);
  const operations = structuredClone(patchAnnotations(object, wanted)) as Operation[];
  expect(applyPatch(copy, operations)).toEqual(operations.map(() => null));
  return copy;
};

describe('a patch of annotations', () => {
  test('creates the annotations of an object that has none, in one step', () => {
    expect(patchAnnotations({ metadata: {} }, new Map([['a/b', '1']]))).toEqual([
      { op: 'add', path: '/metadata/annotations', value: { 'a/b': '1' } },
    ]);
  });

  test('replaces annotations that are null', () => {
    expect(patched({ metadata: { annotations: null } }, new Map([['a', '1']]))).toEqual({
      metadata: { annotations: { a: '1' } },
    });
  });

  test('adds what is missing, replaces what differs, and leaves what is right', () => {
    const object = { metadata: { annotations: { 'p/right': '1', 'p/stale': 'old', other: 'x' } } };
    const wanted = new Map([
      ['p/right', '1'],
      ['p/stale', 'new'],
      ['p/missing', '3'],
    ]);
    expect(patchAnnotations(object, wanted)).toEqual([
      { op: 'replace', path: '/metadata/annotations/p~1stale', value: 'new' },
      { op: 'add', path: '/metadata/annotations/p~1missing', value: '3' },
    ]);
  });

  test('removes what is to be absent, and only where it is present', () => {
    const wanted = new Map([
      ['p/forged', undefined],
      ['p/absent', undefined],
    ]);
    expect(patchAnnotations({ metadata: { annotations: { 'p/forged': 'x' } } }, wanted)).toEqual([
      { op: 'remove', path: '/metadata/annotations/p~1forged' },
    ]);
    expect(patchAnnotations({ metadata: {} }, wanted)).toEqual([]);
  });

  describe('leaves an object as small as Kubernetes stores it, 256 KiB of annotations', () => {
    const wanted = new Map([
      ['p/long', '12345'],
      ['p/b', '1'],
    ]);
    const objectWith = (fill: string, own = {}) => ({ metadata: { annotations: { ...own, fill } } });
    const own = (object: unknown) => {
      const { fill: _fill, ...others } = (patched(object, wanted) as ReturnType<typeof objectWith>).metadata
        .annotations;
      return others;
    };

    test.each([
      {
        title: 'both where both just fit',
        fill: 'x'.repeat(262_144 - 4 - 15),
        left: { 'p/long': '12345', 'p/b': '1' },
      },
      {
        title: 'the first where there is room for one',
        fill: 'x'.repeat(262_144 - 4 - 14),
        left: { 'p/long': '12345' },
      },
      {
        title: 'the shorter one where the longer is too long',
        fill: 'x'.repeat(262_144 - 4 - 10),
        left: { 'p/b': '1' },
      },
      { title: 'none where there is no room', fill: 'x'.repeat(262_144 - 4), left: {} },
      { title: 'bytes and not characters', fill: 'ü'.repeat((262_144 - 4 - 10) / 2), left: { 'p/b': '1' } },
    ])('$title', ({ fill, left }) => {
      expect(own(objectWith(fill))).toEqual(left);
    });

    test('and what somebody else wrote there for it is removed all the same', () => {
      expect(own(objectWith('x'.repeat(262_144 - 4 - 10), { 'p/long': 'for' }))).toEqual({ 'p/b': '1' });
    });
  });

  test('escapes a tilde before a slash, as RFC 6901 has it', () => {
    expect(patchAnnotations({ metadata: { annotations: {} } }, new Map([['a~/b', '1']]))).toEqual([
      { op: 'add', path: '/metadata/annotations/a~0~1b', value: '1' },
    ]);
  });

  test.each([
    [null],
    [{}],
    [{ metadata: 'x' }],
    [{ metadata: { annotations: 'x' } }],
    [{ metadata: { annotations: [] } }],
  ])('leaves %j alone, whose metadata is not understood', (object) => {
    expect(patchAnnotations(object, new Map([['a', '1']]))).toEqual([]);
  });

  test('a name that every object inherits is not taken for an annotation that is there', () => {
    expect(patchAnnotations({ metadata: { annotations: {} } }, new Map([['toString', undefined]]))).toEqual([]);
  });

  test('brings the annotations to what is wanted, and applied again changes nothing', () => {
    const key = fc.stringMatching(/^[a-z~/.-]{1,6}$/);
    const annotations = fc.option(fc.dictionary(key, fc.string(), { noNullPrototype: true }), { nil: undefined });
    const wantedEntries = fc.array(fc.tuple(key, fc.option(fc.string(), { nil: undefined })), { maxLength: 5 });
    fc.assert(
      fc.property(annotations, wantedEntries, (present, entries) => {
        const wanted = new Map(entries);
        const object = { metadata: { ...(present && { annotations: present }) } };
        const once = patched(object, wanted) as { metadata: { annotations?: Record<string, string> } };
        for (const [name, value] of wanted) expect(once.metadata.annotations?.[name]).toBe(value);
        expect(patchAnnotations(once, wanted)).toEqual([]);
      }),
    );
  });
});
