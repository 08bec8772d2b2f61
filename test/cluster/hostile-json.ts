import fc from 'fast-check';
import { z } from 'zod';

/** Names that a careless reader takes for structure, for other names, or for JavaScript's own. */
const NAMES = [
  '',
  '"',
  '\\',
  '{',
  '}]',
  ',"spec":{',
  'managedFields',
  '__proto__',
  'constructor',
  'ü',
  '\u{1f600}',
  '\u0000',
];
const anyName = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', maxLength: 6 }));
const anyText = fc.oneof(anyName, fc.constantFrom('1', '4Gi', '[{"a":"b\\"c"}]', '"},{"', '\\"'));
const scalar = fc.oneof(
  anyText,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);

/** A JSON text of any value, two levels deep at most, with names that may stand twice. */
const anyValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: scalar.map((value) => JSON.stringify(value)) },
  listText(scalar.map((value) => JSON.stringify(value))),
  objectText(anyName.chain((name) => scalar.map((value) => [name, JSON.stringify(value)] as const))),
);

function listText(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(item, { maxLength: 3 }).map((items) => `[${items.join(',')}]`);
}

function objectText(member: fc.Arbitrary<readonly [string, string]>): fc.Arbitrary<string> {
  return fc.array(fc.tuple(member, fc.boolean()), { maxLength: 6 }).map((drawn) => {
    const names = drawn.map(([[name]]) => name);
    // Where one name stands twice, once with escapes, V8 13.6 takes the last of the two only when it first sees them; and
    // of two that cannot be without escapes, sometimes the first.
    const isTwice = (name: string) => names.indexOf(name) !== names.lastIndexOf(name);
    const readable = drawn.filter(([[name]], index) => isPlain(name) || names.lastIndexOf(name) === index);
    const members = readable.map(([[name, text], wish]) => `${nameText(name, wish && !isTwice(name))}:${text}`);
    return `{${members.join(',')}}`;
  });
}

function isPlain(name: string): boolean {
  return JSON.stringify(name) === `"${name}"`;
}

function nameText(name: string, isEscaped: boolean): string {
  if (!isEscaped || name === '') return JSON.stringify(name);
  return `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${JSON.stringify(name.slice(1)).slice(1)}`;
}

/** JSON texts of what a shape describes, with members that it does not name and values of other types in between. */
export function textsFor(shape: unknown): fc.Arbitrary<string> {
  return fc.oneof({ weight: 9, arbitrary: textsAsDescribed(shape) }, anyValue);
}

function textsAsDescribed(shape: unknown): fc.Arbitrary<string> {
  if (shape instanceof z.ZodObject) return objectText(membersFor(shape.shape));
  if (shape instanceof z.ZodArray) return listText(textsFor(shape.element));
  if (shape instanceof z.ZodRecord) return objectText(fc.tuple(anyName, textsFor(shape.valueType)));
  if (shape instanceof z.ZodPipe) return textsFor(shape.in);
  if (shape instanceof z.ZodOptional || shape instanceof z.ZodNullable || shape instanceof z.ZodDefault)
    return textsAsDescribed(shape.unwrap());
  if (shape instanceof z.ZodNumber) return fc.integer().map(String);
  if (shape instanceof z.ZodBoolean) return fc.boolean().map(String);
  return shape instanceof z.ZodString ? anyText.map((text) => JSON.stringify(text)) : anyValue;
}

function membersFor(shapes: Readonly<Record<string, unknown>>): fc.Arbitrary<readonly [string, string]> {
  const members = Object.entries(shapes).map(([name, shape]) => textsFor(shape).map((text) => [name, text] as const));
  const strange = fc.tuple(fc.oneof(anyName, fc.constantFrom(...Object.keys(shapes))), anyValue);
  return fc.oneof({ weight: 4, arbitrary: fc.oneof(...members) }, strange);
}
