// @peculiar/x509 takes its parts together by decorators, which need this first.
import 'reflect-metadata';
import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto';
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
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { CertificateAndKey } from './certificate-set.ts';
import { BACKDATED_MILLISECONDS } from './lifetimes.ts';

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' };

/** Until when a certificate is valid; from an hour before `now`, so that a client whose clock is behind accepts it. */
export interface Validity {
  readonly now: Date;
  readonly notAfter: Date;
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

function alternativeName(host: string): JsonGeneralName {
  return isIP(host) === 0 ? { type: 'dns', value: host } : { type: 'ip', value: host };
}

function datesOf({ now, notAfter }: Validity): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now.getTime() - BACKDATED_MILLISECONDS), notAfter };
}

function withKey(certificate: X509Certificate, { privateKey }: webcrypto.CryptoKeyPair): CertificateAndKey {
  const key = KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { certificate: `${certificate.toString('pem').trim()}\n`, key };
}

/** A CA that signs serving certificates and nothing below them. */
export async function createAuthority(commonName: string, validity: Validity): Promise<CertificateAndKey> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    ...datesOf(validity),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return withKey(certificate, keys);
}

/** A serving certificate, alone, for DNS names and IP addresses. */
export async function createLeaf(
  authority: CertificateAndKey,
  hosts: readonly string[],
  validity: Validity,
): Promise<CertificateAndKey> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=headroom',
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: createPrivateKey(authority.key).toCryptoKey(KEY_ALGORITHM, false, ['sign']),
    signingAlgorithm: SIGNING_ALGORITHM,
    ...datesOf(validity),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([...new Set(hosts)].map(alternativeName)),
      await AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return withKey(certificate, keys);
}
