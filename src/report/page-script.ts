/** Runs before the body is read: rows that the script will hide anyway are then never laid out. */
export const EARLY_SCRIPT = "document.documentElement.classList.add('js');";

/** Works on the tables as they stand in the page; nothing is embedded for it, so no text can become code. */
export const PAGE_SCRIPT = `(() => {
'use strict';
const STEP = 300;
const collator = new Intl.Collator('en', { numeric: true });
const count = (amount) => amount.toLocaleString('en');
const cellsOf = (unit) => (unit.rows?.[0] ?? unit).cells;
const textOf = (unit) => [0, 1, 2, 3].map((index) => cellsOf(unit)[index]?.textContent ?? '').join(' ').toLowerCase();

function keyOf(cell, kind) {
  if (kind === 'number') return cell?.dataset.v === undefined ? NaN : Number(cell.dataset.v);
  return cell?.textContent ?? '';
}

function compare(one, other, direction) {
  if (typeof one === 'string') return direction * collator.compare(one, other);
  if (Number.isNaN(one) || Number.isNaN(other)) return Number.isNaN(one) - Number.isNaN(other);
  return direction * (one - other);
}

function prepare(table) {
  // A unit is what is moved and hidden as one: a group of rows, or a row.
  const isGrouped = table.dataset.sortable === 'groups';
  const parent = isGrouped ? table : table.tBodies[0];
  const original = [...(isGrouped ? table.tBodies : parent.rows)];
  const tools = document.querySelector('[data-tools="' + table.id + '"]');
  const more = document.querySelector('[data-more="' + table.id + '"]');
  const input = tools?.querySelector('input');
  const select = tools?.querySelector('select');
  const status = tools?.querySelector('[role=status]');
  let units = original;
  let most = STEP;
  let texts;

  function isWanted(unit, words) {
    if (select?.value && !unit.classList.contains(select.value)) return false;
    if (words.length === 0) return true;
    texts ??= new Map(original.map((each) => [each, textOf(each)]));
    return words.every((word) => texts.get(unit).includes(word));
  }

  function show() {
    const words = (input?.value ?? '').toLowerCase().split(/\\s+/).filter((word) => word !== '');
    let wanted = 0;
    for (const unit of units) {
      const matches = isWanted(unit, words);
      if (matches) wanted += 1;
      unit.hidden = !matches || wanted > most;
    }
    const shown = Math.min(wanted, most);
    const part = wanted > shown ? ', the first ' + count(shown) + ' shown' : '';
    if (status) status.textContent = count(wanted) + ' of ' + count(original.length) + (isGrouped ? ' VMs' : ' rows') + part;
    if (more) {
      more.hidden = wanted <= shown;
      more.textContent = 'Show ' + count(Math.min(wanted - shown, STEP * 4)) + ' more';
    }
  }

  function sort(head, index) {
    const state = head.getAttribute('aria-sort');
    for (const each of table.tHead.rows[0].cells) each.removeAttribute('aria-sort');
    units = original;
    if (state !== 'descending') {
      const direction = state === 'ascending' ? -1 : 1;
      head.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending');
      const keys = new Map(original.map((unit) => [unit, keyOf(cellsOf(unit)[index], head.dataset.sort)]));
      units = [...original].sort((one, other) => compare(keys.get(one), keys.get(other), direction));
    }
    const fragment = document.createDocumentFragment();
    for (const unit of units) fragment.append(unit);
    parent.append(fragment);
    show();
  }

  [...table.tHead.rows[0].cells].forEach((head, index) => {
    if (head.dataset.sort === undefined) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    button.addEventListener('click', () => sort(head, index));
    head.append(button);
  });
  input?.addEventListener('input', show);
  select?.addEventListener('change', show);
  more?.addEventListener('click', () => {
    most += STEP * 4;
    show();
  });
  if (tools) tools.hidden = false;
  show();
  table.classList.add('ready');
}

for (const table of document.querySelectorAll('table[data-sortable]')) prepare(table);

for (const link of document.querySelectorAll('a[data-standing]')) {
  link.addEventListener('click', () => {
    const select = document.querySelector('[data-tools="vm-table"] select');
    select.value = link.dataset.standing;
    select.dispatchEvent(new Event('change'));
  });
}

const theme = document.querySelector('[data-theme-switch]');
const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';
const label = () => { theme.textContent = isDark() ? 'Light theme' : 'Dark theme'; };
theme.addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  label();
});
system.addEventListener('change', label);
label();
theme.hidden = false;
})();
`;
