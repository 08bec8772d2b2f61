import fc from 'fast-check';

/** What somebody would try as a name: ways out of a path, a line, a quote, a tag, a shell, JavaScript's own names. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  '.',
  '..',
  '../..',
  '../../../../api/v1/secrets',
  '..%2f..%2fsecrets',
  '%2e%2e',
  '%2E%2e/x',
  'a/b',
  'a..b',
  'a.',
  '-a',
  'a%2fb',
  'a?watch=true',
  'a#b',
  'a;b',
  'a&b=c',
  'a\\..\\b',
  '/',
  '//evil.example/x',
  '@evil.example',
  'a b',
  'A',
  'ünïcode',
  'a\u2024\u2024b',
  '\uff0e\uff0e\uff0fx',
  'x'.repeat(300),
  `${'x'.repeat(60)}.`.repeat(5),
  'a\r\nx-injected: 1',
  'a\nb',
  'a\u0000b',
  '\u001b]0;owned\u0007',
  '\u009b31m',
  '\u202egnp.exe',
  '\u2066x\u2069',
  'a\u200bb',
  'a\u2028b',
  '\ud800',
  '"quoted"',
  "it's",
  '`id`',
  '$(id)',
  '; id;',
  '| id',
  '--all',
  '-n',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</script><script>alert(1)</script>',
  '</style>',
  '<!--',
  ']]>',
  'javascript:alert(1)',
  '{{constructor}}',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '*',
  '!!js/function x',
  '&anchor',
  '%s%d%j',
];

/** A text of anybody's making. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...HOSTILE_TEXTS), { minLength: 2, maxLength: 3 }).map((parts) => parts.join('')),
);

/** Kubernetes' own rule of a DNS subdomain, in its own words (RFC 1123). */
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export function isName(text: string): boolean {
  return text.length <= 253 && DNS_SUBDOMAIN.test(text);
}

/** All that steers a terminal, hides in it, or begins a line; line ends are for the caller to allow. */
export const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
export const STEERING_BUT_LINE_ENDS = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;

/** What JavaScript's own objects hold: to be the same after hostile input as before. */
export function ownObjects(): unknown {
  const of = (object: object) => Object.getOwnPropertyNames(object).sort();
  return [Object, Object.prototype, Function.prototype, Array.prototype, String.prototype, Map.prototype].map(of);
}
