import { X509Certificate } from 'node:crypto';

/** Both PEM; the certificate is a single one. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

/** What a server answers with: the certificate followed by the CA that issued it, and its key. PEM. */
export interface ServingPair {
  readonly cert: string;
  readonly key: string;
}

/** Everything the Secret holds, checked: replicas that hold the same set serve the same certificate. */
export interface CertificateSet {
  /** Every CA that callers have to trust, PEM each, the issuer among them. */
  readonly bundle: readonly string[];
  readonly issuer: CertificateAndKey;
  readonly leaf: CertificateAndKey;
  /** A CA that callers are told to trust before the first certificate is signed by it. */
  readonly next?: CertificateAndKey;
  /** When the last certificate signed by a former CA of the bundle has ended, so that it can be dropped. */
  readonly formerUntil?: Date;
}

export function servingPair({ leaf, issuer }: CertificateSet): ServingPair {
  return { cert: leaf.certificate + issuer.certificate, key: leaf.key };
}

export function endOf(certificate: string): Date {
  return new Date(new X509Certificate(certificate).validTo);
}

/** A certificate is worth no more than the CA behind it. */
export function endOfServing({ leaf, issuer }: CertificateSet): Date {
  const ends = [endOf(leaf.certificate), endOf(issuer.certificate)];
  return new Date(Math.min(...ends.map((end) => end.getTime())));
}

/** CAs of the bundle that sign nothing any more. */
export function formerAuthorities({ bundle, issuer, next }: CertificateSet): readonly string[] {
  return bundle.filter((each) => each !== issuer.certificate && each !== next?.certificate);
}

export function withTrusted(set: CertificateSet, authorities: readonly string[]): CertificateSet {
  return { ...set, bundle: [...new Set([...set.bundle, ...authorities])] };
}
