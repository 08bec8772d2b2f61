import { createAuthority, createLeaf } from '../certificates/issue.ts';

const VALID_MILLISECONDS = 365 * 24 * 3_600_000;

export interface SelfSigned {
  /** What a client has to trust, PEM. Its key is never exported. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A CA of one certificate, and that certificate, for this machine and `host`: enough to try the webhook out. */
export async function createSelfSigned(host: string | undefined, now: Date): Promise<SelfSigned> {
  const validity = { now, notAfter: new Date(now.getTime() + VALID_MILLISECONDS) };
  const authority = await createAuthority('headroom self-signed CA', validity);
  const hosts = ['localhost', '127.0.0.1', '::1', ...(host ? [host] : [])];
  const { certificate, key } = await createLeaf(authority, hosts, validity);
  return { ca: authority.certificate, cert: certificate, key };
}
