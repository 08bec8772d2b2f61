import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterClient, runFolder } from './cluster.ts';
import { writeConnection } from './connection.ts';
import type { Release } from './release.ts';

/** The wire between replicas and the API server. Bytes pass as they are: TLS is between the two ends. */
export interface FaultyWire {
  /** Names the wire as the API server, for the ServiceAccount of the release. */
  readonly kubeconfig: string;
  /** What has been held back is sent, and new connections pass again. One that has been frozen stays so. */
  heal(): void;
  /** All bytes sent to the API server arrive so much later. */
  delay(milliseconds: number): void;
  /**
   * Nothing arrives any more over the connections that are up, and nobody hears of it, as when a firewall has forgotten
   * them. Over new ones too where `all` are.
   */
  freeze(which: 'established' | 'all'): void;
  /** Every connection is reset, and so is each new one. */
  refuse(): void;
  /** In place of the API server somebody answers everything with this status. */
  answer(status: number, headers?: Readonly<Record<string, string>>): void;
  /** Every connection is reset once. */
  cut(): void;
  /** Frozen connections that the replica has not given up yet. */
  frozen(): number;
  /** Connections that are up. */
  established(): number;
  /** Requests answered by `answer` so far. */
  answered(): number;
  close(): Promise<void>;
}

type Mode = 'open' | 'frozen' | 'refused' | 'answered';

interface Pair {
  readonly near: Socket;
  isFrozen: boolean;
}

/** Node never closes the handle of a socket that is reset when it has ended already. */
function reset(socket: Socket): void {
  if (socket.readableEnded || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

interface WireParts {
  readonly kubeconfig: string;
  readonly serverPort: number;
  readonly stub: StatusServer;
  readonly listener: Server;
}

class Wire implements FaultyWire {
  readonly kubeconfig: string;
  readonly #stub: StatusServer;
  readonly #serverPort: number;
  readonly #listener: Server;
  readonly #pairs = new Set<Pair>();
  #mode: Mode = 'open';
  #delayMilliseconds = 0;
  #healed = Promise.withResolvers<void>();

  constructor({ kubeconfig, serverPort, stub, listener }: WireParts) {
    this.kubeconfig = kubeconfig;
    this.#serverPort = serverPort;
    this.#stub = stub;
    this.#listener = listener.on('connection', (socket) => this.#take(socket));
  }

  heal(): void {
    if (this.#mode === 'answered') this.cut();
    this.#mode = 'open';
    this.#delayMilliseconds = 0;
    this.#healed.resolve();
  }

  delay(milliseconds: number): void {
    this.#delayMilliseconds = milliseconds;
    this.#healed = Promise.withResolvers();
  }

  freeze(which: 'established' | 'all'): void {
    for (const pair of this.#pairs) pair.isFrozen = true;
    if (which === 'all') this.#mode = 'frozen';
  }

  refuse(): void {
    this.#mode = 'refused';
    this.cut();
  }

  answer(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.#stub.answerWith(status, headers);
    this.#mode = 'answered';
    this.cut();
  }

  cut(): void {
    for (const { near } of this.#pairs) reset(near);
  }

  frozen(): number {
    return [...this.#pairs].filter(({ isFrozen }) => isFrozen).length;
  }

  established(): number {
    return this.#pairs.size;
  }

  answered(): number {
    return this.#stub.count;
  }

  #take(near: Socket): void {
    near.on('error', () => undefined);
    if (this.#mode === 'refused') {
      reset(near);
      return;
    }
    const pair: Pair = { near, isFrozen: this.#mode === 'frozen' };
    this.#pairs.add(pair);
    const port = this.#mode === 'answered' ? this.#stub.port : this.#serverPort;
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    near.on('close', () => {
      this.#pairs.delete(pair);
      far.destroy();
    });
    far.on('error', () => reset(near)).on('close', () => near.destroy());
    this.#carry(near, far, pair);
    far.on('data', (bytes) => {
      if (!pair.isFrozen) near.write(bytes);
    });
  }

  #carry(near: Socket, far: Socket, pair: Pair): void {
    let before = Promise.resolve();
    near.on('data', (bytes) => {
      if (pair.isFrozen) return;
      if (this.#delayMilliseconds === 0) return void far.write(bytes);
      const due = Promise.race([sleep(this.#delayMilliseconds, undefined, { ref: false }), this.#healed.promise]);
      before = before.then(() => due).then(() => void (far.destroyed || far.write(bytes)));
    });
  }

  async close(): Promise<void> {
    this.#listener.close();
    for (const { near } of this.#pairs) near.destroy();
    await this.#stub.close();
  }
}

export async function startFaultyWire(
  cluster: ClusterClient,
  { connection, name }: Pick<Release, 'connection' | 'name'>,
): Promise<FaultyWire> {
  const folder = runFolder();
  const { server, ca } = cluster.connection;
  const stub = await StatusServer.start(folder);
  const listener = createServer({ noDelay: true });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const { token = '', namespace = '' } = connection;
  const { kubeconfig } = await writeConnection(`${folder}/${name}-wire`, { server: url, ca, token, namespace });
  return new Wire({ kubeconfig, serverPort: Number(new URL(server).port), stub, listener });
}

/** With the API server's own certificate, it answers every request alike. */
class StatusServer {
  readonly #server: HttpsServer;
  #status = 503;
  #headers: Readonly<Record<string, string>> = {};
  count = 0;

  private constructor(server: HttpsServer) {
    this.#server = server;
  }

  static async start(folder: string): Promise<StatusServer> {
    const pair = { cert: readFileSync(`${folder}/server.crt`), key: readFileSync(`${folder}/server.key`) };
    const server = createHttpsServer(pair);
    const stub = new StatusServer(server);
    server.on('request', (request, response) => {
      stub.count += 1;
      request.resume();
      const body = {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        code: stub.#status,
        message: 'come back later',
      };
      const headers = { 'content-type': 'application/json', ...stub.#headers };
      response.writeHead(stub.#status, headers).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  answerWith(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status;
    this.#headers = headers;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
