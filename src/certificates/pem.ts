import { createPrivateKey, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

const PROBE = Buffer.from('headroom');

/** Of what is read from the cluster; a set takes some four kilobytes. */
export const LONGEST_PEM = 65_536;

/** One certificate in the form in which all are kept, so that equal ones are equal texts. */
function canonical(block: string): string | undefined {
  try {
    return `${new X509Certificate(block).toString().trim()}\n`;
  } catch {
    return undefined;
  }
}

/** The certificates of a PEM text, in order; undefined if there is anything else in it, or nothing. */
export function parseCertificates(text: string): readonly string[] | undefined {
  if (text.length > LONGEST_PEM) return undefined;
  const blocks = text.trim().split(BEGIN);
  if (blocks.length < 2 || blocks[0] !== '') return undefined;
  const certificates = blocks.slice(1).map((block) => {
    const body = block.trim();
    // What follows the end would be dropped without a word.
    return body.indexOf(END) === body.length - END.length ? canonical(`${BEGIN}\n${body}`) : undefined;
  });
  return certificates.every((each) => each !== undefined) ? certificates : undefined;
}

export function isEllipticKey(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/** A private key of the kind that headroom makes, in the form in which all are kept. */
export function parseKey(text: string): string | undefined {
  if (text.length > LONGEST_PEM) return undefined;
  try {
    const key = createPrivateKey(text);
    return isEllipticKey(key) ? key.export({ type: 'pkcs8', format: 'pem' }).toString() : undefined;
  } catch {
    return undefined;
  }
}

/** By a signature: a key names its public half itself, and OpenSSL takes its word for it. */
export function belongTogether(certificate: string, key: string): boolean {
  const signature = sign('sha256', PROBE, key);
  return verify('sha256', PROBE, new X509Certificate(certificate).publicKey, signature);
}

/** Able to sign serving certificates, and made as headroom makes them. */
export function isAuthority(certificate: string): boolean {
  const parsed = new X509Certificate(certificate);
  return parsed.ca && isEllipticKey(parsed.publicKey);
}
