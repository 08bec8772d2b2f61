import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SelfSigned } from '../src/server/self-signed.ts';
import { HttpsConnection } from './https-connection.ts';
import type { FromServer, ToServer } from './https-server.ts';

/** What a server did in a round. */
export interface Load {
  readonly perSecond: number;
  /** CPU time of the server's process for one request: hardly moved by what else the machine does. */
  readonly cpuMicroseconds: number;
}

/** A server of bench/https-server.ts in a process of its own. Its log goes to the null device. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #ca: string;

  private constructor(child: ChildProcess, port: number, ca: string) {
    this.#child = child;
    this.#port = port;
    this.#ca = ca;
  }

  static async start(server: string, { ca, cert, key }: SelfSigned): Promise<ServerProcess> {
    const child = fork(fileURLToPath(new URL('https-server.ts', import.meta.url)), [server], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const answer = await ask(child, { kind: 'start', tls: { cert, key } });
    return new ServerProcess(child, answer.kind === 'started' ? answer.port : 0, ca);
  }

  connect(): Promise<HttpsConnection> {
    return HttpsConnection.open(this.#port, this.#ca);
  }

  /** Keeps every connection busy for so long. */
  async load(connections: readonly HttpsConnection[], request: Buffer, milliseconds: number): Promise<Load> {
    const cpuBefore = await this.#cpuMicroseconds();
    const start = performance.now();
    let answered = 0;
    const keepBusy = async (connection: HttpsConnection): Promise<void> => {
      while (performance.now() - start < milliseconds) {
        const { statusCode, body } = await connection.roundTrip(request);
        if (statusCode !== 200) throw new Error(`the server answered ${statusCode}: ${body}`);
        answered += 1;
      }
    };
    await Promise.all(connections.map(keepBusy));
    const perSecond = (answered / (performance.now() - start)) * 1000;
    return { perSecond, cpuMicroseconds: ((await this.#cpuMicroseconds()) - cpuBefore) / answered };
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }

  async #cpuMicroseconds(): Promise<number> {
    const answer = await ask(this.#child, { kind: 'usage' });
    return answer.kind === 'usage' ? answer.cpuMicroseconds : Number.NaN;
  }
}

async function ask(child: ChildProcess, question: ToServer): Promise<FromServer> {
  const answer = once(child, 'message');
  child.send(question);
  const [message] = (await answer) as [FromServer];
  return message;
}
