import fc from 'fast-check';
import { addedMemoryText, memoryText } from './amounts.ts';
import { maybe, type Part, type Parts, someOf, sometimes, together, weighted } from './part.ts';

interface Sizes {
  readonly guest?: string | undefined;
  readonly limit?: string | undefined;
  readonly request?: string | undefined;
}

const mebi = (count: number) => `${Math.floor(count)}Mi`;
const sizeMi = fc.oneof(
  fc.constantFrom(512, 1024, 2048, 4096, 8192, 16_384, 65_536, 131_072, 5000, 7777),
  fc.integer({ min: 128, max: 300_000 }),
);
const percent = fc.constantFrom(100, 100, 120, 150, 150, 200, 333, 500);

/** A limit, less some for the guest; a part of it as the request, as Harvester writes it. */
const overcommitted = fc.tuple(sizeMi, fc.constantFrom(0, 100, 100, 256), percent).map(
  ([size, reserved, overcommit]): Sizes => ({
    guest: mebi(Math.max(64, size - reserved)),
    limit: size % 1024 === 0 ? `${size / 1024}Gi` : mebi(size),
    request: mebi((size * 100) / overcommit),
  }),
);
const requestBelowGuest = fc
  .tuple(sizeMi, percent)
  .map(([size, overcommit]): Sizes => ({ guest: mebi(size), request: mebi((size * 100) / overcommit) }));
const guaranteed = fc
  .tuple(memoryText, maybe(40, memoryText))
  .map(([size, guest]): Sizes => ({ guest, limit: size, request: size }));
const limitAboveGuest = fc
  .tuple(sizeMi, fc.constantFrom(0, 64, 100), fc.constantFrom(100, 300, 1024))
  .map(([size, more, most]): Sizes => ({ guest: mebi(size), request: mebi(size + more), limit: mebi(size + most) }));
const zeroRequest = maybe(50, memoryText).map((guest): Sizes => ({ guest, request: '0' }));
const any = fc.record({ guest: maybe(60, memoryText), limit: maybe(50, memoryText), request: maybe(60, memoryText) });

const sizes: fc.Arbitrary<Sizes> = weighted<Sizes>(
  [26, overcommitted],
  [12, requestBelowGuest],
  [12, guaranteed],
  [10, limitAboveGuest],
  [10, memoryText.map((guest) => ({ guest }))],
  [8, memoryText.map((size) => ({ guest: size, request: size }))],
  [12, memoryText.map((request) => ({ request }))],
  [6, fc.tuple(memoryText, maybe(50, memoryText)).map(([limit, guest]) => ({ limit, guest }))],
  [8, any],
  [2, zeroRequest],
  [1, fc.constant({})],
);

/** The VMI's memory: guest size, request, limit and what else stands under `domain.memory`. */
export function memory(minor: number): fc.Arbitrary<Part[]> {
  return together(
    sizes.map(({ guest, limit, request }) => ({
      ...(guest === undefined ? {} : { memory: { guest } }),
      ...(limit === undefined ? {} : { limits: { memory: limit } }),
      ...(request === undefined ? {} : { requests: { memory: request } }),
    })),
    sometimes(
      14,
      fc.constantFrom('2Mi', '2Mi', '1Gi', '64Ki').map((pageSize) => ({ memory: { hugepages: { pageSize } } })),
    ),
    sometimes(
      12,
      fc.constantFrom('16Gi', '64Gi', '1Ti', '33554432Ki').map((maxGuest) => ({ memory: { maxGuest } })),
    ),
    // Not a field of older versions, which the API server prunes; whatever reads it there all the same is wrong.
    sometimes(minor >= 8 ? 15 : 2, reservedOverhead),
    sometimes(
      6,
      fc.boolean().map((value) => ({ resources: { overcommitGuestOverhead: value } })),
    ),
  );
}

const reservedOverhead: Parts = someOf(
  {
    addedOverhead: fc.oneof(fc.constantFrom('100Mi', '1Gi', '256M', '123456789', '1', '1500m', '0'), addedMemoryText),
    memLock: fc.constantFrom('Required', 'NotRequired'),
  },
  75,
).map((given) => ({ memory: { reservedOverhead: given } }));
