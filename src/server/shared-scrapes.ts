import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from '@prometheus-io/client';

/** Thousands of series take some milliseconds to write down, and half a megabyte. */
const REST_MILLISECONDS = 100;

/**
 * Writes the metrics down at most so often, for all who have asked by then: however many ask, and however slowly they read,
 * the time of this process is for decisions, and one text is all that is kept. None is older than the question.
 */
export function sharedScrapes(registry: Pick<Registry, 'metrics'>): () => Promise<Buffer> {
  let notBefore = Number.NEGATIVE_INFINITY;
  let next: Promise<Buffer> | undefined;
  const write = async (): Promise<Buffer> => {
    await sleep(Math.max(0, notBefore - performance.now()));
    next = undefined;
    notBefore = performance.now() + REST_MILLISECONDS;
    return Buffer.from(await registry.metrics());
  };
  return () => {
    next ??= write();
    return next;
  };
}
