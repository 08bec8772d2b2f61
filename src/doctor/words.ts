/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** `1 VM`, `2 VMs`; for nouns that take an s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A message of a forecast: its first line stands alone, then come figures, then remedies, which are said elsewhere. */
export function splitMessage(message: string): { readonly first: string; readonly figures: readonly string[] } {
  const [first = '', ...others] = message.split('\n');
  return { first, figures: others.filter((line) => !line.startsWith('Remedy: ')) };
}
