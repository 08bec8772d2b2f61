import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/certificates/clock.ts';

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that stands still until it is moved. What is started by it is awaited before it moves on. */
export class FakeClock implements Clock {
  readonly #start: number;
  #elapsed = 0;
  #tasks: Task[] = [];

  constructor(start: Date) {
    this.#start = start.getTime();
  }

  now(): Date {
    return new Date(this.#start + this.#elapsed);
  }

  elapsed(): number {
    return this.#elapsed;
  }

  after(milliseconds: number, run: () => void): () => void {
    const task = { at: this.#elapsed + milliseconds, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((each) => each !== task);
    };
  }

  /** The same clock on a wall that is wrong. */
  wrongBy(milliseconds: number): Clock {
    return {
      now: () => new Date(this.now().getTime() + milliseconds),
      elapsed: () => this.elapsed(),
      after: (pause, run) => this.after(pause, run),
    };
  }

  /** Until everybody waits for the clock: whoever works has `tasks` the fewer. */
  async idle(tasks: number): Promise<void> {
    while (this.#tasks.length < tasks) await setImmediate();
  }

  /** Moves on, task by task; each sets its next one before the clock goes on. `each` is called after every one. */
  async advance(seconds: number, each: () => void | Promise<void> = () => undefined): Promise<void> {
    const end = this.#elapsed + seconds * 1000;
    const count = this.#tasks.length;
    for (let task = this.#next(end); task !== undefined; task = this.#next(end)) {
      const next = task;
      this.#tasks = this.#tasks.filter((other) => other !== next);
      this.#elapsed = next.at;
      next.run();
      await this.idle(count);
      await each();
    }
    this.#elapsed = end;
  }

  #next(end: number): Task | undefined {
    return this.#tasks.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
  }
}
