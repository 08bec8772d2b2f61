import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { KeyedCertificate } from './certificates.ts';

/** How to reach the API server, and as whom. */
export interface Connection {
  readonly server: string;
  readonly ca: string;
  readonly client?: KeyedCertificate;
  readonly token?: string;
  /** Of the kubeconfig's context. */
  readonly namespace?: string;
  readonly kubeconfig: string;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** The user to act as, as `kubectl --as`. */
  readonly as?: string;
}

export interface Answer {
  readonly status: number;
  /** Parsed if it is JSON, else text. */
  readonly body: unknown;
  readonly warnings: readonly string[];
}

export interface OpenConnection {
  call(call: Call): Promise<Answer>;
  close(): Promise<void>;
}

const TIMEOUT_MILLISECONDS = 30_000;

/** Writes PATH.kubeconfig, which kubectl, helm and headroom read. */
export async function writeConnection(path: string, parts: Omit<Connection, 'kubeconfig'>): Promise<Connection> {
  const { server, ca, client, token, namespace } = parts;
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const user = {
    ...(client && { 'client-certificate-data': encoded(client.cert), 'client-key-data': encoded(client.key) }),
    ...(token !== undefined && { token }),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'e2e', cluster: { server, 'certificate-authority-data': encoded(ca) } }],
    users: [{ name: 'e2e', user }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e', ...(namespace && { namespace }) } }],
    'current-context': 'e2e',
  };
  const kubeconfig = `${path}.kubeconfig`;
  // JSON is YAML too.
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  return { ...parts, kubeconfig };
}

export function openConnection({ server, ca, client, token }: Connection): OpenConnection {
  const dispatcher = new Agent({ connect: { ca, ...client }, connections: 16 });
  return {
    call: async ({ method, path, query, body, contentType = 'application/json', as }) => {
      const {
        statusCode,
        headers,
        body: stream,
      } = await request(`${server}${path}`, {
        dispatcher,
        method,
        ...(query && { query }),
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(as !== undefined && { 'impersonate-user': as }),
          ...(body !== undefined && { 'content-type': contentType }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headersTimeout: TIMEOUT_MILLISECONDS,
        bodyTimeout: TIMEOUT_MILLISECONDS,
      });
      const text = await stream.text();
      const isJson = String(headers['content-type']).startsWith('application/json');
      return { status: statusCode, body: isJson ? JSON.parse(text) : text, warnings: warningsIn(headers.warning) };
    },
    close: () => dispatcher.close(),
  };
}

/** Of `299 - "text"`, the text. */
function warningsIn(header: string | string[] | undefined): readonly string[] {
  const lines = header === undefined ? [] : [header].flat();
  return lines.flatMap((line) =>
    [...line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')),
  );
}
