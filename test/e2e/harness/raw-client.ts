import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { eventuallyTrue } from './eventually.ts';
import type { SnapshotServer } from './snapshot-server.ts';

const REVIEW = readFileSync(fileURLToPath(new URL('../../../examples/review-migration.json', import.meta.url)), 'utf8');

/** A client that writes bytes as they are, and looks at what comes back. */
export interface RawClient {
  readonly socket: Socket;
  /** Resolves when the kernel has all of it. */
  write(text: string | Buffer): Promise<void>;
  /** Everything received so far. */
  text(): string;
  isClosed(): boolean;
  untilReceived(words: string | RegExp, withinSeconds?: number): Promise<void>;
  untilClosed(withinSeconds?: number): Promise<void>;
  leave(): void;
  /** Leaves without a word: by a reset of TCP. */
  reset(): void;
}

export type Place = Pick<SnapshotServer, 'port' | 'ca'>;

const open = new Set<Socket>();

/** Ends every connection that a test has left open. */
export function leaveAll(): void {
  for (const socket of open) socket.destroy();
}

function clientOf(socket: Socket, tcp: Socket = socket): RawClient {
  let received = '';
  let closed = false;
  open.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => {
    open.delete(socket);
    closed = true;
  });
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  const matches = (words: string | RegExp) =>
    typeof words === 'string' ? received.includes(words) : words.test(received);
  return {
    socket,
    write: (text) => new Promise((resolve) => socket.write(text, () => resolve())),
    text: () => received,
    isClosed: () => closed,
    untilReceived: (words, withinSeconds = 20) =>
      eventuallyTrue(`${words} in ${received.slice(0, 500)}`, () => matches(words), { withinSeconds }),
    untilClosed: (withinSeconds = 20) => eventuallyTrue('the connection is closed', () => closed, { withinSeconds }),
    leave: () => void socket.destroy(),
    reset: () => void tcp.resetAndDestroy(),
  };
}

/** Over TCP alone, before any handshake. */
export async function dialTcp({ port }: Pick<Place, 'port'>): Promise<RawClient> {
  const socket = connectTcp(port, '127.0.0.1');
  const client = clientOf(socket);
  await once(socket, 'connect');
  return client;
}

/** Resolves when the handshake is over; rejects with what has kept it from being so. */
export async function dialTls({ port, ca }: Place, options: ConnectionOptions = {}): Promise<RawClient> {
  const tcp = connectTcp(port, '127.0.0.1');
  const socket = connectTls({ socket: tcp, host: '127.0.0.1', ca, ...options });
  const client = clientOf(socket, tcp);
  tcp.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return client;
}

export interface RawRequest {
  readonly version?: '1.0' | '1.1';
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A whole request: of the example's migration, if no body is given. */
export function requestText({
  version = '1.1',
  path = '/validate/migrations',
  headers,
  body = REVIEW,
}: RawRequest = {}) {
  return `${headText(Buffer.byteLength(body), { version, path, ...(headers && { headers }) })}${body}`;
}

/** The head of a request that announces a body of so many bytes, or of no known length. */
export function headText(bodyBytes: number | 'chunked', request: Omit<RawRequest, 'body'> = {}): string {
  const { version = '1.1', path = '/validate/migrations', headers = {} } = request;
  const length = bodyBytes === 'chunked' ? { 'transfer-encoding': 'chunked' } : { 'content-length': `${bodyBytes}` };
  const all = { host: 'headroom.headroom-system.svc', 'content-type': 'application/json', ...length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/${version}\r\n${lines.join('')}\r\n`;
}

export const reviewText = REVIEW;
/** Of the example's migration, whose namespace has room for it. */
export const RIGHT_ANSWER = /^HTTP\/1\.[01] 200 .*"allowed":true.*"verdict":"fits"/s;

/** Over a connection of its own: what the server answers to the example's migration. */
export async function ask(place: Place, withinSeconds = 10): Promise<string> {
  const client = await dialTls(place);
  try {
    await client.write(requestText({ headers: { connection: 'close' } }));
    await client.untilClosed(withinSeconds);
    return client.text();
  } finally {
    client.leave();
  }
}
