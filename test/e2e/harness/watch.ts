import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Json } from '../../builders/json.ts';
import { type ClusterClient, openCluster, type Stored } from './cluster.ts';
import type { Connection } from './connection.ts';
import { eventually } from './eventually.ts';
import { pathOf } from './kinds.ts';

export type Change =
  | { readonly kind: 'added'; readonly object: Stored }
  | { readonly kind: 'modified'; readonly object: Stored; readonly previous: Stored }
  | { readonly kind: 'deleted'; readonly object: Stored };

/** All objects of one kind as the API server has them, a moment late, as informers of Go do it. */
export interface Watch {
  readonly objects: ReadonlyMap<string, Stored>;
  find(name: string, namespace?: string): Stored | undefined;
  in(namespace: string): readonly Stored[];
  /** What is there already comes as `added`, at once. */
  onChange(listener: (change: Change) => void): void;
  stop(): Promise<void>;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Stored;
}

/** The server ends a watch by then, and it is taken up again. */
const WATCH_SECONDS = 240;
const PAUSE_MILLISECONDS = 200;

export function keyOf(name: string, namespace?: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Resolves once all that is there now is known. */
export async function watchKind(connection: Connection, kind: string): Promise<Watch> {
  const watcher = new Watcher(connection, kind);
  // Of a kind that has just been defined, the API server says 429 until its storage is there.
  await eventually(`${kind} objects can be listed`, () => watcher.relist()).catch(async (error: unknown) => {
    await watcher.stop();
    throw error;
  });
  watcher.run();
  return watcher;
}

class Watcher implements Watch {
  readonly objects = new Map<string, Stored>();
  readonly #path: string;
  readonly #kind: string;
  readonly #cluster: ClusterClient;
  readonly #server: string;
  readonly #dispatcher: Agent;
  readonly #ending = new AbortController();
  readonly #listeners: ((change: Change) => void)[] = [];
  #resourceVersion = '';
  #running = Promise.resolve();

  constructor(connection: Connection, kind: string) {
    const { server, ca, client } = connection;
    this.#kind = kind;
    this.#path = pathOf({ kind, name: '' });
    this.#server = server;
    this.#cluster = openCluster(connection);
    this.#dispatcher = new Agent({ connect: { ca, ...client } });
  }

  find(name: string, namespace?: string): Stored | undefined {
    return this.objects.get(keyOf(name, namespace));
  }

  in(namespace: string): readonly Stored[] {
    return [...this.objects.values()].filter(({ metadata }) => metadata.namespace === namespace);
  }

  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
    for (const object of [...this.objects.values()]) listener({ kind: 'added', object });
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.#dispatcher.destroy();
    await this.#cluster.close();
  }

  run(): void {
    this.#running = this.#watchOn();
  }

  async relist(): Promise<void> {
    const answer = (await this.#cluster.call('GET', this.#path)) as Json;
    const { items, metadata, apiVersion } = answer as {
      items: readonly Stored[];
      metadata: { resourceVersion: string };
      apiVersion: string;
    };
    // Items of a list do not say what they are.
    const found = new Map(items.map((item) => [keyOfObject(item), { ...item, apiVersion, kind: this.#kind }]));
    for (const [key, object] of [...this.objects]) if (!found.has(key)) this.#forget(object);
    for (const object of found.values()) this.#take(object);
    this.#resourceVersion = metadata.resourceVersion;
  }

  async #watchOn(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const outcome = await this.#watchOnce().catch(() => 'broken' as const);
      if (outcome === 'ended' || signal.aborted) continue;
      // The version is too old (410), or the server is away: everything is listed anew.
      await sleep(PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.relist().catch(() => undefined);
    }
  }

  async #watchOnce(): Promise<'ended' | 'expired'> {
    const { statusCode, body } = await request(`${this.#server}${this.#path}`, {
      dispatcher: this.#dispatcher,
      signal: this.#ending.signal,
      bodyTimeout: (WATCH_SECONDS + 30) * 1000,
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: this.#resourceVersion,
        timeoutSeconds: `${WATCH_SECONDS}`,
      },
    });
    if (statusCode !== 200) {
      await body.dump();
      return 'expired';
    }
    let rest = '';
    for await (const text of body.setEncoding('utf8')) {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      if (lines.some((line) => this.#apply(JSON.parse(line)) === 'expired')) return 'expired';
    }
    return 'ended';
  }

  #apply({ type, object }: WatchEvent): 'known' | 'expired' {
    if (type === 'ERROR') return 'expired';
    if (type === 'DELETED') this.#forget(object);
    else if (type !== 'BOOKMARK') this.#take(object);
    this.#resourceVersion = object.metadata.resourceVersion;
    return 'known';
  }

  #take(object: Stored): void {
    const key = keyOfObject(object);
    const previous = this.objects.get(key);
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.objects.set(key, object);
    this.#tell(previous === undefined ? { kind: 'added', object } : { kind: 'modified', object, previous });
  }

  #forget(object: Stored): void {
    if (this.objects.delete(keyOfObject(object))) this.#tell({ kind: 'deleted', object });
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        // A listener's fault is not the server's, and must not look like a broken watch.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

function keyOfObject({ metadata }: Stored): string {
  return keyOf(metadata.name, metadata.namespace);
}
