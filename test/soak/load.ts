import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../e2e/situations/random.ts';
import { type Asked, type Question, type Questions, REQUESTS_EACH } from './questions.ts';
import type { Endpoint, Service } from './service.ts';
import type { Result, Tally } from './tally.ts';

export interface LoadParts {
  readonly service: Service;
  readonly questions: Questions;
  readonly random: Random;
  readonly requestsPerSecond: number;
  /** Of the part of the run that a moment belongs to. */
  readonly tallyAt: (moment: number) => Tally;
  readonly isDisturbed: (from: number, to: number) => boolean;
}

const GRAIN = 1_000_000;

/**
 * Requests arrive when they arrive, whether or not those before them have been answered, and their time is counted from
 * when they should have been sent: a slow answer is not hidden by a caller that waits for it.
 */
export class Load {
  readonly #parts: LoadParts;
  readonly #underWay = new Set<Promise<void>>();
  /** By how many milliseconds the sender itself was late at most. */
  latest = 0;

  constructor(parts: LoadParts) {
    this.#parts = parts;
  }

  async run(until: number): Promise<void> {
    let due = performance.now();
    while (due < until) {
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait);
      else this.latest = Math.max(this.latest, -wait);
      this.#send(this.#parts.questions.next(), due);
      due += this.#gap();
    }
    await Promise.all(this.#underWay);
  }

  /** Chance arrivals: bursts and pauses as of many independent askers. */
  #gap(): number {
    const { random, requestsPerSecond } = this.#parts;
    return (-Math.log((random.below(GRAIN) + 1) / GRAIN) * 1000 * REQUESTS_EACH) / requestsPerSecond;
  }

  #send(asked: Asked, due: number): void {
    const sending = this.#askInTurn(asked, due).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  async #askInTurn(asked: Asked, due: number): Promise<void> {
    let from = due;
    for (const question of asked) {
      const result = await askOnce(this.#parts.service.next(), question);
      const to = performance.now();
      const isDisturbed = this.#parts.isDisturbed(from, to);
      const tally = this.#parts.tallyAt(from);
      tally.note(result, to - from, isDisturbed ? 'disturbed' : 'quiet');
      const isUnknown = result.kind === 'answered' && result.verdict === 'unknown';
      if (isUnknown && question.isKnown && !isDisturbed) tally.unknownWithoutReason += 1;
      // A creation that one webhook has failed is not shown to the next.
      if (result.kind === 'lost' || result.kind === 'error') return;
      from = to;
    }
  }
}

async function askOnce(endpoint: Endpoint, question: Question): Promise<Result> {
  const { path, body, contentType } = question;
  try {
    const answer = await endpoint.pool.request({
      method: 'POST',
      path,
      body,
      headers: { 'content-type': contentType },
    });
    return judged(question, answer.statusCode, await answer.body.text());
  } catch (error) {
    if (endpoint.isKilled) return { kind: 'lost' };
    return { kind: 'error', why: `${path} of ${endpoint.replica.name}: ${messageOf(error)}` };
  }
}

function messageOf(error: unknown): string {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return `${code} ${message}`.trim();
}

interface Answered {
  readonly response?: {
    readonly uid?: string;
    readonly allowed?: boolean;
    readonly auditAnnotations?: { readonly verdict?: string };
  };
}

function judged({ uid, mayBeDenied, path }: Question, status: number, text: string): Result {
  if (uid === undefined) {
    return status >= 400 && status < 500
      ? { kind: 'refused' }
      : { kind: 'error', why: `malformed, answered ${status}` };
  }
  if (status !== 200) return { kind: 'error', why: `${path}: ${status} ${text.slice(0, 200)}` };
  const { response } = JSON.parse(text) as Answered;
  if (response?.uid !== uid || typeof response.allowed !== 'boolean') {
    return { kind: 'error', why: `${path}: no answer to this review: ${text.slice(0, 200)}` };
  }
  if (!response.allowed && !mayBeDenied) return { kind: 'error', why: `${path}: denied: ${text.slice(0, 400)}` };
  return { kind: 'answered', verdict: response.auditAnnotations?.verdict ?? 'none' };
}
