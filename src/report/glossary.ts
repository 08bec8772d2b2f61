import { type Html, html } from './html.ts';

const TERMS = [
  ['used', 'What the namespace uses of a quota key when the migration asks for its second pod.'],
  ['base', 'The limit that somebody has set. On Harvester from 1.4.2 on it is set on the namespace, not on the quota.'],
  ['after scale-up', 'The base with what Harvester adds to the quota while migrations are under way.'],
  ['needs', 'What the target pod asks of the key. It counts beside the source pod until the migration has settled.'],
  ['spare', 'After scale-up less used less needs. Where it is negative the API server refuses the pod.'],
  ['exceeds', 'The target pod is refused, and stays refused until somebody changes something.'],
  ['fits once', 'This migration goes through; afterwards the namespace uses so much that the next one exceeds.'],
  ['waits', 'There is room as soon as migrations that are under way have settled.'],
  ['unknown', 'A fact is missing or not understood; the reason is given.'],
] as const;

export type Terms = readonly (readonly [term: string, meaning: string])[];

/** The words of a page; by default those of the report. */
export function glossary(terms: Terms = TERMS): Html {
  return html`<footer id="terms"><h2>Terms</h2>
<dl>${terms.map(([term, meaning]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>`)}</dl>
</footer>
`;
}
