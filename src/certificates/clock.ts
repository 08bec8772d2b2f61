/** Time as an argument: what a clock on the wall says, what has passed, and being called later. */
export interface Clock {
  now(): Date;
  /** Milliseconds since some moment; setting the clock of the machine does not change them. */
  elapsed(): number;
  /** Returns what calls it off. A task that is still to come keeps no process alive. */
  after(milliseconds: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  after: (milliseconds, task) => {
    const timer = setTimeout(task, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
