import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CertificateAndKey, CertificateSet } from '../../src/certificates/certificate-set.ts';
import { createAuthority, createLeaf } from '../../src/certificates/issue.ts';
import { readSet, type SecretData, writeSet } from '../../src/certificates/secret-data.ts';

const now = new Date('2026-11-22T12:00:00Z');
const HOUR = 3_600_000;

const hoursLater = (hours: number) => new Date(now.getTime() + hours * HOUR);
const encode = (text: string) => Buffer.from(text).toString('base64');

let set: CertificateSet;
let data: SecretData;
let other: CertificateAndKey;
let otherLeaf: CertificateAndKey;

async function createSet(begin: Date): Promise<CertificateSet> {
  const end = new Date(begin.getTime() + 4 * HOUR);
  const issuer = await createAuthority('headroom CA one', { now: begin, notAfter: end });
  const leaf = await createLeaf(issuer, ['headroom.ns.svc'], { now: begin, notAfter: end });
  return { bundle: [issuer.certificate], issuer, leaf };
}

beforeAll(async () => {
  set = await createSet(now);
  data = writeSet(set, {});
  other = await createAuthority('headroom CA two', { now, notAfter: hoursLater(4) });
  otherLeaf = await createLeaf(other, ['headroom.ns.svc'], { now, notAfter: hoursLater(4) });
});

function faultOf(changes: Readonly<Record<string, string>>, at = now): string {
  const changed = Object.fromEntries(Object.entries(changes).map(([key, text]) => [key, encode(text)]));
  const reading = readSet({ ...data, ...changed }, at);
  return reading.kind === 'faulty' ? reading.fault : reading.kind;
}

describe('the content of a Secret', () => {
  test('is read as it was written', () => {
    const next = { ...set, bundle: [...set.bundle, other.certificate], next: other, formerUntil: hoursLater(2) };
    for (const each of [set, next]) expect(readSet(writeSet(each, {}), now)).toEqual({ kind: 'whole', set: each });
  });

  test('keeps keys of others, and loses its own that are over', () => {
    const written = writeSet(set, { 'next-ca.key': encode('old'), note: encode('of another') });
    expect(Object.keys(written).sort()).toEqual(['ca.crt', 'ca.key', 'note', 'tls.crt', 'tls.key']);
  });

  test('is empty without a key of headroom', () => {
    expect(readSet({}, now)).toEqual({ kind: 'empty' });
    expect(readSet({ note: encode('x') }, now)).toEqual({ kind: 'empty' });
  });

  test('is the same after white space and other line ends of an editor', () => {
    expect(readSet({ ...data, 'ca.crt': encode(`\n${set.bundle[0]!.replaceAll('\n', '\r\n')}\n\n`) }, now)).toEqual({
      kind: 'whole',
      set,
    });
  });
});

describe('refused is', () => {
  test('a key of another certificate', () => {
    expect(faultOf({ 'tls.key': other.key })).toBe('tls.key is not the P-256 key of tls.crt');
    expect(faultOf({ 'ca.key': otherLeaf.key })).toBe('ca.key is not the P-256 key of the CA in tls.crt');
  });

  test('a serving certificate of another CA', () => {
    expect(faultOf({ 'tls.crt': otherLeaf.certificate + set.issuer.certificate, 'tls.key': otherLeaf.key })).toBe(
      'the CA in tls.crt has not issued it',
    );
  });

  test('a CA that callers would not be told to trust', () => {
    expect(faultOf({ 'ca.crt': other.certificate })).toBe('ca.crt lacks the CA in tls.crt');
  });

  test('a chain of another length', () => {
    for (const chain of [set.leaf.certificate, set.leaf.certificate + set.issuer.certificate + other.certificate]) {
      expect(faultOf({ 'tls.crt': chain })).toBe('tls.crt is not a certificate and its CA');
    }
  });

  test('a CA that is none', () => {
    const fault = 'ca.crt is not a list of P-256 CA certificates';
    expect(faultOf({ 'ca.crt': set.bundle[0]! + set.leaf.certificate })).toBe(fault);
    expect(faultOf({ 'tls.crt': set.issuer.certificate.repeat(2), 'tls.key': set.issuer.key })).toBe(
      'tls.crt does not begin with a serving certificate',
    );
  });

  test('a leaf in the place of the CA', () => {
    const chain = otherLeaf.certificate + set.leaf.certificate;
    expect(faultOf({ 'tls.crt': chain, 'tls.key': otherLeaf.key, 'ca.key': set.leaf.key })).toBe(
      'ca.crt lacks the CA in tls.crt',
    );
  });

  test('a key of another kind', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const curve = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey;
    const edwards = generateKeyPairSync('ed25519').privateKey;
    for (const key of [rsa, curve, edwards]) {
      const text = key.export({ type: 'pkcs8', format: 'pem' }).toString();
      expect(faultOf({ 'tls.key': text })).toBe('tls.key is not the P-256 key of tls.crt');
    }
  });

  test('a key that a password protects, without asking anybody for it', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const text = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' });
    expect(faultOf({ 'tls.key': text.toString() })).toMatch(/^tls.key is not/);
  });

  test('a text around the certificates', () => {
    for (const text of [
      `hello\n${set.bundle[0]}`,
      `${set.bundle[0]}hello`,
      set.bundle[0]!.slice(0, -10),
      'hello',
      '',
    ]) {
      expect(faultOf({ 'ca.crt': text })).toBe('ca.crt is not a list of P-256 CA certificates');
    }
  });

  test('more than anybody needs', () => {
    expect(faultOf({ 'ca.crt': set.bundle[0]!.repeat(2000) })).toBe('it is too large');
    expect(faultOf({ 'next-ca.crt': 'A'.repeat(2_000_000) })).toBe('it is too large');
  });

  test('a certificate that begins in the far future, but not one of a replica whose clock is fast', async () => {
    const future = writeSet(await createSet(hoursLater(48)), {});
    expect(readSet(future, now)).toEqual({ kind: 'faulty', fault: 'tls.crt begins in the future' });
    expect(readSet(writeSet(await createSet(hoursLater(2)), {}), now).kind).toBe('whole');
  });
});

test('a certificate that has ended is not refused: its CA can sign another', () => {
  expect(readSet(data, hoursLater(100)).kind).toBe('whole');
});

test.each([
  ['without its key', () => ({ 'next-ca.crt': encode(other.certificate) })],
  [
    'with the key of another',
    () => ({ 'next-ca.crt': encode(other.certificate), 'next-ca.key': encode(set.issuer.key) }),
  ],
  ['that callers do not trust', () => ({ 'next-ca.crt': encode(other.certificate), 'next-ca.key': encode(other.key) })],
])('a next CA %s counts as none', (_, next) => {
  expect(readSet({ ...data, ...next() }, now)).toEqual({ kind: 'whole', set });
});

test.each(['', 'tomorrow', '2026-13-45T00:00:00Z', '+275760-09-13T00:00:00.000Z'])(
  '%j is no date of a former CA',
  (text) => {
    expect(readSet({ ...data, 'former-ca-until': encode(text) }, now)).toEqual({ kind: 'whole', set });
  },
);

test('no content of a Secret throws, and what is read as whole has a certificate that its bundle has signed', () => {
  const key = fc.constantFrom(
    'ca.crt',
    'ca.key',
    'tls.crt',
    'tls.key',
    'next-ca.crt',
    'next-ca.key',
    'former-ca-until',
  );
  const text = fc.oneof(
    fc.string(),
    fc
      .constantFrom(...['ca.crt', 'ca.key', 'tls.crt', 'tls.key'])
      .map((each) => Buffer.from(data[each]!, 'base64').toString()),
    fc.tuple(key, fc.nat(1200), fc.string({ maxLength: 3 })).map(([each, at, cut]) => {
      const former = Buffer.from(data[each] ?? '', 'base64').toString();
      return former.slice(0, at) + cut + former.slice(at + cut.length);
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(key, text, { maxKeys: 3 }), (changes) => {
      const changed = Object.fromEntries(Object.entries(changes).map(([each, value]) => [each, encode(value)]));
      const reading = readSet({ ...data, ...changed }, now);
      if (reading.kind !== 'whole') return;
      const leaf = new X509Certificate(reading.set.leaf.certificate);
      expect(reading.set.bundle.some((each) => leaf.verify(new X509Certificate(each).publicKey))).toBe(true);
    }),
    { numRuns: 300 },
  );
});
