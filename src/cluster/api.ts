/** One call of the Kubernetes API. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root, for example `/api/v1/namespaces/default/pods`; its parts have been checked to be names. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The form of the answer; `application/json` without it. */
  readonly accept?: string;
  /** Of the body; a patch says here of which kind it is. `application/json` without it. */
  readonly contentType?: string;
}

/** What came of a call. That an API server says no, or nothing, is an answer like any other, never an exception. */
export type ApiAnswer =
  | {
      readonly kind: 'done';
      readonly body: unknown;
      /** Texts of the answer's Warning headers: what admission webhooks had to say. */
      readonly warnings: readonly string[];
      /** By the API server's own clock, to the second. */
      readonly answeredAt?: Date;
    }
  | {
      readonly kind: 'refused';
      readonly code: number;
      /** metav1.Status' own, for example `NotFound`, `Conflict`, `Forbidden`; empty where it gave none. */
      readonly reason: string;
      readonly message: string;
      readonly warnings: readonly string[];
      readonly answeredAt?: Date;
    }
  /** No answer: not connected, cut off, too slow, or not JSON. */
  | {
      readonly kind: 'unanswered';
      readonly message: string;
      /** Of the error behind it, for example `ECONNREFUSED`. */
      readonly code?: string;
      /** Nobody was asked: there was nothing to say who we are with. */
      readonly cause?: 'credentials';
    };

/** A connection to an API server, with whatever credentials it needs. */
export interface Api {
  call(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer>;
  /** The API server's URL. */
  readonly server: string;
  /** Where the server and our credentials are taken from, in words. */
  readonly origin?: string;
  /** Namespace of the kubeconfig's context, or the pod's own. */
  readonly namespace: string | undefined;
  close(): Promise<void>;
}

/** Why a call came to nothing, to end a sentence with. */
export function whyNot(answer: Exclude<ApiAnswer, { kind: 'done' }>): string {
  return answer.kind === 'refused' ? `${answer.code} ${answer.message}` : answer.message;
}
