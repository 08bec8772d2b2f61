/** Members that hold amounts by resource name, and members that are one. */
const LISTS: ReadonlySet<string> = new Set(['limits', 'requests', 'hard', 'used']);
const AMOUNTS: ReadonlySet<string> = new Set([
  ...['guest', 'maxGuest', 'guestAtBoot', 'guestCurrent', 'guestRequested'],
  ...['limitsCpu', 'limitsMemory'],
]);

/** Every text in plain objects that is a Kubernetes quantity, those in JSON annotations included. */
export function quantityTexts(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (typeof member === 'string') return textsIn(name, member);
    return LISTS.has(name) ? Object.values(member as Record<string, string>) : quantityTexts(member);
  });
}

function textsIn(name: string, text: string): readonly string[] {
  if (AMOUNTS.has(name)) return [text];
  return text.startsWith('{') ? quantityTexts(JSON.parse(text)) : [];
}
