import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import type { ServingPair } from '../../src/certificates/certificate-set.ts';
import { HOST, lastPair, type Namespace, type Replica, type ReplicaOptions } from './replicas.ts';

/** A replica with the socket that it serves on, and clients that trust what they are told. */
export class TlsReplica {
  readonly replica: Replica;
  readonly #server: Server;
  readonly #shaken = new Set<string>();

  private constructor(replica: Replica, server: Server) {
    this.replica = replica;
    this.#server = server;
  }

  static async start(namespace: Namespace, options: ReplicaOptions = {}): Promise<TlsReplica> {
    const server = createServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket));
    const onPair = (pair: ServingPair) => server.setSecureContext(pair);
    const replica = namespace.startReplica({ ...options, onPair });
    await namespace.idle();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsReplica(replica, server);
  }

  /** A connection of a client that trusts `caBundle` alone; throws if it does not trust the replica. */
  async connect(caBundle: string): Promise<TLSSocket> {
    const { port } = this.#server.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, servername: HOST, ca: caBundle });
    await once(socket, 'secureConnect');
    return socket;
  }

  /** Once for each certificate and bundle: another time would tell nothing. */
  async shakeHandsOnce(caBundle: string): Promise<void> {
    const occasion = lastPair(this.replica).cert + caBundle;
    if (this.#shaken.has(occasion)) return;
    this.#shaken.add(occasion);
    const socket = await this.connect(caBundle);
    socket.end();
    await once(socket, 'close');
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export async function echo(socket: TLSSocket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = await once(socket, 'data');
  return String(answer);
}
