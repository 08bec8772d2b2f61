import type { Agent, IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Api, ApiAnswer, ApiCall } from './api.ts';
import { retire, send } from './api-connections.ts';
import { isPlainPath } from './api-path.ts';
import { CredentialsError, messageOf } from './cluster-error.ts';
import { type Credentials, KubeCredentials } from './kube-credentials.ts';

/** A call that is given up after so long has met a connection that is dead, or an API server that is very slow. */
const SUSPICIOUS_MILLISECONDS = 1000;
/** Connections are not made anew more often than that, whatever the API server is like. */
const RENEWAL_MILLISECONDS = 5000;

export interface ApiOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * Opens the cluster of a kubeconfig, or of the pod that this runs in, in kubectl's order: the file given, KUBECONFIG,
 * `~/.kube/config`, the pod's service account. Nothing is called yet. Throws KubeconfigError.
 */
export function openApi({ kubeconfig, context }: ApiOptions): Api {
  const credentials = new KubeCredentials(kubeconfig, context);
  return new ApiClient(credentials);
}

class ApiClient implements Api {
  readonly server: string;
  readonly origin: string;
  readonly namespace: string | undefined;
  readonly #credentials: KubeCredentials;
  #open: { readonly identity: string; readonly agent: Promise<Agent>; readonly since: number } | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(credentials: KubeCredentials) {
    this.#credentials = credentials;
    this.server = credentials.server;
    this.origin = credentials.origin;
    this.namespace = credentials.namespace;
  }

  async call(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
    if (!isPlainPath(call.path))
      return { kind: 'unanswered', message: 'a name in the path of the call is no name of Kubernetes' };
    const start = performance.now();
    const answer = await this.#attempt(call, signal);
    // The API server may close an idle connection just when it is used again. What only reads can be asked twice.
    const isWorthAnother = answer.kind === 'unanswered' && answer.isCutOff === true && call.method === 'GET';
    if (!isWorthAnother) return answer;
    // Whatever cut it off may have cut off all that were open then.
    if (this.#open !== undefined && this.#open.since <= start) this.#retireOpen();
    return this.#attempt(call, signal);
  }

  async close(): Promise<void> {
    this.#retireOpen();
  }

  async #attempt(call: ApiCall, signal: AbortSignal): Promise<Answer> {
    const start = performance.now();
    const answer = await unlessAborted(() => this.#ask(call, signal), signal);
    if (signal.aborted) this.#suspect(start);
    return answer;
  }

  async #ask(call: ApiCall, signal: AbortSignal): Promise<Answer> {
    try {
      const credentials = await this.#credentials.current();
      const agent = await this.#agentFor(credentials);
      const body = call.body === undefined ? undefined : JSON.stringify(call.body);
      const headers = { ...credentials.headers, ...headersOf(call, body) };
      const response = await send(urlOf(this.server, call), { agent, method: call.method, headers, signal }, body);
      return answerOf(response.statusCode ?? 0, response.headers, await text(response));
    } catch (error) {
      return { kind: 'unanswered', ...faultOf(error, signal), isCutOff: isCutOff(error) };
    }
  }

  /**
   * Connections that have died without a word die together, and an idle one is found out only by the call that is lost to
   * it, perhaps a minute later. So where a call is given up, those opened before it are not used again.
   */
  #suspect(start: number): void {
    const now = performance.now();
    if (this.#open === undefined || this.#open.since > start || now - start < SUSPICIOUS_MILLISECONDS) return;
    if (now - this.#renewedAt < RENEWAL_MILLISECONDS) return;
    this.#renewedAt = now;
    this.#retireOpen();
  }

  #retireOpen(): void {
    // One that could not be made has been told of by the calls that were to use it.
    this.#open?.agent.then(retire, () => undefined);
    this.#open = undefined;
  }

  /** One for as long as the credentials are the same: a connection costs a TLS handshake, five times a read. */
  #agentFor({ identity, openAgent }: Credentials): Promise<Agent> {
    if (this.#open?.identity !== identity) {
      this.#retireOpen();
      const open = { identity, agent: openAgent(), since: performance.now() };
      this.#open = open;
      // A file that could not be read may be there at the next call.
      open.agent.catch(() => {
        if (this.#open === open) this.#open = undefined;
      });
    }
    return this.#open.agent;
  }
}

function headersOf(call: ApiCall, body: string | undefined): Record<string, string | number> {
  return {
    accept: call.accept ?? 'application/json',
    // The API server's audit log names it.
    'user-agent': 'headroom',
    ...(body !== undefined && {
      'content-type': call.contentType ?? 'application/json',
      'content-length': Buffer.byteLength(body),
    }),
  };
}

/** A call that waits in line for a connection heeds no signal, nor does a command that is asked for credentials. */
async function unlessAborted(attempt: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  const late: Answer = { kind: 'unanswered', message: 'no answer in time' };
  if (signal.aborted) return late;
  const { promise: aborted, resolve } = Promise.withResolvers<Answer>();
  const onAbort = (): void => resolve(late);
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([attempt(), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

type Answer = ApiAnswer & { readonly isCutOff?: boolean };

function urlOf(server: string, { path, query }: ApiCall): string {
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
  return `${server.replace(/\/$/, '')}${path}${search}`;
}

function answerOf(code: number, { warning, date }: IncomingHttpHeaders, given: string): Answer {
  const warnings = warningTexts(warning);
  const body = parsed(given);
  if (code < 300) {
    return body === undefined
      ? { kind: 'unanswered', message: `the API server answered ${code} with something that is not JSON` }
      : { kind: 'done', body, warnings, ...dated(date) };
  }
  const { reason, message } = statusOf(body);
  return { kind: 'refused', code, reason, message: message || `HTTP status ${code}`, warnings, ...dated(date) };
}

function dated(date: string | undefined): { readonly answeredAt?: Date } {
  const answeredAt = new Date(date ?? Number.NaN);
  return Number.isNaN(answeredAt.getTime()) ? {} : { answeredAt };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function statusOf(body: unknown): { readonly reason: string; readonly message: string } {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { reason: text(fields.reason), message: text(fields.message) };
}

/** RFC 7234: `299 - "text"`, one after the other; a quote inside the text is escaped. */
function warningTexts(header = ''): readonly string[] {
  return [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text]) => (text ?? '').replace(/\\(.)/g, '$1'));
}

const CUT_OFF = new Set(['ECONNRESET', 'EPIPE']);

function codeOf(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return hasCode ? String(error.code) : '';
}

function isCutOff(error: unknown): boolean {
  return CUT_OFF.has(codeOf(error));
}

function faultOf(error: unknown, signal: AbortSignal): Omit<Extract<ApiAnswer, { kind: 'unanswered' }>, 'kind'> {
  if (signal.aborted) return { message: 'no answer in time' };
  const code = codeOf(error);
  const message = messageOf(error);
  return {
    message: code === '' || message.includes(code) ? message : `${message} (${code})`,
    ...(code !== '' && { code }),
    ...(error instanceof CredentialsError && { cause: 'credentials' }),
  };
}
