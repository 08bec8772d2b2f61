import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../test/e2e/harness/eventually.ts';
import { freePorts } from '../test/e2e/harness/ports.ts';
import { HttpsConnection } from './https-connection.ts';
import { cpuMicrosecondsOf, onServersCore } from './processor.ts';

const TOO_BUSY = 503;
const ASK_AGAIN_MILLISECONDS = 20;

/** The certificate that all servers have, in files and as what a client has to trust. */
export interface ServerTls {
  readonly certFile: string;
  readonly keyFile: string;
  readonly ca: string;
}

export interface Listening extends Pick<ServerTls, 'certFile' | 'keyFile'> {
  readonly port: number;
  /** For one that listens for probes too. */
  readonly adminPort: number;
}

export interface ServerProgram {
  readonly what: string;
  readonly command: (listening: Listening) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a server did in a round. */
export interface Load {
  readonly perSecond: number;
  /** CPU time of the server's process for one request: hardly moved by what else the machine does. */
  readonly cpuMicroseconds: number;
  /** Milliseconds of each request, from its first byte written to its answer's last byte read, in ascending order. */
  readonly latencies: Float64Array;
  /** Of the server's core, the share that the server used: much less than 1, and the client was what limited it. */
  readonly busy: number;
  /** Requests that were asked again, for headroom sheds load where the machine gives it no processor for a second. */
  readonly turnedAway: number;
}

/** Told how many requests have been answered, and how many milliseconds are over. */
export type Enough = (answered: number, milliseconds: number) => boolean;

/** A server in a process of its own, on the core that servers have. Its log goes to the null device. */
export class ServerProcess {
  readonly what: string;
  readonly adminPort: number;
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #ca: string;

  private constructor(what: string, child: ChildProcess, ports: readonly [number, number], ca: string) {
    this.what = what;
    this.#child = child;
    [this.#port, this.adminPort] = ports;
    this.#ca = ca;
  }

  static async start({ what, command, environment = {} }: ServerProgram, tls: ServerTls): Promise<ServerProcess> {
    const [port = 0, adminPort = 0] = await freePorts(2);
    const [program = '', ...args] = onServersCore(command({ ...tls, port, adminPort }));
    const env = { PATH: process.env.PATH, NODE_ENV: 'production', ...environment };
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
    const kill = (): boolean => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    child.once('error', (error) => console.error(`${what}: ${error.message}`));
    return new ServerProcess(what, child, [port, adminPort], tls.ca);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async untilListening(): Promise<this> {
    const listening = async () => {
      if (this.#child.exitCode !== null) return;
      (await this.connect()).close();
    };
    await eventually(`${this.what} listens`, listening, { withinSeconds: 30, everyMilliseconds: 20 });
    if (this.#child.exitCode !== null) throw new Error(`${this.what} ended with ${this.#child.exitCode}`);
    return this;
  }

  connect(): Promise<HttpsConnection> {
    return HttpsConnection.open(this.#port, this.#ca);
  }

  /** Keeps so many connections busy until it is enough. They are opened, and have carried one request each, before that. */
  async load(connectionCount: number, requests: readonly Buffer[], enough: Enough): Promise<Load> {
    const connections = await Promise.all(Array.from({ length: connectionCount }, () => this.connect()));
    await Promise.all(connections.map((connection, index) => connection.roundTrip(requestAt(requests, index))));
    try {
      return await this.#keepBusy(connections, requests, enough);
    } finally {
      for (const connection of connections) connection.close();
    }
  }

  async #keepBusy(connections: readonly HttpsConnection[], requests: readonly Buffer[], enough: Enough): Promise<Load> {
    const cpuBefore = cpuMicrosecondsOf(this.pid);
    const start = performance.now();
    const latencies: number[] = [];
    let sent = 0;
    let turnedAway = 0;
    const keepBusy = async (connection: HttpsConnection): Promise<void> => {
      for (let sentAt = start; !enough(latencies.length, performance.now() - start); ) {
        const { statusCode, body } = await connection.roundTrip(requestAt(requests, sent++));
        if (statusCode === TOO_BUSY) {
          turnedAway += 1;
          await sleep(ASK_AGAIN_MILLISECONDS);
          continue;
        }
        if (statusCode !== 200) throw new Error(`${this.what} answered ${statusCode}: ${body}`);
        const answeredAt = performance.now();
        latencies.push(answeredAt - sentAt);
        sentAt = answeredAt;
      }
    };
    await Promise.all(connections.map(keepBusy));
    const elapsed = performance.now() - start;
    const cpu = cpuMicrosecondsOf(this.pid) - cpuBefore;
    return {
      perSecond: (latencies.length / elapsed) * 1000,
      cpuMicroseconds: cpu / latencies.length,
      latencies: Float64Array.from(latencies).sort(),
      busy: cpu / 1000 / elapsed,
      turnedAway,
    };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

/** One after the other and from the first again. */
function requestAt(requests: readonly Buffer[], turn: number): Buffer {
  return requests[turn % requests.length] as Buffer;
}
