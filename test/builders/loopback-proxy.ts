import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy on loopback that lets everything through and remembers where to. */
export class LoopbackProxy {
  readonly targets: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => this.#sockets.add(socket));
  }

  static async http(): Promise<LoopbackProxy> {
    const server = createHttpServer();
    const proxy = new LoopbackProxy(server);
    server.on('connect', ({ url = '' }, socket: Socket) => {
      proxy.#join(socket, url, 'HTTP/1.1 200 Connection established\r\n\r\n');
    });
    return proxy.#listening();
  }

  /** SOCKS 5 without a password, for IPv4 addresses: RFC 1928. */
  static async socks(): Promise<LoopbackProxy> {
    const proxy = new LoopbackProxy(createServer());
    proxy.#server.on('connection', (socket: Socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([5, 0]));
        socket.once('data', (asked) => {
          const target = `${[...asked.subarray(4, 8)].join('.')}:${asked.readUInt16BE(8)}`;
          proxy.#join(socket, target, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        });
      });
    });
    return proxy.#listening();
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #listening(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  #join(socket: Socket, target: string, answer: string | Buffer): void {
    this.targets.push(target);
    const { hostname, port } = new URL(`tcp://${target}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write(answer);
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) end.on('error', () => undefined);
    this.#sockets.add(onward);
  }
}
