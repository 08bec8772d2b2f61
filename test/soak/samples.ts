import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Replica } from '../e2e/harness/replica.ts';
import { quantile } from './tally.ts';

const EVERY_MILLISECONDS = 1000;

interface Sample {
  readonly at: number;
  readonly residentMegabytes: number;
  readonly heapMegabytes: number;
  /** The worst of a hundred delays of the event loop since the last sample. */
  readonly delayMilliseconds: number;
}

/** Looks at a replica again and again. */
export class Samples {
  readonly #replica: Replica;
  readonly #samples: Sample[] = [];

  constructor(replica: Replica) {
    this.#replica = replica;
  }

  async take(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const metrics = await this.#replica.metrics();
      this.#samples.push({
        at: performance.now(),
        residentMegabytes: residentMegabytes(this.#replica.child.pid),
        heapMegabytes: valueIn(metrics, 'nodejs_heap_size_used_bytes') / 2 ** 20,
        delayMilliseconds: valueIn(metrics, 'nodejs_eventloop_lag_p99_seconds') * 1000,
      });
      await sleep(EVERY_MILLISECONDS);
    }
  }

  /** Of a part of the run: medians, and of the heap the least, which is nearest to what a collection leaves. */
  between(from: number, to: number) {
    const of = this.#samples.filter(({ at }) => at >= from && at < to);
    return {
      residentMegabytes: quantile(
        of.map((sample) => sample.residentMegabytes),
        0.5,
      ),
      heapMegabytes: quantile(
        of.map((sample) => sample.heapMegabytes),
        0,
      ),
      delayMilliseconds: quantile(
        of.map((sample) => sample.delayMilliseconds),
        0.5,
      ),
    };
  }
}

function residentMegabytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function valueIn(metrics: string, name: string): number {
  const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics) ?? [];
  return Number(value);
}
