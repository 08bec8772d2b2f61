import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Quantity, QuantityError } from '../../src/quantity/quantity.ts';
import { type Amount, addReference, nanosOf, printReference, readReference } from './quantities/reference.ts';
import { type FuzzTarget, property, type Saw } from './target.ts';

/** A line of quantities/golden.jsonl.gz, which resource.Quantity itself has printed. */
interface Golden {
  readonly a: string;
  readonly b?: string;
  readonly refused?: true;
  readonly canonical: string;
  readonly format: string;
  readonly sum?: string;
  readonly difference?: string;
  readonly compare?: number;
}

const golden: readonly Golden[] = gunzipSync(readFileSync(new URL('quantities/golden.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

function readOwn(text: string): Quantity | undefined {
  try {
    return Quantity.parse(text);
  } catch (error) {
    assert.ok(error instanceof QuantityError, `${error}`);
    assert.ok(error.message.length < 500);
    return undefined;
  }
}

function checkText(text: string, saw: Saw): { readonly own: Quantity; readonly reference: Amount } | undefined {
  const own = readOwn(text);
  const reference = readReference(text);
  assert.equal(own === undefined, reference === undefined, `is ${JSON.stringify(text)} a quantity?`);
  if (own === undefined || reference === undefined) {
    saw('refused');
    return undefined;
  }
  saw(own.format);
  assert.equal(own.nanos, nanosOf(reference));
  assert.equal(own.format, reference.format);
  assert.equal(own.toString(), printReference(reference));
  // More than 400 digits are read; an exponent of as many is not.
  if (/e\d{3}$/.test(own.toString())) return { own, reference };
  const again = Quantity.parse(own.toString());
  assert.equal(again.nanos, own.nanos);
  // Without a suffix an amount is read as a decimal one, as by Go: 687.5Ki is 704000, and 704000 is 704k.
  if (again.format === own.format) assert.equal(again.toString(), own.toString());
  return { own, reference };
}

/** The original prints 1000E and more, which no shape of ours lets in, without any suffix: a thousand times too small. */
function checkPrinted(own: Quantity, canonical: string | undefined, saw: Saw): void {
  const size = own.nanos < 0n ? -own.nanos : own.nanos;
  if (size >= 2n ** 63n * 10n ** 9n) return;
  saw('printed');
  assert.equal(own.toString(), canonical);
}

function signOf(amount: bigint): number {
  if (amount === 0n) return 0;
  return amount < 0n ? -1 : 1;
}

const digits = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[0-9]{0,7}$/) },
  { weight: 2, arbitrary: fc.stringMatching(/^[0-9]{0,30}$/) },
  fc.integer({ min: 0, max: 260 }).map((length) => '9'.repeat(length)),
  fc.constantFrom('9223372036854775807', '9223372036854775808', '000', '1023', '1024', '1048576', '0000000001'),
);
const suffix = fc.oneof(
  fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'),
  fc.constantFrom('e', 'E', 'K', 'ki', 'i', 'Eii', 'e1.5', 'e+', '+5', '-', ' ', '\n', 'ⅷ', '٣', 'ki'),
  fc.integer({ min: -410, max: 410 }).map((power) => `e${power}`),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((power) => `E${power}`),
);
const quantityText = fc
  .tuple(fc.constantFrom('', '', '', '-', '+', '--'), digits, fc.constantFrom('', '.', ','), digits, suffix)
  .map((parts) => parts.join(''));
const anyText = fc.oneof({ weight: 9, arbitrary: quantityText }, fc.string({ unit: 'binary', maxLength: 12 }));

export const target: FuzzTarget = {
  properties: [
    property({
      title: 'a text is read, refused, made canonical, added and compared as resource.Quantity itself does it',
      given: fc.nat({ max: golden.length - 1 }),
      mustSee: ['refused', 'BinarySI', 'DecimalSI', 'DecimalExponent', 'printed'],
      holds: (at, saw) => {
        const line = golden[at] as Golden;
        const checked = checkText(line.a, saw);
        assert.equal(checked === undefined, line.refused === true, JSON.stringify(line));
        if (checked === undefined) return;
        const { own } = checked;
        assert.equal(own.format, line.format);
        checkPrinted(own, line.canonical, saw);
        if (line.b === undefined) return;
        const other = Quantity.parse(line.b);
        checkPrinted(own.add(other), line.sum, saw);
        checkPrinted(own.subtract(other), line.difference, saw);
        assert.equal(own.compare(other), line.compare ?? 0);
      },
    }),
    property({
      title: 'any two texts are read, made canonical, added, compared and rounded as their fractions are',
      given: fc.tuple(anyText, anyText),
      mustSee: ['refused', 'BinarySI', 'DecimalSI', 'DecimalExponent', 'added'],
      holds: ([one, other], saw) => {
        const [left, right] = [checkText(one, saw), checkText(other, saw)];
        if (left === undefined || right === undefined) return;
        saw('added');
        for (const [sum, sign] of [
          [left.own.add(right.own), 1n],
          [left.own.subtract(right.own), -1n],
        ] as const) {
          assert.equal(sum.toString(), printReference(addReference(left.reference, right.reference, sign)));
        }
        const difference = nanosOf(left.reference) - nanosOf(right.reference);
        assert.equal(left.own.compare(right.own), signOf(difference));
        const { numerator, denominator } = left.reference;
        const units = numerator / denominator;
        const away = numerator % denominator === 0n ? 0n : BigInt(signOf(numerator));
        assert.equal(left.own.value(), units + away);
      },
    }),
  ],
};
