import type { CertificateLogger } from '../certificates/change-log.ts';
import type { CertificateSource } from './certificate-source.ts';
import { readTlsPair, type TlsFiles, watchTlsFiles } from './tls-files.ts';

/** Certificates that somebody else keeps, in files, and renews there. */
export function tlsFiles(files: Pick<TlsFiles, 'certFile' | 'keyFile'>, logger: CertificateLogger): CertificateSource {
  return {
    start: async (onPair, stopping) => {
      const pair = await readTlsPair(files.certFile, files.keyFile);
      onPair(pair);
      const stop = watchTlsFiles({ ...files, pair }, { onPair, logger });
      stopping.addEventListener('abort', stop);
      return {};
    },
  };
}
