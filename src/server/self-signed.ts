// @peculiar/x509 takes its parts together by decorators, which need this first.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const HOUR_MILLISECONDS = 3_600_000;
const VALID_DAYS = 365;

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' };

export interface SelfSigned {
  /** What a client has to trust, PEM. Its key is never exported. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

function alternativeName(host: string): JsonGeneralName {
  return isIP(host) === 0 ? { type: 'dns', value: host } : { type: 'ip', value: host };
}

/** An hour back, so that a client whose clock is behind accepts it. */
function validityFrom(now: Date): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - HOUR_MILLISECONDS),
    notAfter: new Date(now.getTime() + VALID_DAYS * 24 * HOUR_MILLISECONDS),
  };
}

async function createCa(now: Date, keys: webcrypto.CryptoKeyPair) {
  return X509CertificateGenerator.createSelfSigned({
    name: 'CN=headroom self-signed CA',
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    ...validityFrom(now),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

/** A CA of one certificate, and that certificate, for this machine and `host`: enough to try the webhook out. */
export async function createSelfSigned(host: string | undefined, now: Date): Promise<SelfSigned> {
  const caKeys = await generateKeys();
  const ca = await createCa(now, caKeys);
  const keys = await generateKeys();
  const hosts = new Set(['localhost', '127.0.0.1', '::1', ...(host ? [host] : [])]);
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=headroom',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: SIGNING_ALGORITHM,
    ...validityFrom(now),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([...hosts].map(alternativeName)),
      await AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    ca: ca.toString('pem'),
    cert: certificate.toString('pem'),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
