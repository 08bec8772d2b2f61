import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

const HEADER_END = '\r\n\r\n';

export interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

/**
 * A kept connection that sends one prepared request after another, each when the answer to the last is there. It does
 * no more than that: of a client that costs as much as the server, every server would look alike.
 */
export class HttpsConnection {
  readonly #socket: TLSSocket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<Answer> | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  static async open(port: number, ca: string): Promise<HttpsConnection> {
    // The cipher that Go prefers, as an API server is written in it: left to the servers, they would choose different ones.
    const cipher = { ciphers: 'TLS_AES_128_GCM_SHA256', minVersion: 'TLSv1.3' } as const;
    const socket = connect({ port, host: 'localhost', ca, ALPNProtocols: ['http/1.1'], ...cipher });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    return new HttpsConnection(socket);
  }

  roundTrip(request: Buffer): Promise<Answer> {
    if (this.#socket.destroyed) return Promise.reject(new Error('the server closed the connection'));
    this.#waiting = Promise.withResolvers();
    this.#socket.write(request);
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket.destroySoon();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headerLength = this.#received.indexOf(HEADER_END);
    if (headerLength === -1) return;
    const header = this.#received.toString('latin1', 0, headerLength);
    const [, length] = /\r\ncontent-length: (\d+)/i.exec(header) ?? [];
    const start = headerLength + HEADER_END.length;
    const end = start + Number(length);
    if (!(this.#received.length >= end)) return;
    const answer = { statusCode: Number(header.slice(9, 12)), body: this.#received.toString('utf8', start, end) };
    this.#received = Buffer.alloc(0);
    this.#waiting?.resolve(answer);
  }
}

export function postRequest(path: string, body: string): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}${HEADER_END}${body}`);
}
