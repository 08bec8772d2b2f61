import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { JsonLineReader } from '../../src/cluster/json-line.ts';
import { OBJECT_KINDS } from '../../src/cluster/object-kinds.ts';
import { objectMembersReadBy } from '../../src/cluster/read-members.ts';
import { textsFor } from './hostile-json.ts';

const volumeShape = z.object({ name: z.string(), disk: z.object({ image: z.string() }).nullish() });
const shape = z.object({
  metadata: z.object({ name: z.string().default('') }),
  spec: z.object({ volumes: z.array(volumeShape).nullish(), labels: z.unknown().optional() }).nullish(),
});
const readerOf = (read: z.ZodType) => new JsonLineReader(() => objectMembersReadBy(read));
const readLine = (text: string) => objectOn(readerOf(shape), text);
const TYPE = '"apiVersion":"v1","kind":"Pod"';

describe('of an object on a line, what its shape does not name is left out', () => {
  test.each([
    {
      title: 'a member, wherever it stands',
      text: '"a":1,"metadata":{"b":2,"name":"x","c":3},"d":4',
      left: '"metadata":{"name":"x"}',
    },
    { title: 'every member', text: '"a":1,"b":{},"metadata":{"c":[]}', left: '"metadata":{}' },
    {
      title: 'a member of each object in a list',
      text: '"spec":{"volumes":[{"a":1,"name":"x"},{"name":"y","b":2}]}',
      left: '"spec":{"volumes":[{"name":"x"},{"name":"y"}]}',
    },
    {
      title: 'a member of the same name elsewhere',
      text: '"name":"x","volumes":[1],"metadata":{"spec":{}}',
      left: '"metadata":{}',
    },
    {
      title: 'a list of lists that holds brackets in texts',
      text: '"a":[["]}",{"\\"}":"\\\\"}]],"spec":null',
      left: '"spec":null',
    },
    {
      title: 'managed fields',
      text: '"metadata":{"managedFields":[{"fieldsV1":{"k:{\\"name\\":\\"x\\"}":{}}}],"name":"x"}',
      left: '"metadata":{"name":"x"}',
    },
  ])('$title', ({ text, left }) => {
    expect(readLine(`{${TYPE},${text}}`)).toEqual(JSON.parse(`{${TYPE},${left}}`));
  });

  test('what a shape hands to its own code stays whole', () => {
    const text = `{${TYPE},"spec":{"labels":{"a":{"b":[1,{"c":2}]}}}}`;
    expect(readLine(text)).toEqual(JSON.parse(text));
  });

  test('an object whose shape keeps, or refuses, members that it does not name stays whole', () => {
    const text = `{${TYPE},"a":{"b":1}}`;
    for (const whole of [z.looseObject({}), z.strictObject({}), z.unknown()])
      expect(objectOn(readerOf(whole), text)).toBeUndefined();
    expect(objectOn(readerOf(z.object({ a: z.looseObject({}) })), text)).toEqual(JSON.parse(text));
  });

  test('a name that is written with escapes is the same name', () => {
    expect(readLine(`{${TYPE},"met\\u0061data":{"n\\u0061me":"x","other":1}}`)).toMatchObject({
      metadata: { name: 'x' },
    });
  });

  test('a name twice is the last one of the two', () => {
    expect(readLine(`{${TYPE},"metadata":{"name":"x"},"a":0,"metadata":{"name":"y"}}`)).toMatchObject({
      metadata: { name: 'y' },
    });
  });
});

describe('a line is left to be read whole', () => {
  test.each([
    { title: 'if it holds blanks', text: `{${TYPE}, "metadata":{"name":"x"}}` },
    { title: 'if it holds blanks before a value', text: `{${TYPE},"a": {"b":1},"metadata":{"name":"x"}}` },
    { title: 'if it begins with something else than its type', text: '{"kind":"Pod","apiVersion":"v1","metadata":{}}' },
    { title: 'if its type is named again', text: `{${TYPE},"metadata":{},"kind":"Secret"}` },
    { title: 'if its type is named again with escapes', text: `{${TYPE},"metadata":{},"k\\u0069nd":"Secret"}` },
    { title: 'if something follows the object', text: `{${TYPE},"metadata":{}}}` },
    { title: 'if a comma is missing', text: `{${TYPE},"metadata":{}"spec":{}}` },
    { title: 'if a comma is too many', text: `{${TYPE},"a":1,}` },
    { title: 'if a name is missing', text: `{${TYPE},"metadata":{:"x"}}` },
    { title: 'if a colon is missing', text: `{${TYPE},"metadata"}` },
    { title: 'if a value that is read is no JSON', text: `{${TYPE},"metadata":{"name":x}}` },
    { title: 'if brackets do not match', text: `{${TYPE},"spec":{"volumes":[{"name":"x"}}}]` },
  ])('$title', ({ text }) => {
    expect(readLine(text)).toBeUndefined();
  });

  test('if it is longer than any object that an API server stores', () => {
    const lineOf = (length: number) => `{${TYPE},"metadata":{"name":"x"},"a":"${'b'.repeat(length)}"}`;
    expect(readLine(lineOf(1 << 10))).toBeDefined();
    expect(readLine(lineOf(1 << 24))).toBeUndefined();
  });

  test('wherever it is cut off', () => {
    const text = `{${TYPE},"a":{"b":["\\"",1]},"metadata":{"name":"x","c":"\\\\"},"spec":{"volumes":[{"name":"y"}]}}`;
    expect(readLine(text)).toBeDefined();
    for (let length = 0; length < text.length; length += 1) expect(readLine(text.slice(0, length))).toBeUndefined();
  });
});

test('an object that nobody reads is passed over, unless its line is cut off', () => {
  const reader = new JsonLineReader((_apiVersion, kind) => (kind === 'VirtualMachine' ? 'nothing' : 'all'));
  const line = '{"apiVersion":"kubevirt.io/v1","kind":"VirtualMachine","spec":{}}';
  expect(reader.read(Buffer.from(line))).toBe('unread');
  expect(reader.read(Buffer.from(line.slice(0, -3)))).toBeUndefined();
});

describe('checking what is left of an object finds what checking all of it finds', () => {
  test.each(Object.values(OBJECT_KINDS))('$kind', ({ group, kind, shape: ofKind }) => {
    const reader = readerOf(ofKind);
    const start = `{"apiVersion":"${group === '' ? 'v1' : `${group}/v1`}","kind":"${kind}",`;
    fc.assert(
      fc.property(textsFor(ofKind), (text) => {
        fc.pre(text.startsWith('{"'));
        const line = `${start}${text.slice(1)}`;
        const object = objectOn(reader, line) ?? JSON.parse(line);
        expect(findings(ofKind, object)).toEqual(findings(ofKind, JSON.parse(line)));
      }),
      { numRuns: 300 },
    );
  });

  test('whatever is changed in a line that stays JSON', () => {
    const { shape: podShape } = OBJECT_KINDS.pods;
    const reader = readerOf(podShape);
    const mark = fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', ' ', '0', 'a', '');
    fc.assert(
      fc.property(textsFor(podShape), fc.nat(), fc.nat({ max: 3 }), mark, (text, where, length, inserted) => {
        const at = 1 + (where % text.length);
        const changed = text.slice(1, at) + inserted + text.slice(Math.max(1, at + length));
        // Half of a surrogate pair is no text that a file could hold.
        const line = `{${TYPE},${changed}`.toWellFormed();
        const whole = parsed(line);
        fc.pre(whole !== undefined);
        expect(findings(podShape, objectOn(reader, line) ?? whole)).toEqual(findings(podShape, whole));
      }),
      { numRuns: 500 },
    );
  });
});

/** What a line is read as; the text that is handed on with it says the same. */
function objectOn(reader: JsonLineReader, line: string): object | undefined {
  const read = reader.read(Buffer.from(line));
  if (read === undefined || read === 'unread') return undefined;
  expect(JSON.parse(read.text.toString())).toEqual(read.object);
  return read.object;
}

/** Whether a shape accepts an object, and as what; or else what it says is wrong. */
function findings(read: z.ZodType, object: unknown): unknown {
  const { success, data, error } = read.safeParse(object);
  return { success, data, issues: error?.issues.map(({ path, message }) => ({ path, message })) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
