/** Both themes stand in `light-dark()`: the system's choice, or the reader's by `data-theme`. Print is always light. */
const COLORS = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #14171c);
  --panel: light-dark(#f5f7f9, #1c2128);
  --text: light-dark(#1a1f26, #e6e9ee);
  --muted: light-dark(#525c68, #a7b1be);
  --line: light-dark(#d3dae2, #363f4a);
  --link: light-dark(#0a57a4, #80baff);
  --exceeds: light-dark(#b0211a, #ff9389);
  --last: light-dark(#854800, #f4b765);
  --unknown: light-dark(#653a99, #cdaef7);
  --waits: light-dark(#0a57a4, #80baff);
  --fits: light-dark(#17653a, #74d69a);
  --room: light-dark(#e4e9ef, #2a313a);
  --scaled: light-dark(#c3cdd8, #46515e);
  --used: light-dark(#5a6a7e, #8496ab);
  --need: light-dark(#2c9a60, #3aa870);
  --short: light-dark(#d4372c, #e0544a);
  --stripe: light-dark(#ffffff, #14171c);
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
`;

const FRAME = `
*, ::before, ::after { box-sizing: border-box; }
body { margin: 0 auto; max-width: 96rem; padding: 0 1.5rem 3rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif; }
a { color: var(--link); }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 2.75rem 0 0.5rem; font-size: 1.3rem; }
#summary h2 { margin-top: 0.75rem; }
h3 { margin: 1.25rem 0 0.25rem; font-size: 1rem; }
p { margin: 0.25rem 0 0.75rem; max-width: 75ch; }
small { display: block; font-size: 0.8rem; color: var(--muted); font-weight: 400; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -999rem; padding: 0.5rem 1rem; background: var(--page); }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 2; }
.defs { position: absolute; }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: end; justify-content: space-between;
  padding: 1.75rem 0 1rem; border-bottom: 1px solid var(--line); }
header p { max-width: none; margin: 0.35rem 0 0; color: var(--muted); overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0; padding: 0.6rem 0; list-style: none; }
button, input, select { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--muted);
  border-radius: 6px; padding: 0.3rem 0.6rem; }
button { cursor: pointer; }
[hidden] { display: none !important; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--muted); }
footer dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 0.25rem 2rem; margin: 0.5rem 0; }
footer dt { color: var(--text); font-weight: 600; }
footer dd { margin: 0 0 0.5rem; }
`;

const SUMMARY = `
.headline { margin: 0.75rem 0 1rem; padding: 0.8rem 1.1rem; max-width: none; font-size: 1.2rem; font-weight: 600;
  background: var(--panel); border-left: 6px solid var(--fits); border-radius: 4px; }
.headline.exceeds { border-color: var(--exceeds); } .headline.last { border-color: var(--last); }
.headline.unknown { border-color: var(--unknown); } .headline.waits { border-color: var(--waits); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 0.75rem; margin: 0; padding: 0; list-style: none; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 0.75rem 1rem; }
.tile a { display: block; text-decoration: none; color: inherit; }
.tile a:hover .mark { text-decoration: underline; }
.tile p { margin: 0.15rem 0 0; font-size: 0.85rem; color: var(--muted); line-height: 1.35; }
.figure { display: block; font-size: 2rem; font-weight: 650; line-height: 1.1; font-variant-numeric: tabular-nums; }
.tile.none .figure { color: var(--muted); font-weight: 400; }
.share { display: block; width: 100%; height: 14px; margin: 0.9rem 0; border-radius: 4px; }
.share rect { height: 14px; stroke: var(--page); stroke-width: 1px; }
.share .exceeds { fill: url(#short); } .share .last { fill: url(#last); }
.share .unknown { fill: var(--unknown); } .share .waits { fill: url(#waiting); } .share .fits { fill: var(--need); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.75rem 1.5rem; margin: 1rem 0 0; }
.facts dt { font-size: 0.85rem; color: var(--muted); }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.findings { padding: 0; list-style: none; }
.findings { margin: 0.5rem 0; }
.findings > li { border-top: 1px solid var(--line); padding: 0.45rem 0; overflow-wrap: anywhere; }
.findings .mark { display: inline-block; min-width: 6.5rem; } .findings small { margin-left: 1.1rem; }
.mark::before { display: inline-block; min-width: 1.15em; font-weight: 700; }
.mark.exceeds { color: var(--exceeds); } .mark.exceeds::before { content: '\\2715' / ''; }
.mark.last { color: var(--last); } .mark.last::before { content: '\\25B2' / ''; }
.mark.unknown { color: var(--unknown); } .mark.unknown::before { content: '?' / ''; }
.mark.waits { color: var(--waits); } .mark.waits::before { content: '\\25F7' / ''; }
.mark.fits { color: var(--fits); } .mark.fits::before { content: '\\2713' / ''; }
`;

const TABLES = `
.tools { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; margin: 0.75rem 0; }
.tools label { font-size: 0.85rem; color: var(--muted); }
.tools input, .tools select { display: block; color: var(--text); min-width: 14rem; }
.tools p { margin: 0 0 0.35rem; color: var(--muted); }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
caption { padding: 0.35rem 0; text-align: start; color: var(--muted); }
th, td { padding: 0.45rem 0.6rem; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; unicode-bidi: isolate; }
td:first-child, th:first-child { padding-left: 0.25rem; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--page); vertical-align: bottom; line-height: 1.25; overflow-wrap: normal;
  border-bottom: 2px solid var(--line); }
tbody th { font-weight: 600; }
tbody tr:hover { background: var(--panel); }
.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.n small, thead .n { white-space: normal; }
th button { font-weight: inherit; text-align: inherit; padding: 0.15rem 0.3rem; margin: -0.15rem -0.3rem; border-color: transparent; background: none; }
th button:hover { border-color: var(--muted); }
th button::after { content: '\\2195' / ''; margin-inline-start: 0.3em; color: var(--muted); }
th[aria-sort='ascending'] button::after { content: '\\2191' / ''; color: var(--text); }
th[aria-sort='descending'] button::after { content: '\\2193' / ''; color: var(--text); }
.js [data-sortable='rows']:not(.ready) tbody tr:nth-child(n+301), .js [data-sortable='groups']:not(.ready) tbody:nth-of-type(n+301) { display: none; }
.count { display: inline-block; margin-right: 0.5rem; }
#namespace-table, #vm-table { table-layout: fixed; }
#namespace-table th:nth-child(1) { width: 14%; } #namespace-table th:nth-child(2) { width: 12%; }
#namespace-table th:nth-child(3) { width: 28%; } #namespace-table th:nth-child(8) { width: 11%; }
#vm-table th:nth-child(1), #vm-table th:nth-child(2) { width: 16%; } #vm-table th:nth-child(3) { width: 11%; }
#vm-table th:nth-child(4) { width: 15%; }
#vm-table tbody tr:first-child > * { border-bottom: 0; padding-bottom: 0; }
#vm-table tbody:hover { background: var(--panel); }
#ratio-table td:nth-child(2) { min-width: 8.5rem; }
details p { max-width: 100ch; margin: 0.35rem 0; font-size: 0.85rem; overflow-wrap: anywhere; }
summary { cursor: pointer; }
.remedy { padding-left: 0.6rem; border-left: 3px solid var(--link); }
`;

const PICTURES = `
.bar { display: block; width: 100%; height: 30px; }
.bar .room, .bar .scaled { y: 2px; height: 26px; }
.bar .used, .bar .need, .bar .over { y: 8px; height: 14px; }
.bar .base, .bar .limit { width: 2px; height: 30px; fill: var(--text); }
.bar .base { y: 0; } .bar .limit { y: 0; width: 3px; }
.room { fill: var(--room); } .scaled { fill: url(#scaled); } .used { fill: var(--used); }
.over { fill: none; } .need.fits { fill: var(--need); }
.need.exceeds { fill: url(#short); } .over.exceeds { fill: var(--short); }
.need.waits { fill: url(#waiting); } .over.waits { fill: var(--waits); }
.cut { fill: var(--page); }
.h-scaled rect { fill: var(--room); } .h-scaled path { stroke: var(--scaled); }
.h-short rect { fill: var(--short); } .h-short path { stroke: var(--stripe); }
.h-waiting rect { fill: var(--waits); } .h-waiting path { stroke: var(--stripe); }
.h-last rect { fill: var(--last); } .h-last path { stroke: var(--stripe); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0.25rem 0 0; padding: 0; list-style: none; font-size: 0.85rem; color: var(--muted); }
.legend svg { width: 30px; height: 16px; vertical-align: -3px; margin-right: 0.4rem; }
.legend rect { height: 16px; width: 30px; }
.legend .tick { width: 3px; fill: var(--text); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 1rem; margin: 1rem 0; }
figure { margin: 0; padding: 0.75rem 1rem; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; break-inside: avoid; }
figcaption { overflow-wrap: anywhere; }
figcaption small { display: inline; } figcaption span { display: block; color: var(--muted); font-size: 0.9rem; }
.chart { display: block; width: 100%; height: auto; }
.chart text { font-size: 12px; fill: var(--muted); font-variant-numeric: tabular-nums; }
.chart .end { text-anchor: end; } .chart .middle { text-anchor: middle; }
.chart .halo { fill: var(--text); font-weight: 600; paint-order: stroke; stroke: var(--panel); stroke-width: 4px; }
.chart path { fill: none; } .grid { stroke: var(--line); }
.line { stroke: var(--link); stroke-width: 2.5px; } .baseline { stroke: var(--text); stroke-width: 1.5px; stroke-dasharray: 7 4; }
.today { stroke: var(--muted); stroke-width: 1.5px; stroke-dasharray: 2 3; }
.chart .over { fill: url(#short); opacity: 0.45; } .dot { fill: var(--link); } .cross { stroke: var(--exceeds); stroke-width: 2.5px; }
`;

/** On a narrow screen a row becomes a card; what has too many columns for that can be scrolled. */
const NARROW = `
@media (max-width: 64rem) { .scroll { overflow-x: auto; } thead th { position: static; } table { min-width: 58rem; } }
@media (max-width: 40rem) {
  body { padding: 0 1rem 2rem; }
  .tools label { width: 100%; } .tools input, .tools select { min-width: 0; width: 100%; }
  .tiles { grid-template-columns: 1fr 1fr; }
  .cards table, .cards thead, .cards tbody, .cards tr, .cards th, .cards td, .cards caption { display: block; min-width: 0; }
  .cards thead tr { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; }
  .cards thead th, .cards tbody th, .cards td { width: auto !important; border: 0; padding: 0.1rem 0; }
  .cards thead th[data-sort] { text-align: start; } .cards thead th:not([data-sort]) { display: none; }
  .cards tbody tr:last-child, .cards #namespace-table tr { padding: 0.5rem 0 0.75rem; border-bottom: 1px solid var(--line); }
  .cards #vm-table tbody tr:first-child { padding-top: 0.5rem; }
  .cards td:empty { display: none; }
  .cards td.n { display: flex; flex-wrap: wrap; column-gap: 0.5rem; align-items: baseline; }
  .cards td.n::before { min-width: 8rem; color: var(--muted); }
  #namespace-table td:nth-child(4)::before, #vm-table td:nth-child(5)::before { content: 'Used'; }
  #namespace-table td:nth-child(5)::before { content: 'Base'; }
  #namespace-table td:nth-child(6)::before, #vm-table td:nth-child(7)::before { content: 'After scale-up'; }
  #namespace-table td:nth-child(7)::before, #vm-table td:nth-child(6)::before { content: 'Needs'; }
  #namespace-table td:nth-child(8)::before, #vm-table td:nth-child(8)::before { content: 'Spare'; }
}
`;

const PRINT = `
@page { size: A4 landscape; margin: 12mm; }
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  html { font-size: 11px; } body { max-width: none; padding: 0; font-size: 11px; }
  nav, .tools, button[data-more], button[data-theme-switch], .skip { display: none !important; }
  .tile, .headline, figure { print-color-adjust: exact; }
  .tiles { grid-template-columns: repeat(5, 1fr); }
  .charts { grid-template-columns: repeat(3, 1fr); }
  .scroll { overflow: visible; } table { min-width: 0; } thead th { position: static; }
  th button { padding: 0; margin: 0; border: 0; } th button::after { content: none; }
  tr, .tile { break-inside: avoid; } h2, caption { break-after: avoid; }
  .exceeds details::details-content, .last details::details-content, .findings details::details-content { content-visibility: visible; block-size: auto; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;

export const PAGE_STYLE = [COLORS, FRAME, SUMMARY, TABLES, PICTURES, NARROW, PRINT].join('');
