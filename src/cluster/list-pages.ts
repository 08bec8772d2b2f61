import type { Api, ApiAnswer } from './api.ts';
import { recordOf } from './kubernetes-objects.ts';

/** As many as client-go's pager asks for at a time. */
export const PAGE_SIZE = 500;

export interface ListRequest<T> {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The form of the answer, as in ApiCall. */
  readonly accept?: string;
  /** Asked for each page, so that a time limit may be of the list or of a page. */
  readonly signal: () => AbortSignal;
  /** What is kept of an object; what comes to undefined is left out. */
  readonly keep: (object: unknown) => T | undefined;
  /** Told after each page how many objects have been read, and how many there are where the API server says so. */
  readonly onPage?: ((read: number, total: number | undefined) => void) | undefined;
}

export type Failure = Exclude<ApiAnswer, { kind: 'done' }>;

export type Listed<T> =
  | { readonly kind: 'read'; readonly objects: readonly T[] }
  /** 404: the API server knows no such kind. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly answer: Failure };

/** 410: between two pages the API server has forgotten the state that the first came from. */
const EXPIRED = 410;
const NO_LIST: Failure = { kind: 'unanswered', message: 'the API server answered with something that is no list' };
const TOO_FAST: Failure = { kind: 'unanswered', message: 'the list has changed faster than it could be read (410)' };

/** Reads all pages of a list, from the start once more if the API server forgets where it was. */
export async function listAll<T>(api: Api, request: ListRequest<T>): Promise<Listed<T>> {
  const first = await listOnce(api, request);
  if (!hasExpired(first)) return first;
  const second = await listOnce(api, request);
  return hasExpired(second) ? { kind: 'failed', answer: TOO_FAST } : second;
}

async function listOnce<T>(api: Api, request: ListRequest<T>): Promise<Listed<T>> {
  const { path, query, accept, signal, keep, onPage } = request;
  const objects: T[] = [];
  let read = 0;
  let next: string | undefined;
  do {
    const page = { ...query, ...(next !== undefined && { continue: next }) };
    const call = { method: 'GET', path, query: page, ...(accept !== undefined && { accept }) } as const;
    const answer = await api.call(call, signal());
    if (answer.kind !== 'done') return failureOf(answer);
    const list = recordOf(answer.body);
    if (!Array.isArray(list?.items)) return { kind: 'failed', answer: NO_LIST };
    objects.push(...list.items.map(keep).filter((one) => one !== undefined));
    read += list.items.length;
    const metadata = recordOf(list.metadata);
    next = tokenOf(metadata?.continue);
    onPage?.(read, totalOf(read, next, metadata?.remainingItemCount));
  } while (next !== undefined);
  return { kind: 'read', objects };
}

function hasExpired(listed: Listed<unknown>): boolean {
  return listed.kind === 'failed' && listed.answer.kind === 'refused' && listed.answer.code === EXPIRED;
}

function failureOf(answer: Failure): Listed<never> {
  return answer.kind === 'refused' && answer.code === 404 ? { kind: 'absent' } : { kind: 'failed', answer };
}

function tokenOf(token: unknown): string | undefined {
  return typeof token === 'string' && token !== '' ? token : undefined;
}

/** How many are left is not told of lists with a selector. */
function totalOf(read: number, next: string | undefined, remaining: unknown): number | undefined {
  if (next === undefined) return read;
  return typeof remaining === 'number' ? read + remaining : undefined;
}
