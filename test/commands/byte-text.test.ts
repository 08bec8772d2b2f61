import { expect, test } from '@jest/globals';
import { mebibytesText, signedText } from '../../src/commands/byte-text.ts';

test.each([
  [0n, '0.0Mi', '0.0Mi'],
  [52_428n, '0.0Mi', '0.0Mi'],
  [-52_428n, '0.0Mi', '0.0Mi'],
  [52_429n, '0.1Mi', '+0.1Mi'],
  [-52_429n, '-0.1Mi', '-0.1Mi'],
  [442_497_017n, '422.0Mi', '+422.0Mi'],
  [-10_485_760n, '-10.0Mi', '-10.0Mi'],
])('%p bytes are %p, and %p more', (bytes, text, signed) => {
  expect([mebibytesText(bytes), signedText(bytes)]).toEqual([text, signed]);
});
