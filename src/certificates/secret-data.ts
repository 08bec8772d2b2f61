import { X509Certificate } from 'node:crypto';
import { type CertificateAndKey, type CertificateSet, servingPair } from './certificate-set.ts';
import { FUTURE_MILLISECONDS } from './lifetimes.ts';
import { belongTogether, isAuthority, isEllipticKey, LONGEST_PEM, parseCertificates, parseKey } from './pem.ts';

const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const KEYS = ['ca.crt', 'ca.key', 'tls.crt', 'tls.key', 'next-ca.crt', 'next-ca.key', 'former-ca-until'] as const;
type Key = (typeof KEYS)[number];

/** Of a Secret: key to base64. */
export type SecretData = Readonly<Record<string, string>>;

export type SetReading =
  | { readonly kind: 'whole'; readonly set: CertificateSet }
  | { readonly kind: 'empty' }
  /** What is wrong first, in words. No text of the Secret is in it: that may be a key. */
  | { readonly kind: 'faulty'; readonly fault: string };

export function isKnownKey(key: string): boolean {
  return (KEYS as readonly string[]).includes(key);
}

function textOf(data: SecretData, key: Key): string {
  return Buffer.from(data[key] ?? '', 'base64').toString('utf8');
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The data of a Secret; keys that are not headroom's stay in it. */
export function writeSet(set: CertificateSet, former: SecretData): SecretData {
  const { cert, key } = servingPair(set);
  const texts: Partial<Record<Key, string>> = {
    'ca.crt': set.bundle.join(''),
    'ca.key': set.issuer.key,
    'tls.crt': cert,
    'tls.key': key,
    ...(set.next && { 'next-ca.crt': set.next.certificate, 'next-ca.key': set.next.key }),
    ...(set.formerUntil && { 'former-ca-until': set.formerUntil.toISOString() }),
  };
  const others = Object.entries(former).filter(([name]) => !isKnownKey(name));
  return Object.fromEntries([...others, ...Object.entries(texts).map(([name, text]) => [name, encode(text)])]);
}

function readPair(certificate: string | undefined, keyText: string): CertificateAndKey | undefined {
  const key = parseKey(keyText);
  if (certificate === undefined || key === undefined || !belongTogether(certificate, key)) return undefined;
  return { certificate, key };
}

/** A half-written or foreign next CA is no fault of the set: it signs nothing yet, and another one can be made. */
function readNext(data: SecretData, bundle: readonly string[]): CertificateAndKey | undefined {
  const next = readPair(parseCertificates(textOf(data, 'next-ca.crt'))?.[0], textOf(data, 'next-ca.key'));
  return next !== undefined && bundle.includes(next.certificate) ? next : undefined;
}

function readDate(data: SecretData): Date | undefined {
  const text = textOf(data, 'former-ca-until');
  const date = new Date(/^\d{4}-\d{2}-\d{2}T[\d:.]{8,12}Z$/.test(text) ? text : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function leafFault(leaf: X509Certificate, issuer: X509Certificate): string | undefined {
  if (leaf.ca || !leaf.keyUsage?.includes(SERVER_AUTHENTICATION))
    return 'tls.crt does not begin with a serving certificate';
  if (!isEllipticKey(leaf.publicKey)) return 'tls.crt is not of a P-256 key';
  if (!leaf.checkIssued(issuer) || !leaf.verify(issuer.publicKey)) return 'the CA in tls.crt has not issued it';
  return undefined;
}

function beginsTooLate(certificates: readonly string[], now: Date): boolean {
  const latest = now.getTime() + FUTURE_MILLISECONDS;
  return certificates.some((each) => new X509Certificate(each).validFromDate.getTime() > latest);
}

function faulty(fault: string): SetReading {
  return { kind: 'faulty', fault };
}

/** The certificate that is served and the CA behind it, or what is wrong with them. */
function readIssued(data: SecretData, bundle: readonly string[]): Pick<CertificateSet, 'issuer' | 'leaf'> | string {
  const chain = parseCertificates(textOf(data, 'tls.crt'));
  if (chain?.length !== 2) return 'tls.crt is not a certificate and its CA';
  const leaf = readPair(chain[0], textOf(data, 'tls.key'));
  if (leaf === undefined) return 'tls.key is not the P-256 key of tls.crt';
  const issuer = readPair(chain[1], textOf(data, 'ca.key'));
  if (issuer === undefined) return 'ca.key is not the P-256 key of the CA in tls.crt';
  if (!bundle.includes(issuer.certificate)) return 'ca.crt lacks the CA in tls.crt';
  const fault = leafFault(new X509Certificate(leaf.certificate), new X509Certificate(issuer.certificate));
  return fault ?? { issuer, leaf };
}

function readParts(data: SecretData, now: Date): SetReading {
  if (KEYS.some((key) => (data[key]?.length ?? 0) > 2 * LONGEST_PEM)) return faulty('it is too large');
  const bundle = parseCertificates(textOf(data, 'ca.crt'));
  if (!bundle?.every(isAuthority)) return faulty('ca.crt is not a list of P-256 CA certificates');
  const issued = readIssued(data, bundle);
  if (typeof issued === 'string') return faulty(issued);
  if (beginsTooLate([issued.leaf.certificate, issued.issuer.certificate], now)) {
    return faulty('tls.crt begins in the future');
  }
  const next = readNext(data, bundle);
  const formerUntil = readDate(data);
  const set = { bundle: [...new Set(bundle)], ...issued, ...(next && { next }), ...(formerUntil && { formerUntil }) };
  return { kind: 'whole', set };
}

/** Whether the parts fit each other; that one has ended is not a fault here. `now` rules out the far future alone. */
export function readSet(data: SecretData, now: Date): SetReading {
  if (!Object.keys(data).some(isKnownKey)) return { kind: 'empty' };
  try {
    return readParts(data, now);
  } catch {
    // OpenSSL reads some certificates only as far as it is asked to.
    return faulty('a certificate in it is malformed');
  }
}
