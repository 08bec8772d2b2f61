import { setTimeout as sleep } from 'node:timers/promises';

/** Handles keys: each by itself one after the other, different ones at the same time, failed ones again. */
export interface WorkQueue {
  add(key: string): void;
  /** Resolves when nothing is being handled any more. */
  stop(): Promise<void>;
}

export interface QueueOptions {
  /** Resolves with the time after which the key is to be looked at again, if it is. */
  readonly handle: (key: string) => Promise<number | undefined>;
  readonly failed: (key: string, error: unknown) => void;
}

const RETRY_MILLISECONDS = 100;

export function startQueue({ handle, failed }: QueueOptions): WorkQueue {
  const ending = new AbortController();
  const running = new Map<string, Promise<void>>();
  const dirty = new Set<string>();
  const again = (key: string, milliseconds: number): void => {
    sleep(milliseconds, undefined, { signal: ending.signal, ref: false }).then(
      () => queue.add(key),
      () => undefined,
    );
  };
  const attempt = async (key: string): Promise<void> => {
    try {
      const delay = await handle(key);
      if (delay !== undefined) again(key, delay);
    } catch (error) {
      if (ending.signal.aborted) return;
      failed(key, error);
      again(key, RETRY_MILLISECONDS);
    }
  };
  const work = async (key: string): Promise<void> => {
    do {
      dirty.delete(key);
      await attempt(key);
    } while (dirty.has(key) && !ending.signal.aborted);
    running.delete(key);
  };
  const queue: WorkQueue = {
    add: (key) => {
      if (ending.signal.aborted) return;
      if (running.has(key)) dirty.add(key);
      else running.set(key, work(key));
    },
    stop: async () => {
      ending.abort();
      await Promise.all(running.values());
    },
  };
  return queue;
}
