import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import type { ClusterClient, Stored } from './cluster.ts';

export const SECRET = { kind: 'Secret', name: 'headroom-certificates', namespace: 'headroom-system' };
export const CONFIGURATIONS = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({
  kind,
  name: 'headroom',
}));

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What the replicas agree on, and what the API server has been told. Fingerprints. */
export interface KeptCertificates {
  readonly leaf: string;
  /** Of the leaf. */
  readonly issuer: string;
  /** Authorities in the Secret. */
  readonly bundle: readonly string[];
  /** Authorities of each webhook. */
  readonly trusted: readonly (readonly string[])[];
}

interface Webhook {
  readonly clientConfig: { readonly caBundle?: string };
}

export function webhooksIn(configuration: Stored): readonly Webhook[] {
  return configuration.webhooks as readonly Webhook[];
}

function fingerprintsIn(base64: string | undefined): readonly string[] {
  const certificates = Buffer.from(base64 ?? '', 'base64')
    .toString('utf8')
    .matchAll(CERTIFICATE);
  return [...certificates].map(([certificate]) => new X509Certificate(certificate).fingerprint256);
}

/** Throws while the Secret is not there, or has no certificates. */
export async function readKeptCertificates(cluster: ClusterClient): Promise<KeptCertificates> {
  const { data = {} } = await cluster.get(SECRET);
  const [leaf, issuer] = fingerprintsIn(data['tls.crt']);
  if (leaf === undefined || issuer === undefined) throw new Error('the Secret holds no certificate');
  const configurations = await Promise.all(CONFIGURATIONS.map((reference) => cluster.get(reference)));
  const trusted = configurations.flatMap(webhooksIn).map(({ clientConfig }) => fingerprintsIn(clientConfig.caBundle));
  return { leaf, issuer, bundle: fingerprintsIn(data['ca.crt']), trusted };
}

/** Fingerprint of what is served on a port of loopback at this moment. */
export function servedAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // Whom to trust is not asked here: what it is, is.
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
