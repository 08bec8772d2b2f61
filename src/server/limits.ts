/** What one caller can make the server do. */
export interface ServerLimits {
  readonly bodyLimitBytes: number;
  /** Of all requests together that are not answered yet. */
  readonly bodiesInFlightBytes: number;
  readonly connections: number;
  /** From the first byte of a request to its last; else a slow sender holds a connection for ever. */
  readonly requestTimeoutSeconds: number;
  readonly headersTimeoutSeconds: number;
  readonly handshakeTimeoutSeconds: number;
  readonly keepAliveSeconds: number;
  /** Time for one decision; below the webhook's `timeoutSeconds`. */
  readonly decisionTimeoutSeconds: number;
  /** A busier event loop than this sheds its load. */
  readonly eventLoopDelaySeconds: number;
}

const MEBIBYTE = 1024 * 1024;

export const defaultLimits: ServerLimits = Object.freeze({
  // The API server takes objects of 3 MiB; a review can hold the new one and the old one, and a little besides.
  bodyLimitBytes: 7 * MEBIBYTE,
  // Two of the largest; the chart's memory limit leaves room for a few times as much besides a process at rest.
  bodiesInFlightBytes: 16 * MEBIBYTE,
  // An idle one takes 65 KiB. An API server that has 200 creations in hand at a time opens as many.
  connections: 1200,
  requestTimeoutSeconds: 10,
  headersTimeoutSeconds: 5,
  handshakeTimeoutSeconds: 5,
  // The API server's idle connections live as long; closing ours first would fail the call that is just being sent.
  keepAliveSeconds: 90,
  decisionTimeoutSeconds: 4,
  eventLoopDelaySeconds: 1,
});
