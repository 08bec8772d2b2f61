import type { CertificateSource } from './certificate-source.ts';
import { createSelfSigned } from './self-signed.ts';
import { writeCaFile } from './tls-files.ts';

/** A certificate for trying things out: made at the start, trusted by whoever is given the file with its CA. */
export function selfSigned(host: string | undefined): CertificateSource {
  return {
    start: async (onPair) => {
      const { ca, cert, key } = await createSelfSigned(host, new Date());
      onPair({ cert, key });
      return { caFile: await writeCaFile(ca) };
    },
  };
}
