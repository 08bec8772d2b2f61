// Texts of quantities and ratios, plain and hostile. All are such that the API server takes them.
import fc from 'fast-check';
import { weighted } from './part.ts';

const PLAIN_MEMORY = [
  ...['64Mi', '512Mi', '1Gi', '1024M', '1500M', '2Gi', '2G', '2.5Gi', '3276Mi', '3996Mi', '4Gi', '4096Mi', '8092Mi'],
  ...['16Gi', '32Gi', '100Gi', '256Gi', '1Ti', '4194304Ki', '1.5G', '0.5Gi', '7777Mi', '5461Mi', '10922Mi', '2730Mi'],
];
/** Not whole in their own unit, in another notation, or at an edge of int64 and of rounding by thousands and 512. */
const ODD_MEMORY = [
  ...['1', '999', '1000', '1001', '511999', '512001', '999999999', '1073741825', '1e9', '3e9', '1E3', '1234567890123m'],
  ...['1500m', '1.1', '0.1Gi', '123456789.5Ki', '2147483647', '9007199254740993'],
  ...['+1Gi', '.5Gi', '5.Gi', '1e+9'],
];

/** More than Go's integers hold, so that it reckons with decimals of any length. */
const LONG_MEMORY = ['1.000000001Gi', '2.1234567Gi', '100Ti', '1Pi', '4Ei'];

/**
 * What is added to an overhead is never as long: with a ratio of almost 0, or of infinity, Go then rounds and overflows the
 * annotation of a pod in a way of its own, by two bytes or for a pod that the API server refuses.
 */
export const addedMemoryText: fc.Arbitrary<string> = weighted(
  [10, fc.constantFrom(...PLAIN_MEMORY)],
  [4, fc.constantFrom(...ODD_MEMORY)],
  [4, fc.integer({ min: 1, max: 600_000 }).map((count) => `${count}Mi`)],
  [2, fc.integer({ min: 1, max: 2 ** 41 }).map((bytes) => `${bytes}`)],
  [1, fc.integer({ min: 1, max: 2 ** 30 }).map((count) => `${count}Ki`)],
  [1, fc.integer({ min: 1, max: 999_999 }).map((count) => `${count / 1000}Gi`)],
);

export const memoryText = weighted([30, addedMemoryText], [1, fc.constantFrom(...LONG_MEMORY)]);

/** An amount of the KubeVirt CR. Its schema even allows a sign, but headroom says `unknown` to negative amounts. */
export const configuredMemoryText: fc.Arbitrary<string> = weighted(
  [6, addedMemoryText],
  [1, fc.constantFrom('0', '-0', '0Gi', '0.0')],
);

export const cpuText: fc.Arbitrary<string> = weighted(
  [6, fc.constantFrom('1', '2', '4', '8', '16', '500m', '1500m', '250m', '3', '1.5', '62m', '125m', '0.1', '0')],
  [3, fc.integer({ min: 1, max: 64_000 }).map((milli) => `${milli}m`)],
  [1, fc.constantFrom('100u', '1n', '1e1', '2.0005', '1k', '62500u', '0.0005')],
);

export const wholeCpuText: fc.Arbitrary<string> = fc.constantFrom('1', '2', '3', '4', '7', '8', '16', '2000m', '4e0');

/** `additionalGuestMemoryOverheadRatio` is a text that nothing validates. */
export const ratioText: fc.Arbitrary<string> = weighted(
  [12, fc.constantFrom('1.5', '1', '1.0', '2', '2.0', '4.5', '10.0', '', '0', '1.1', '1.333', '0.5', '3.14159')],
  [4, fc.integer({ min: 1000, max: 30_000 }).map((thousandths) => `${thousandths / 1000}`)],
  [2, fc.double({ min: 0, max: 20, noNaN: true }).map((ratio) => `${ratio}`)],
  [2, fc.constantFrom('abc', '-1', ' 1.5', '1.5 ', '1e1', '1_5', '0x1p1', '+2', '.5', '2.', '1,5', '1.5f', '0x1.8p0')],
  [
    1,
    fc.constantFrom('NaN', 'inf', '-Inf', 'infinity', '1e400', '1e-400', '1e15', '-0', '0x', '1__5', '_1', '1e', '--1'),
  ],
);

/** A label's value: the grammar of labels leaves few of the hostile texts. */
export const ratioLabel: fc.Arbitrary<string> = fc.constantFrom(
  ...['1.2', '2.5', '0.5', '1', '0.999', '1.0000001', '3', 'abc', '1e1', 'NaN', 'inf', '1_5', '0x1p1', ''],
);
