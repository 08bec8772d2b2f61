/** What the user asked for cannot be done. The message stands by itself: what was given, and what was expected. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
