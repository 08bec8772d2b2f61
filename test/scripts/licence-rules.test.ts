import { describe, expect, test } from '@jest/globals';
import { bundleFault, handedOn, needlessExceptions, workFault } from '../../scripts/bundle/licence-rules.ts';

const withLicence = (licence: string | undefined, texts = ['text']) => ({
  name: 'one',
  version: '1.0.0',
  licence,
  texts,
});

describe('in the bundle', () => {
  test.each(['MIT', 'Apache-2.0', 'ISC', 'BSD-3-Clause', '0BSD', '(MIT OR GPL-3.0-only)', 'MIT AND ISC'])(
    'may be a package of licence %s',
    (licence) => expect(bundleFault(withLicence(licence))).toBeUndefined(),
  );

  test.each([undefined, '', 'UNLICENSED', 'GPL-3.0-only', 'MPL-2.0', 'MIT AND GPL-3.0-only', 'SEE LICENSE IN LICENSE'])(
    'may be none of licence %j',
    (licence) => expect(bundleFault(withLicence(licence))).toContain('one 1.0.0'),
  );

  test('a package that brings no text of its licence may not be', () => {
    expect(bundleFault(withLicence('MIT', []))).toBe('one 1.0.0 (MIT) brings no text of its licence');
  });

  test('a package whose text is elsewhere is handed on with that text', () => {
    const logging = { name: 'abstract-logging', version: '2.0.1', licence: 'MIT', texts: [] };
    expect(bundleFault(logging)).toBeUndefined();
    expect(handedOn(logging).join('')).toContain('Permission is hereby granted');
  });
});

describe('for work alone', () => {
  test.each(['MIT', 'MPL-2.0', 'CC-BY-4.0', 'MIT OR Apache-2.0'])('may be a package of licence %s', (licence) => {
    expect(workFault(withLicence(licence))).toBeUndefined();
  });

  test.each([undefined, 'AGPL-3.0-only', 'MIT AND AGPL-3.0-only'])('may be none of licence %j', (licence) => {
    expect(workFault(withLicence(licence))).toContain('one 1.0.0');
  });

  test('an exception that no package needs is named', () => {
    expect(needlessExceptions(['MIT', '(MIT OR MPL-2.0)', 'PSF-2.0'])).toEqual(['CC-BY-4.0']);
  });
});
