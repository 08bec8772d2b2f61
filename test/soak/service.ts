import { setTimeout as sleep } from 'node:timers/promises';
import { buildConnector, Pool } from 'undici';
import type { ClusterClient } from '../e2e/harness/cluster.ts';
import { eventuallyTrue } from '../e2e/harness/eventually.ts';
import type { Replica } from '../e2e/harness/replica.ts';

/** A replica as its callers see it. */
export interface Endpoint {
  readonly replica: Replica;
  readonly pool: Pool;
  /** From the signal that ends it without a word; calls that are lost with it are nobody's fault. */
  isKilled: boolean;
}

const CONFIGURATION = { kind: 'ValidatingWebhookConfiguration', name: 'headroom' };
const WATCH_MILLISECONDS = 500;
/** An idle connection is closed before the replica, which keeps it for 90 s, does so. */
const KEEP_ALIVE_MILLISECONDS = 30_000;

/** Callers of the webhook: connections that are kept, trust in what the configuration says, and only ready replicas called. */
export class Service {
  readonly #cluster: ClusterClient;
  readonly #endpoints = new Map<string, Endpoint>();
  #connect: buildConnector.connector = buildConnector({});
  #caBundle = '';
  #turn = 0;
  #isOver = false;
  #watching: Promise<void> = Promise.resolve();

  constructor(cluster: ClusterClient) {
    this.#cluster = cluster;
  }

  async start(replicas: readonly Replica[]): Promise<void> {
    await this.#look();
    this.#watching = this.#watch();
    for (const replica of replicas) this.add(replica);
  }

  add(replica: Replica): void {
    const connect: buildConnector.connector = (options, done) => this.#connect(options, done);
    const timing = { keepAliveTimeout: KEEP_ALIVE_MILLISECONDS, headersTimeout: 10_000, bodyTimeout: 10_000 };
    const pool = new Pool(`https://127.0.0.1:${replica.port}`, { connect, connections: null, ...timing });
    this.#endpoints.set(replica.name, { replica, pool, isKilled: false });
  }

  endpointOf({ name }: Replica): Endpoint | undefined {
    return this.#endpoints.get(name);
  }

  /** No more calls for it; those under way are answered. */
  async remove({ name }: Replica): Promise<void> {
    const endpoint = this.#endpoints.get(name);
    this.#endpoints.delete(name);
    if (endpoint?.isKilled) await endpoint.pool.destroy();
    else await endpoint?.pool.close();
  }

  /** As soon as it says that it is not ready, as a Service's endpoints do. */
  async removeWhenUnready(replica: Replica): Promise<void> {
    await eventuallyTrue(`${replica.name} is not ready`, async () => !(await replica.isReady()), {
      everyMilliseconds: 100,
    });
    await this.remove(replica);
  }

  next(): Endpoint {
    const all = [...this.#endpoints.values()];
    this.#turn += 1;
    const endpoint = all[this.#turn % all.length];
    if (endpoint === undefined) throw new Error('there is no replica');
    return endpoint;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    for (const { replica } of [...this.#endpoints.values()]) await this.remove(replica);
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await this.#look();
      await sleep(WATCH_MILLISECONDS);
    }
  }

  /** Whom the API server is told to trust. */
  async #look(): Promise<void> {
    const { webhooks } = await this.#cluster.get(CONFIGURATION);
    const [webhook] = webhooks as readonly { clientConfig: { caBundle?: string } }[];
    const caBundle = webhook?.clientConfig.caBundle ?? '';
    if (caBundle === this.#caBundle) return;
    this.#caBundle = caBundle;
    this.#connect = buildConnector({ ca: Buffer.from(caBundle, 'base64').toString() });
  }
}
