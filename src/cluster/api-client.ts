import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import type { Api, ApiAnswer, ApiCall } from './api.ts';
import { isPlainPath } from './api-path.ts';
import { CredentialsError, messageOf } from './cluster-error.ts';
import { type Credentials, KubeCredentials, type Transport } from './kube-credentials.ts';

/** Just below the 90 s after which the API server closes an idle connection itself. */
const KEEP_ALIVE_MILLISECONDS = 80_000;
/** A connection that is not up by then is tried anew by the next call. */
const CONNECT_MILLISECONDS = 3000;
/** More calls at a time wait in line: what one process asks must not crowd out the API server's other clients. */
const CONNECTIONS = 16;
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
  #open: { readonly identity: string; readonly dispatcher: Dispatcher; readonly since: number } | undefined;
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
    const answer = await unlessAborted(() => this.#attempt(call, signal), signal);
    // The API server may close an idle connection just when it is used again. What only reads can be asked twice.
    const isWorthAnother = answer.kind === 'unanswered' && answer.isCutOff === true && call.method === 'GET';
    return isWorthAnother ? unlessAborted(() => this.#attempt(call, signal), signal) : answer;
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.dispatcher.close();
  }

  async #attempt(call: ApiCall, signal: AbortSignal): Promise<Answer> {
    const start = performance.now();
    try {
      const credentials = await this.#credentials.current();
      const { statusCode, headers, body } = await request(urlOf(this.server, call), {
        dispatcher: this.#dispatcherFor(credentials),
        method: call.method,
        headers: { ...credentials.headers, ...headersOf(call) },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal,
      });
      return answerOf(statusCode, headers, await body.text());
    } catch (error) {
      if (signal.aborted) this.#suspect(start);
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
    void this.#open.dispatcher.close();
    this.#open = undefined;
  }

  /** One for as long as the credentials are the same: a connection costs a TLS handshake, five times a read. */
  #dispatcherFor({ identity, transport }: Credentials): Dispatcher {
    if (this.#open?.identity === identity) return this.#open.dispatcher;
    // Calls that are under way on the old one are answered first.
    void this.#open?.dispatcher.close();
    this.#open = { identity, dispatcher: dispatcherOf(transport), since: performance.now() };
    return this.#open.dispatcher;
  }
}

function headersOf(call: ApiCall): Record<string, string> {
  return {
    accept: 'application/json',
    // The API server's audit log names it.
    'user-agent': 'headroom',
    ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
  };
}

/** undici heeds a signal once a connection is up, and waits for one that never comes up until its own time is over. */
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

/**
 * HTTP/1.1: a call that is given up takes its connection with it. The one connection of HTTP/2 would be used again, be it
 * dead or not, until the kernel finds out.
 */
function dispatcherOf(transport: Transport): Dispatcher {
  const pool = {
    connections: CONNECTIONS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    connectTimeout: CONNECT_MILLISECONDS,
    allowH2: false,
  };
  switch (transport.type) {
    case 'none':
      return new Agent(pool);
    case 'agent':
      return new Agent({ ...pool, connect: transport.connect });
    case 'proxy':
      return new ProxyAgent({ ...pool, uri: transport.uri, requestTls: transport.requestTls });
    case 'socks':
      return transport.dispatcher;
    default:
      return transport satisfies never;
  }
}

function urlOf(server: string, { path, query }: ApiCall): string {
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
  return `${server.replace(/\/$/, '')}${path}${search}`;
}

function answerOf(code: number, { warning, date }: Headers, text: string): Answer {
  const warnings = warningTexts(warning);
  const body = parsed(text);
  if (code < 300) {
    return body === undefined
      ? { kind: 'unanswered', message: `the API server answered ${code} with something that is not JSON` }
      : { kind: 'done', body, warnings, ...dated(date) };
  }
  const { reason, message } = statusOf(body);
  return { kind: 'refused', code, reason, message: message || `HTTP status ${code}`, warnings, ...dated(date) };
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function dated(date: string | string[] | undefined): { readonly answeredAt?: Date } {
  const answeredAt = new Date(typeof date === 'string' ? date : Number.NaN);
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
function warningTexts(header: string | string[] | undefined): readonly string[] {
  const lines = header === undefined ? [] : [header].flat();
  return lines.flatMap((line) =>
    [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text]) => (text ?? '').replace(/\\(.)/g, '$1')),
  );
}

const CUT_OFF = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

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
