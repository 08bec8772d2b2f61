/** A kubeconfig that cannot be used; the message says which and why. */
export class KubeconfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'KubeconfigError';
  }
}

/** Where nothing can be said at all, because not even the namespaces can be read. */
export class UnreadableCluster extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableCluster';
  }
}

/** What an error says, whichever library threw it. */
export function messageOf(error: unknown): string {
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return isError ? String(error.message) : String(error);
}
