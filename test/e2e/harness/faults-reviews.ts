import { Agent, request } from 'undici';
import { migrationReview } from '../../reviews/load-reviews.ts';
import type { ClusterClient } from './cluster.ts';
import { SECRET } from './kept-certificates.ts';
import type { Replica } from './replica.ts';
import type { Target } from './traffic.ts';

/** What a replica has answered to a review. */
export interface DirectAnswer {
  readonly status: number;
  readonly allowed: boolean;
  readonly verdict: string | undefined;
  readonly summary: string;
  readonly milliseconds: number;
}

/** Asks a replica without an API server between: for when that is the one that is gone. */
export interface DirectCaller {
  /** The validating webhook's answer about a migration of a VM; a dry run unless told otherwise. */
  ask(target: Target, dryRun?: 'for real'): Promise<DirectAnswer>;
  close(): Promise<void>;
}

interface Answered {
  readonly response?: {
    readonly allowed?: boolean;
    readonly auditAnnotations?: { readonly verdict?: string; readonly summary?: string };
  };
}

export async function callDirectly(cluster: ClusterClient, { port }: Replica): Promise<DirectCaller> {
  const { data = {} } = await cluster.get(SECRET);
  const ca = Buffer.from(data['ca.crt'] ?? '', 'base64').toString();
  const dispatcher = new Agent({ connect: { ca }, connections: 64 });
  return {
    ask: async (target, mode) => {
      const start = performance.now();
      const { statusCode, body } = await request(`https://127.0.0.1:${port}/validate/migrations`, {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(reviewOf(target, mode !== 'for real')),
      });
      const { response } = (await body.json()) as Answered;
      const { verdict, summary = '' } = response?.auditAnnotations ?? {};
      const milliseconds = performance.now() - start;
      return { status: statusCode, allowed: response?.allowed === true, verdict, summary, milliseconds };
    },
    close: () => dispatcher.close(),
  };
}

function reviewOf({ namespace, vmi }: Target, dryRun: boolean): unknown {
  const review = migrationReview();
  const object = {
    ...review.request.object,
    metadata: { generateName: `${vmi}-`, namespace },
    spec: { vmiName: vmi },
  };
  return { ...review, request: { ...review.request, namespace, dryRun, object } };
}

/** Asks a replica again and again, several at a time, for as long as something else happens. */
export interface DirectTraffic {
  /** Resolves with all answers; rejects if a call was not answered at all. */
  stop(): Promise<readonly DirectAnswer[]>;
}

const AT_ONCE = 4;

export function startDirectTraffic(
  caller: DirectCaller,
  targets: readonly Target[],
  atOnce: number = AT_ONCE,
): DirectTraffic {
  const answers: DirectAnswer[] = [];
  let isOver = false;
  const work = async (index: number): Promise<void> => {
    for (let turn = index; !isOver; turn += atOnce) {
      answers.push(await caller.ask(targets[turn % targets.length] as Target));
    }
  };
  const working = Promise.all(Array.from({ length: atOnce }, (_, index) => work(index)));
  working.catch(() => undefined);
  return {
    stop: async () => {
      isOver = true;
      await working;
      return answers;
    },
  };
}
