import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { documentedProgram } from '../../scripts/documented-program.ts';
import { documentNames, readDocument } from './documented-commands.ts';
import { parseMarkdown } from './markdown.ts';

const ROOTS = readdirSync('.', { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
/** Made by a command, or named as what would be made. */
const NOT_KEPT = /^(?:dist|coverage|node_modules)\/|VERSION|NNN|\.\.\./;
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Readonly<Record<string, string>> };

function spansOf(document: string): readonly string[] {
  return parseMarkdown(readDocument(document)).spans.map(({ text }) => text);
}

/** `src/server/limits.ts`, `test/security/*`; of a program also with a part of its path, as `harness/nodes.ts`. */
function isPath(span: string): boolean {
  const isOfTheRoot = ROOTS.includes(span.split('/')[0] ?? '');
  return /^[\w.*{},-]+\/[\w.*{},/-]*$/.test(span) && (isOfTheRoot || /\.(?:ts|sh)$/.test(span)) && !NOT_KEPT.test(span);
}

function isThere(document: string, path: string): boolean {
  const spelt = path.replace(/\/$/, '');
  const places = [spelt, `${spelt}*`, join(dirname(document), spelt), `{bench,scripts,src,test}/**/${spelt}`];
  return places.some((place) => globSync(place).length > 0);
}

describe('what the documents name is there', () => {
  test.each(documentNames())('files and folders in %s', (document) => {
    const paths = spansOf(document).filter(isPath);
    expect(paths.filter((path) => !isThere(document, path))).toEqual([]);
  });

  test('among them some that have to be found', () => {
    expect(spansOf('docs/threat-model.md').filter(isPath).length).toBeGreaterThan(20);
    expect(isThere('docs/threat-model.md', 'test/security/no-such.test.ts')).toBe(false);
  });

  test.each(documentNames())('suites and scripts in %s', (document) => {
    const suites = spansOf(document).filter((span) => /^[a-z][\w-]*\.(?:test|e2e|fuzz|browser)\.ts$/.test(span));
    expect(suites.filter((suite) => globSync(`test/**/${suite}`).length === 0)).toEqual([]);
    const checks = spansOf(document).filter((span) => /^check:[\w-]+$/.test(span));
    expect(checks.filter((script) => scripts[script] === undefined)).toEqual([]);
  });
});

describe('what the documents show as a block', () => {
  const blocks = documentNames().flatMap((document) =>
    parseMarkdown(readDocument(document)).blocks.map((block) => ({ ...block, where: `${document}:${block.line}` })),
  );

  test('is of a language of which it is known whether it holds commands', () => {
    const known = ['sh', 'console', 'json', 'yaml', 'text', 'promql', 'indented', ''];
    expect(blocks.filter(({ language }) => !known.includes(language)).map(({ where }) => where)).toEqual([]);
  });

  test('is YAML or JSON where it says so', () => {
    const faults = blocks.flatMap(({ language, lines, where }) => {
      const isPrompted = lines[0]?.startsWith('$ ');
      const isData = language === 'yaml' || (language === 'json' && !isPrompted);
      // JSON is YAML.
      const errors = isData ? parseAllDocuments(lines.join('\n')).flatMap((one) => one.errors) : [];
      return errors.map(({ message }) => `${where}: ${message}`);
    });
    expect(faults).toEqual([]);
    expect(blocks.filter(({ language }) => language === 'yaml').length).toBeGreaterThan(0);
  });
});

describe('the table of folders in docs/architecture.md', () => {
  test('has a row for each folder of src, and for the program', () => {
    const rows = [...readFileSync('docs/architecture.md', 'utf8').matchAll(/^\| `([\w.]+)` \|.*\|.*\|.*\|$/gm)];
    const named = rows.map(([, folder]) => folder);
    expect(named.sort()).toEqual(readdirSync('src').sort());
  });
});

describe('docs/commands.md', () => {
  test('has a section for each command of the program', () => {
    const [, ...commands] = documentedProgram();
    const titles = [...readFileSync('docs/commands.md', 'utf8').matchAll(/^## ([a-z-]+)$/gm)].map(([, title]) => title);
    expect(titles.sort()).toEqual(commands.map(({ command }) => command.name()).sort());
  });
});

describe('the list of decisions', () => {
  test('is numbered without a gap, each page called as its file', () => {
    const pages = readdirSync('docs/adr').sort();
    for (const [index, page] of pages.entries()) {
      expect(page).toMatch(new RegExp(`^${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`));
      expect(readFileSync(`docs/adr/${page}`, 'utf8')).toMatch(new RegExp(`^# ${index + 1}\\. \\S`));
    }
  });
});
