import { readFileSync } from 'node:fs';
import type { Json } from '../../builders/json.ts';
import { type Answer, type Connection, openConnection } from './connection.ts';
import { pathOf } from './kinds.ts';

/** An object as the API server gives it. */
export interface Stored {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly spec?: Json;
  readonly status?: Json;
  readonly data?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** What became of a write: an API server's no is an answer that tests look at. */
export type Written =
  | { readonly kind: 'done'; readonly object: Stored; readonly warnings: readonly string[] }
  | {
      readonly kind: 'refused';
      readonly code: number;
      readonly reason: string;
      readonly message: string;
      readonly details: Json;
      readonly warnings: readonly string[];
    };

export interface Reference {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface WriteOptions {
  /** The user to act as. */
  readonly as?: string;
  readonly dryRun?: boolean;
}

export interface PatchOptions {
  readonly subresource?: 'status';
  /** A merge patch without it. */
  readonly type?: 'merge' | 'json';
}

/** The API server, as its administrator sees it. */
export interface ClusterClient {
  readonly connection: Connection;
  create(object: Json, options?: WriteOptions): Promise<Written>;
  /** Creates what must not be refused. */
  created(object: Json, options?: WriteOptions): Promise<Stored>;
  find(reference: Reference): Promise<Stored | undefined>;
  get(reference: Reference): Promise<Stored>;
  list(kind: string, namespace?: string): Promise<readonly Stored[]>;
  patch(reference: Reference, patch: unknown, options?: PatchOptions): Promise<Stored>;
  /** At once, as no kubelet confirms the end of a pod; nothing where it is gone already. */
  remove(reference: Reference): Promise<void>;
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** Folder of the run: logs, kubeconfigs, the bundle. */
export function runFolder(): string {
  const folder = process.env.HEADROOM_E2E_FOLDER;
  if (folder === undefined) throw new Error('these suites need a control plane: npm run e2e');
  return folder;
}

/** The control plane that the runner has started. */
function adminConnection(): Connection {
  return JSON.parse(readFileSync(`${runFolder()}/connection.json`, 'utf8'));
}

export function openCluster(connection: Connection = adminConnection()): ClusterClient {
  const api = openConnection(connection);
  const client: ClusterClient = {
    connection,
    create: async (object, { as, dryRun } = {}) =>
      written(
        await api.call({
          method: 'POST',
          path: pathOf({ ...referenceOf(object), name: '' }),
          body: object,
          ...(as !== undefined && { as }),
          ...(dryRun === true && { query: { dryRun: 'All' } }),
        }),
      ),
    created: async (object, options) => done(await client.create(object, options)),
    find: async (reference) => {
      const answer = await api.call({ method: 'GET', path: pathOf(reference) });
      return answer.status === 404 ? undefined : done(written(answer));
    },
    get: async (reference) => done(written(await api.call({ method: 'GET', path: pathOf(reference) }))),
    list: async (kind, namespace) => {
      const path = pathOf({ kind, name: '', ...(namespace !== undefined && { namespace }) });
      const { items } = (await client.call('GET', path)) as { items: readonly Stored[] };
      return items;
    },
    patch: async (reference, patch, { subresource, type = 'merge' } = {}) =>
      done(
        written(
          await api.call({
            method: 'PATCH',
            path: subresource === undefined ? pathOf(reference) : `${pathOf(reference)}/${subresource}`,
            body: patch,
            contentType: `application/${type === 'json' ? 'json' : 'merge'}-patch+json`,
          }),
        ),
      ),
    remove: async (reference) => {
      const body = { gracePeriodSeconds: 0, propagationPolicy: 'Background' };
      const answer = await api.call({ method: 'DELETE', path: pathOf(reference), body });
      if (answer.status >= 400 && answer.status !== 404) throw new Error(refusalText(answer));
    },
    call: async (method, path, body) => {
      const answer = await api.call({ method, path, ...(body !== undefined && { body }) });
      if (answer.status >= 400) throw new Error(`${method} ${path}: ${refusalText(answer)}`);
      return answer.body;
    },
    close: () => api.close(),
  };
  return client;
}

export function referenceOf(object: Json): Reference {
  const { kind, metadata } = object as { kind: string; metadata: { name?: string; namespace?: string } };
  const { name = '', namespace } = metadata;
  return { kind, name, ...(namespace !== undefined && { namespace }) };
}

function refusalText({ status, body }: Answer): string {
  return `${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`;
}

function written(answer: Answer): Written {
  const { status, body, warnings } = answer;
  if (status < 400) return { kind: 'done', object: body as Stored, warnings };
  const { reason = '', message = refusalText(answer), details = {} } = body as Record<string, never>;
  return { kind: 'refused', code: status, reason, message, details, warnings };
}

function done(result: Written): Stored {
  if (result.kind === 'refused') throw new Error(`${result.code} ${result.message}`);
  return result.object;
}
