/** Shortens a name in its middle, so that both its beginning and its generated end can still be recognised. */
export function shortenMiddle(name: string, most: number): string {
  if (name.length <= most) return name;
  const kept = most - 1;
  const head = Math.ceil(kept / 2);
  return `${name.slice(0, head)}…${name.slice(name.length - (kept - head))}`;
}

/**
 * Builds a line of at most `most` characters by shortening the names in it step by step; `build` gets the length that a
 * name may have. What still does not fit is cut at the end.
 */
export function fittingLine(most: number, build: (longestName: number) => string): string {
  for (const longestName of [253, 80, 60, 48, 36, 28, 22, 16, 12]) {
    const line = build(longestName);
    if (line.length <= most) return line;
  }
  return `${build(12).slice(0, most - 1)}…`;
}
