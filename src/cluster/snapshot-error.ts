/** A snapshot that cannot be read. The message stands by itself: which file, where in it, and what was expected. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/** Where a document starts. JSON Lines have no `document`: there a line says it all. */
export interface DocumentPlace {
  readonly file: string;
  readonly document?: number;
  readonly line: number;
}

export function snapshotErrorAt(place: DocumentPlace, reason: string): SnapshotError {
  const document = place.document === undefined ? '' : `document ${place.document}, `;
  return new SnapshotError(`${place.file}: ${document}line ${place.line}: ${reason}`);
}
