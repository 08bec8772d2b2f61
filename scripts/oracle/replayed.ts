// What `headroom replay` printed of one file of vectors.

/** The sentences of each line of the file that differs, by the line's number. */
export function differencesByLine(output: string, file: string): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const text of output.split('\n')) {
    if (!text.startsWith(`${file}:`)) continue;
    const number = Number.parseInt(text.slice(file.length + 1), 10);
    found.set(number, [...(found.get(number) ?? []), text.slice(file.length + 1)]);
  }
  return found;
}

export interface DifferingCase {
  readonly texts: readonly string[];
  readonly line: string;
}

/** Of each kind of difference a short case: the shortest first, then each that differs in what none before it does. */
export function telling(cases: readonly DifferingCase[]): DifferingCase[] {
  const seen = new Set<string>();
  return cases
    .toSorted((left, right) => left.line.length - right.line.length)
    .filter(({ texts }) => {
      const before = seen.size;
      for (const text of texts) seen.add(fieldOf(text));
      return seen.size > before;
    });
}

/** In how many cases each field differs, the most frequent first: `123 pod.containers.compute.limits.memory`. */
export function fieldsThatDiffer(cases: readonly DifferingCase[]): string[] {
  const counts = new Map<string, number>();
  for (const field of cases.flatMap(({ texts }) => [...new Set(texts.map(fieldOf))])) {
    counts.set(field, (counts.get(field) ?? 0) + 1);
  }
  return [...counts].toSorted(([, left], [, right]) => right - left).map(([field, count]) => `${count} ${field}`);
}

/** `3 case-2: overheadBytes: expected 1, computed 2` is about overheadBytes. */
function fieldOf(text: string): string {
  return text.replace(/^\d+(?: \S+)?: /, '').replace(/: expected .*$/s, '');
}

/** `N passed, N failed`, which is the last line. */
export function tallyOf(output: string): string {
  const tally = output.trimEnd().split('\n').at(-1) ?? '';
  if (!/^\d+ passed, \d+ failed$/.test(tally)) throw new Error('headroom replay did not end with its figures');
  return tally;
}
