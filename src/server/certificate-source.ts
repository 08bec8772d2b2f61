import type { TlsPair } from './app-options.ts';

/** Where a server's certificates come from, now and later. */
export interface CertificateSource {
  /**
   * Hands over the first pair, however long it takes to have one, and from then on each that takes its place, until
   * `stopping`. Rejects only for what a restart with other settings would mend.
   */
  start(onPair: (pair: TlsPair) => void, stopping: AbortSignal): Promise<StartedSource>;
}

export interface StartedSource {
  /** File with the CA of a certificate that was made for trying things out. */
  readonly caFile?: string;
}
