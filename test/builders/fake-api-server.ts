import type { Api, ApiAnswer, ApiCall } from '../../src/cluster/api.ts';
import { GROUP_PATHS, groupOf, OBJECT_KINDS } from '../../src/cluster/object-kinds.ts';
import { type Json, merged, nameOf, objectAt } from './json.ts';

export function refused(code: number, message = `code ${code}`): ApiAnswer {
  return { kind: 'refused', code, reason: '', message, warnings: [] };
}

export const UNANSWERED: ApiAnswer = { kind: 'unanswered', message: 'connect ECONNREFUSED' };

/** An answer instead of the real one, or nothing to let the call through. */
export type Intervention = (call: ApiCall) => ApiAnswer | undefined;

interface Kind {
  readonly plural: string;
  readonly isNamespaced: boolean;
}

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...Object.values(OBJECT_KINDS).map(({ group, kind, plural, scope }): [string, Kind] => {
    return [`${group}/${kind}`, { plural, isNamespaced: scope === 'namespace' }];
  }),
  ['/ConfigMap', { plural: 'configmaps', isNamespaced: true }],
]);

/**
 * An API server over a list of objects: LIST with label selectors and pages, GET, POST and PUT with resource versions.
 * Every call is noted, and can be refused or held back.
 */
export class FakeApiServer implements Api {
  readonly server = 'https://fake.example';
  readonly namespace = undefined;
  readonly calls: ApiCall[] = [];
  intervene: Intervention | undefined;
  /** Awaited before each call is carried out. */
  pause: ((call: ApiCall) => Promise<unknown>) | undefined;
  /** Its own clock, which every answer tells; undefined: it tells no time. */
  clock: (() => Date) | undefined;
  /** The most that a page holds, whatever limit was asked for. */
  largestPage = Number.POSITIVE_INFINITY;
  /** What it prints where a Table is asked for. */
  printed: (objects: readonly Json[]) => Json = migrationTable;
  readonly #objects = new Map<string, Json>();
  #version = 0;

  constructor(objects: readonly Json[] = []) {
    for (const object of objects) this.put(object);
  }

  put(object: Json): void {
    const path = pathOf(object);
    if (path === undefined) return;
    this.#version += 1;
    this.#objects.set(path, merged(object, { metadata: { resourceVersion: String(this.#version) } }));
  }

  /** What stands at a path such as `/api/v1/namespaces/a/configmaps/b`. */
  at(path: string): Json | undefined {
    return this.#objects.get(path);
  }

  delete(path: string): void {
    this.#objects.delete(path);
  }

  /** The paths asked for since the last time, with what was asked of them. */
  asked(): readonly string[] {
    return this.calls.splice(0).map(({ method, path, query }) => {
      const selector = query?.labelSelector === undefined ? '' : ` ${query.labelSelector}`;
      const table = query?.includeObject === 'None' ? ' as a table' : '';
      return `${method} ${path}${selector}${table}${query?.resourceVersion === '0' ? ' cached' : ''}`;
    });
  }

  async call(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
    this.calls.push(call);
    await this.pause?.(call);
    if (signal.aborted) return { kind: 'unanswered', message: 'no answer in time' };
    const answer = this.intervene?.(call) ?? this.#carryOut(call);
    if (answer.kind === 'unanswered' || this.clock === undefined) return answer;
    return { ...answer, answeredAt: this.clock() };
  }

  async close(): Promise<void> {}

  #carryOut(call: ApiCall): ApiAnswer {
    switch (call.method) {
      case 'GET':
        return this.#isCollection(call.path) ? this.#list(call) : found(this.#objects.get(call.path));
      case 'POST':
        return this.#create(call);
      case 'PUT':
        return this.#replace(call);
      default:
        return refused(405);
    }
  }

  #isCollection(path: string): boolean {
    const last = path.slice(path.lastIndexOf('/') + 1);
    return [...KINDS.values()].some(({ plural }) => plural === last);
  }

  #list({ path, query = {} }: ApiCall): ApiAnswer {
    const selected = [...this.#objects.entries()]
      .filter(([each]) => isIn(path, each))
      .map(([, object]) => object)
      .filter((object) => isSelected(object, query.labelSelector));
    if (query.includeObject === 'None') return done(this.printed(selected));
    const from = Number(query.continue ?? 0);
    const size = query.resourceVersion === '0' ? selected.length : Math.min(Number(query.limit), this.largestPage);
    const next = from + size < selected.length ? { continue: String(from + size) } : {};
    return done({
      metadata: { resourceVersion: String(this.#version), ...next },
      items: selected.slice(from, from + size),
    });
  }

  #create({ body }: ApiCall): ApiAnswer {
    const path = pathOf(body as Json) ?? '';
    if (this.#objects.has(path)) return refused(409, 'already exists');
    this.put(body as Json);
    return found(this.#objects.get(path));
  }

  #replace({ path, body }: ApiCall): ApiAnswer {
    const present = this.#objects.get(path);
    if (present === undefined) return refused(404, 'not found');
    const { resourceVersion } = objectAt(body as Json, 'metadata');
    if (resourceVersion !== objectAt(present, 'metadata').resourceVersion)
      return refused(409, 'the object was modified');
    this.put(body as Json);
    return found(this.#objects.get(path));
  }
}

/** By the columns of KubeVirt's definition. */
export function migrationTable(objects: readonly Json[]): Json {
  const columnDefinitions = ['Name', 'Phase', 'VMI'].map((name) => ({ name, type: 'string' }));
  const rows = objects.map((one) => {
    const { phase = null } = objectAt(one, 'status');
    return { cells: [nameOf(one), phase, objectAt(one, 'spec').vmiName ?? null], object: null };
  });
  return { kind: 'Table', columnDefinitions, rows };
}

function done(body: unknown): ApiAnswer {
  return { kind: 'done', body: structuredClone(body), warnings: [] };
}

function found(object: Json | undefined): ApiAnswer {
  return object === undefined ? refused(404, 'not found') : done(object);
}

/** Undefined for an object of a kind that nobody asks for. */
function pathOf(object: Json): string | undefined {
  const group = groupOf(String(object.apiVersion));
  const kind = KINDS.get(`${group}/${object.kind}`);
  if (kind === undefined) return undefined;
  const { namespace = 'default' } = objectAt(object, 'metadata');
  const place = kind.isNamespaced ? `/namespaces/${namespace}` : '';
  return `${GROUP_PATHS[group as keyof typeof GROUP_PATHS]}${place}/${kind.plural}/${nameOf(object)}`;
}

/** A list without a namespace is one of all namespaces. */
function isIn(collection: string, path: string): boolean {
  const own = path.slice(0, path.lastIndexOf('/'));
  return own === collection || own.replace(/\/namespaces\/[^/]+(?=\/)/, '') === collection;
}

/** `a=b,c in (x,y)`. */
function isSelected(object: Json, selector: string | undefined): boolean {
  const labels = objectAt(object, 'metadata', 'labels');
  return [...(selector ?? '').matchAll(/([^\s,=]+)(?:=([^,]+)| in \(([^)]*)\))/g)].every(([, key, value, values]) => {
    const wanted = value === undefined ? (values ?? '').split(',') : [value];
    return wanted.includes(String(labels[key ?? '']));
  });
}
