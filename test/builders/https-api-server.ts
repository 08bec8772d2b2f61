import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Api } from '../../src/cluster/api.ts';
import { openApi } from '../../src/cluster/api-client.ts';
import type { SelfSigned } from '../../src/server/self-signed.ts';
import type { Json } from './json.ts';

export interface SentCall {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Of the client's certificate; empty without one. */
  readonly fingerprint: string;
}

type Answer = (response: ServerResponse, call: SentCall) => void;

export function answerJson(body: unknown, code = 200, headers: Record<string, string | string[]> = {}): Answer {
  return (response) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A server on loopback that speaks TLS as an API server does, with kubeconfigs that lead to it. */
export class HttpsApiServer {
  readonly sent: SentCall[] = [];
  connections = 0;
  /** How the next calls are answered; the last one stays. */
  answers: Answer[] = [answerJson({ kind: 'Status' })];
  readonly folder = mkdtempSync(join(tmpdir(), 'headroom-'));
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();
  readonly #pair: SelfSigned;
  readonly #apis: Api[] = [];

  private constructor(pair: SelfSigned) {
    this.#pair = pair;
    const { cert, key } = pair;
    this.#server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) =>
      this.#receive(request, response),
    );
    this.#server.on('secureConnection', (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
    });
  }

  static async start(pair: SelfSigned): Promise<HttpsApiServer> {
    const server = new HttpsApiServer(pair);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Writes a file into the server's folder; gives its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** A kubeconfig for this server. JSON is YAML. */
  kubeconfig(user: Json = { token: 'secret' }, cluster: Json = {}): string {
    const authority = { 'certificate-authority-data': Buffer.from(this.#pair.ca).toString('base64') };
    const config = {
      clusters: [{ name: 'here', cluster: { server: this.url, ...authority, ...cluster } }],
      users: [{ name: 'me', user }],
      contexts: [{ name: 'main', context: { cluster: 'here', user: 'me', namespace: 'team' } }],
      'current-context': 'main',
    };
    return this.write('kubeconfig', JSON.stringify(config));
  }

  open(user?: Json, cluster?: Json): Api {
    const api = openApi({ kubeconfig: this.kubeconfig(user, cluster) });
    this.#apis.push(api);
    return api;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#apis.map((api) => api.close()));
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true });
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const { method = '', url = '', headers, socket } = request;
      const { fingerprint256 = '' } = (socket as TLSSocket).getPeerCertificate();
      const call = { method, url, headers, body, fingerprint: fingerprint256 };
      this.sent.push(call);
      const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
      answer?.(response, call);
    });
  }
}
