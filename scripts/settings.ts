// Writes the tables of settings and of the chart's values where they are documented; with --check it only says what is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { describedSettings } from '../src/config/serve-config.ts';

type Row = readonly string[];

const TABLES: Readonly<Record<string, () => string>> = {
  settings: () => table(['flag', 'environment variable', 'default', 'meaning'], describedSettings().map(settingRow)),
  values: () => table(['value', 'default', 'meaning'], valueRows()),
};

/** Which table is where, between `<!-- begin NAME -->` and `<!-- end NAME -->`. */
const PLACES = [
  { file: 'docs/settings.md', name: 'settings' },
  { file: 'README.md', name: 'settings' },
  { file: 'charts/headroom/README.md', name: 'values' },
] as const;

function settingRow({ flag, variable, text, default: byDefault }: ReturnType<typeof describedSettings>[number]): Row {
  return [code(flag), code(variable), code(byDefault), text];
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

function table(titles: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), `|${'---|'.repeat(titles.length)}`, ...rows.map(line)].join('\n');
}

function valueRows(): readonly Row[] {
  const { contents } = parseDocument(readFileSync('charts/headroom/values.yaml', 'utf8'));
  if (!isMap(contents)) throw new Error('values.yaml holds no values');
  return rowsOf(contents, '');
}

/** A row for each value, and one for a group that has a comment of its own. */
function rowsOf(group: YAMLMap, path: string): readonly Row[] {
  return group.items.flatMap((pair): readonly Row[] => {
    const name = `${path}${pair.key}`;
    const meaning = commentOn(pair, group);
    if (isMap(pair.value) && pair.value.items.some((inner) => commentOn(inner, pair.value) !== '')) {
      return [...(meaning === '' ? [] : [[code(name), '', meaning]]), ...rowsOf(pair.value, `${name}.`)];
    }
    if (meaning === '') throw new Error(`values.yaml: ${name} has no comment`);
    return [[code(name), code(shown(pair.value)), meaning]];
  });
}

/** What stands above a key; above the first of a group the parser takes it to be about the group. */
function commentOn(pair: Pair, group: unknown): string {
  const above = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  const aboveGroup = isMap(group) && group.items[0] === pair ? group.commentBefore : undefined;
  // What an empty line parts from the key is about the file.
  const own = (above ?? aboveGroup ?? '').split('\n\n').at(-1) ?? '';
  return own.replaceAll(/\s+/g, ' ').trim();
}

function shown(value: unknown): string {
  const plain = JSON.parse(JSON.stringify(value));
  return typeof plain === 'string'
    ? plain
    : JSON.stringify(plain)
        .replaceAll(/([:,])/g, '$1 ')
        .replaceAll('"', '');
}

function filled(text: string, file: string, name: string): string {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file}: no ${begin.trim()} and ${end} after it`);
  return `${text.slice(0, from + begin.length)}${TABLES[name]?.()}\n${text.slice(to)}`;
}

let failures = 0;
for (const { file, name } of PLACES) {
  try {
    const text = readFileSync(file, 'utf8');
    const wanted = filled(text, file, name);
    if (text === wanted) continue;
    if (process.argv.includes('--check'))
      throw new Error(`${file}: the table of ${name} is stale: node scripts/settings.ts`);
    writeFileSync(file, wanted);
  } catch (error) {
    failures += 1;
    console.error(`FAILED: ${error instanceof Error ? error.message : error}`);
  }
}
if (failures === 0) console.log(`${PLACES.length} tables are up to date`);
process.exitCode = failures > 0 ? 1 : 0;
