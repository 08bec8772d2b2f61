import type { Api, ApiAnswer, ApiCall } from '../../src/cluster/api.ts';

export interface StoredObject {
  apiVersion?: string;
  kind?: string;
  type?: string;
  metadata: {
    name?: string;
    namespace?: string;
    resourceVersion?: string;
    labels?: Record<string, string> | null;
    annotations?: Record<string, string> | null;
  };
  data?: Record<string, string>;
  [field: string]: unknown;
}

/** An answer instead of the real one, or nothing to let the call through. */
export type Failure = (call: ApiCall) => ApiAnswer | undefined;

export function refused(code: number, reason: string): ApiAnswer {
  return { kind: 'refused', code, reason, message: `refused with ${code}`, warnings: [] };
}

export const unanswered: ApiAnswer = { kind: 'unanswered', message: 'connect ECONNREFUSED' };

function done(body: unknown): ApiAnswer {
  return { kind: 'done', body: structuredClone(body), warnings: [] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lists of named things are merged by name with the strategic kind, and replaced with any other. */
function mergeLists(target: unknown, patch: readonly unknown[], kind: 'strategic' | 'plain'): unknown {
  if (kind === 'plain' || !Array.isArray(target) || !patch.every((each) => isRecord(each) && 'name' in each))
    return patch;
  const named = (name: unknown) => patch.find((each) => isRecord(each) && each.name === name);
  const kept = target.map((each: { name: string }) => (named(each.name) ? merge(each, named(each.name), kind) : each));
  const names = target.map((each: { name: string }) => each.name);
  return [...kept, ...patch.filter((each) => isRecord(each) && !names.includes(each.name as string))];
}

function merge(target: unknown, patch: unknown, kind: 'strategic' | 'plain'): unknown {
  if (Array.isArray(patch)) return mergeLists(target, patch, kind);
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = merge(merged[field], value, kind);
  }
  return merged;
}

/** An API server as far as objects go: a version each, compare-and-swap, 404 and 409, and failures on demand. */
export class InMemoryApi implements Api {
  readonly server = 'https://in-memory.example';
  readonly namespace = 'headroom-system';
  readonly calls: ApiCall[] = [];
  /** Asked before each call is carried out. */
  failure: Failure | undefined;
  /** Awaited before each call is carried out, for races. */
  pause: (() => Promise<void>) | undefined;
  readonly #objects = new Map<string, StoredObject>();
  #version = 0;

  /** Puts an object there, whatever was there before. */
  set(path: string, object: StoredObject): void {
    const resourceVersion = String(++this.#version);
    this.#objects.set(path, structuredClone({ ...object, metadata: { ...object.metadata, resourceVersion } }));
  }

  get(path: string): StoredObject | undefined {
    return structuredClone(this.#objects.get(path));
  }

  delete(path: string): void {
    this.#objects.delete(path);
  }

  async call(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
    this.calls.push(structuredClone(call));
    await this.pause?.();
    if (signal.aborted) return { kind: 'unanswered', message: 'aborted' };
    return this.failure?.(call) ?? this.#carryOut(call);
  }

  async close(): Promise<void> {}

  #carryOut(call: ApiCall): ApiAnswer {
    if (call.method === 'POST') return this.#create(call);
    const present = this.#objects.get(call.path);
    if (present === undefined) return call.method === 'GET' ? this.#list(call.path) : refused(404, 'NotFound');
    switch (call.method) {
      case 'GET':
        return done(present);
      case 'DELETE':
        this.#objects.delete(call.path);
        return done(present);
      case 'PUT':
        return this.#replace(call, present, call.body as StoredObject);
      case 'PATCH': {
        const kind = call.contentType?.startsWith('application/strategic-merge-patch') ? 'strategic' : 'plain';
        return this.#replace(call, present, merge(present, structuredClone(call.body), kind) as StoredObject);
      }
      default:
        return call.method satisfies never;
    }
  }

  #create({ path, body }: ApiCall): ApiAnswer {
    const object = body as StoredObject;
    const own = `${path}/${object.metadata.name}`;
    if (this.#objects.has(own)) return refused(409, 'AlreadyExists');
    this.set(own, object);
    return done(this.#objects.get(own));
  }

  #replace({ path }: ApiCall, present: StoredObject, object: StoredObject): ApiAnswer {
    const expected = object.metadata.resourceVersion;
    if (expected !== undefined && expected !== present.metadata.resourceVersion) return refused(409, 'Conflict');
    this.set(path, object);
    return done(this.#objects.get(path));
  }

  #list(path: string): ApiAnswer {
    const own = [...this.#objects].filter(([each]) => each.slice(0, each.lastIndexOf('/')) === path);
    if (own.length === 0) return refused(404, 'NotFound');
    return done({ metadata: { resourceVersion: String(this.#version) }, items: own.map(([, object]) => object) });
  }
}
