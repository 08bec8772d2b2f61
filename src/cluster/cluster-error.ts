/** A kubeconfig that cannot be used; the message says which and why. */
export class KubeconfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'KubeconfigError';
  }
}

/** Nothing there to say who we are with: no file, no token, a command that failed. */
export class CredentialsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CredentialsError';
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
  if (typeof error !== 'object' || error === null) return String(error);
  // A host of several addresses that all fail: the error for all of them says nothing itself.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return 'message' in error ? String(error.message) : String(error);
}
