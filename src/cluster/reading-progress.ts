/** How far something that takes its time has come. */
export interface Progress {
  /** What is being done, for example `reading Pods of namespace team-a`. */
  readonly doing: string;
  readonly done: number;
  /** Of how many; undefined where nobody knows. */
  readonly total?: number;
  readonly unit: 'objects' | 'bytes';
}

export type ProgressListener = (progress: Progress) => void;
