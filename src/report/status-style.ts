import { PAGE_STYLE } from './page-style.ts';

const WIDE = `
.facts small { display: block; margin-top: 0.1rem; }
.aside { margin: 0.9rem 0 0; color: var(--muted); font-size: 0.9rem; }
.mark.plain { color: var(--muted); } .mark.plain::before { content: '\\2022' / ''; }
#decision-table, #survey-table { table-layout: fixed; }
#decision-table th:nth-child(1) { width: 9%; } #decision-table th:nth-child(2) { width: 12%; }
#decision-table th:nth-child(3) { width: 13%; } #decision-table th:nth-child(4) { width: 10%; }
#decision-table th:nth-child(5), #decision-table th:nth-child(6) { width: 10%; }
#decision-table .n { text-align: start; }
#survey-table th:nth-child(1) { width: 24%; } #survey-table th:nth-child(2) { width: 20%; }
#survey-table th:nth-child(4) { width: 14%; }
#namespaces .legend { margin: 0.75rem 0; }
code { font-family: ui-monospace, 'Liberation Mono', monospace; }
`;

/** A row becomes a card: short cells beside each other, the sentence below them. */
const NARROW = `
@media (max-width: 40rem) {
  .cards #decision-table tbody tr, .cards #survey-table tbody tr { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline;
    padding: 0.5rem 0 0.75rem; border-bottom: 1px solid var(--line); }
  .cards #decision-table td:last-child, .cards #survey-table tbody th, .cards #survey-table td { width: 100% !important; }
  .cards #decision-table td small { display: inline; margin-left: 0.3rem; }
  .cards #decision-table td:last-child small { display: block; margin: 0; }
  .cards #decision-table td.n::before { display: none; }
  #survey-table td.n::before { content: 'Headroom'; }
}
`;

/** The report's own, with what only this page has. */
export const STATUS_STYLE: string = PAGE_STYLE + WIDE + NARROW;
