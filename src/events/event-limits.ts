/** As client-go allows one source about one object: a burst, then one in five minutes. */
const OBJECT = { burst: 25, refillMilliseconds: 300_000 } as const;
/** For all VMs together, as the API server keeps each Event for an hour: some 3,700 of them, or a few megabytes. */
const ALL = { burst: 100, refillMilliseconds: 1000 } as const;
/** As many objects as client-go remembers. Who is forgotten has most often got all its tokens back. */
const MOST_OBJECTS = 4096;

interface Rate {
  readonly burst: number;
  readonly refillMilliseconds: number;
}

/** Begins full; gets a token back each so many milliseconds. */
class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  hasToken(now: number): boolean {
    const { burst, refillMilliseconds } = this.#rate;
    // A clock on a wall may be set back; nothing is taken away for it.
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(burst, this.#tokens + passed / refillMilliseconds);
    this.#at = now;
    return this.#tokens >= 1;
  }

  take(): void {
    this.#tokens -= 1;
  }
}

/** Whether one more Event may be written: about its object, and at all. */
export class EventLimits {
  readonly #all: TokenBucket;
  /** The object asked about last is the last. */
  readonly #objects = new Map<string, TokenBucket>();

  constructor(now: number) {
    this.#all = new TokenBucket(ALL, now);
  }

  take(uid: string, now: number): boolean {
    const own = this.#objects.get(uid) ?? new TokenBucket(OBJECT, now);
    this.#objects.delete(uid);
    this.#objects.set(uid, own);
    const [oldest] = this.#objects.keys();
    if (this.#objects.size > MOST_OBJECTS && oldest !== undefined) this.#objects.delete(oldest);
    const [hasOwn, hasCommon] = [own.hasToken(now), this.#all.hasToken(now)];
    if (!hasOwn || !hasCommon) return false;
    own.take();
    this.#all.take();
    return true;
  }
}
