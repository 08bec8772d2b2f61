import fc from 'fast-check';

/** One damage to some bytes. Places are any number and are taken modulo the length, so that each fits every text. */
export type ByteChange =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'cut off'; readonly at: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'insert'; readonly at: number; readonly latin1: string }
  | { readonly kind: 'splice'; readonly at: number; readonly from: number; readonly length: number };

/** As latin1, so that bytes that are no text can stand here too. */
const PIECES = [
  '\x00',
  '\xff',
  '\xef\xbb\xbf',
  '\xc0\x80',
  '\xed\xa0\x80',
  '\xf4\x90\x80\x80',
  '\xe2\x80\xae',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '---\n',
  '...\n',
  '&a ',
  '*a',
  '!!binary ',
  '<<: ',
  '? ',
  '|\n',
  '#',
  '-',
  'null',
  'true',
  '1e999',
  '-0',
  '0x10',
  '9'.repeat(400),
  '"__proto__":{"allowed":false},',
  '"constructor":{"prototype":{}},',
];

const place = fc.nat({ max: 2 ** 30 });
const length = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 400 }));

const byteChange: fc.Arbitrary<ByteChange> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), at: place, bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('cut'), at: place, length }),
  fc.record({ kind: fc.constant('cut off'), at: place }),
  fc.record({ kind: fc.constant('repeat'), at: place, length, times: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('insert'), at: place, latin1: fc.constantFrom(...PIECES) }),
  fc.record({ kind: fc.constant('splice'), at: place, from: place, length }),
);

export const byteChanges = fc.array(byteChange, { minLength: 1, maxLength: 4 });

/** `donor` is what a splice takes its bytes from. */
export function changedBytes(bytes: Buffer, changes: readonly ByteChange[], donor: Buffer = bytes): Buffer {
  return changes.reduce((before, change) => changed(before, change, donor), bytes);
}

function changed(bytes: Buffer, change: ByteChange, donor: Buffer): Buffer {
  const at = change.at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (change.kind) {
    case 'flip': {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << change.bit);
      return copy;
    }
    case 'cut':
      return Buffer.concat([before, after.subarray(change.length)]);
    case 'cut off':
      return before;
    case 'repeat':
      return Buffer.concat([before, ...Array(change.times).fill(after.subarray(0, change.length)), after]);
    case 'insert':
      return Buffer.concat([before, Buffer.from(change.latin1, 'latin1'), after]);
    case 'splice': {
      const from = change.from % (donor.length + 1);
      return Buffer.concat([before, donor.subarray(from, from + change.length), after]);
    }
    default:
      return change satisfies never;
  }
}
