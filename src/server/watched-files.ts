import { type CertificateLogger, ChangeLog } from '../certificates/change-log.ts';
import { type Clock, systemClock } from '../certificates/clock.ts';

const POLL_MILLISECONDS = 5000;

/** Content of one file or of several that belong together. */
export interface WatchedFiles<T> {
  /** By which the log names them. */
  readonly file: string;
  /** Rejects for what cannot be used. */
  readonly read: () => Promise<T>;
  readonly isSame: (one: T, other: T) => boolean;
  /** What has been read at the start. */
  readonly first: T;
  /** Told of each content that differs from the one before. */
  readonly onChange: (content: T, log: Pick<ChangeLog, 'event'>) => void;
}

export interface WatchParts {
  readonly logger: CertificateLogger;
  readonly clock?: Clock | undefined;
}

/** Only what has been read twice alike: a file cut off between two of its certificates looks whole. */
class ChangeReader<T> {
  readonly #files: WatchedFiles<T>;
  #taken: T;
  #seen: { readonly content: T } | undefined;

  constructor(files: WatchedFiles<T>) {
    this.#files = files;
    this.#taken = files.first;
  }

  /** The content, if it is another one than that last returned. */
  async readChanged(): Promise<{ readonly content: T } | undefined> {
    const { read, isSame } = this.#files;
    const before = this.#seen;
    this.#seen = undefined;
    const content = await read();
    this.#seen = { content };
    if (before === undefined || !isSame(before.content, content) || isSame(this.#taken, content)) return undefined;
    this.#taken = content;
    return { content };
  }
}

/**
 * Reads the files again and again, and hands over each content that differs from the one before. By content: kubelet
 * swaps a symbolic link two folders up, which no watch of the file itself would see. Returns what ends it.
 */
export function watchFiles<T>(files: WatchedFiles<T>, { logger, clock = systemClock }: WatchParts): () => void {
  const log = new ChangeLog(logger);
  const reader = new ChangeReader(files);
  const stopping = new AbortController();
  let cancel: () => void = () => undefined;

  const takeUp = async (): Promise<void> => {
    const changed = await reader.readChanged();
    if (stopping.signal.aborted) return;
    if (changed !== undefined) files.onChange(changed.content, log);
    log.well(files.file);
  };
  const refuse = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    log.trouble('warn', files.file, 'the changed files are not taken up', text);
  };
  const waitForNext = (): void => {
    if (!stopping.signal.aborted) cancel = clock.after(POLL_MILLISECONDS, poll);
  };
  const poll = (): void => void takeUp().catch(refuse).finally(waitForNext);

  waitForNext();
  return () => {
    log.silence();
    stopping.abort();
    cancel();
  };
}
