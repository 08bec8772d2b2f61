import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { documentNames } from './documented-commands.ts';
import { parseMarkdown } from './markdown.ts';

const pages = documentNames().filter((name) => name.endsWith('.md'));
const parsed = new Map(pages.map((name) => [name, parseMarkdown(readFileSync(name, 'utf8'))]));

interface Link {
  readonly shown: string;
  /** A path from the root of the repository. */
  readonly path: string;
  readonly anchor: string;
}

/** Those that stay in the repository. */
function linksOf(page: string): readonly Link[] {
  const own = parsed.get(page)?.links.filter(({ text }) => !/^[a-z]+:/.test(text)) ?? [];
  return own.map(({ text, line }) => {
    const [path = '', anchor = ''] = text.split('#');
    const from = path === '' ? page : normalize(join(dirname(page), path)).replace(/\/$/, '');
    return { shown: `${page}:${line}: ${text}`, path: from, anchor };
  });
}

function isDead({ path, anchor }: Link): boolean {
  if (!existsSync(path)) return true;
  return anchor !== '' && parsed.get(path)?.anchors.has(anchor) !== true;
}

/** A link to a folder leads to all that is in it. */
function targetsOf({ path }: Link): readonly string[] {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  return isFolder ? pages.filter((page) => dirname(page) === path) : [path];
}

function reachedFrom(start: string): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const page of reached) {
    for (const target of linksOf(page).flatMap(targetsOf)) reached.add(target);
  }
  return reached;
}

describe('a link in the documents', () => {
  test.each(pages)('of %s leads to a file that is there, and to a heading in it', (page) => {
    expect(
      linksOf(page)
        .filter(isDead)
        .map(({ shown }) => shown),
    ).toEqual([]);
  });

  test('leads, step by step from the README, to every page', () => {
    const reached = reachedFrom('README.md');
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });

  test('is found wherever it stands, and in code it is none', () => {
    const { links, anchors } = parseMarkdown(
      '# A `b` (c)\n\n## A\n\n## A\n\n[x](y.md#z) `[no](no.md)` [x\ny](w.md)\n\n```\n[no](no.md)\n```\n',
    );
    expect(links).toEqual([
      { text: 'y.md#z', line: 7 },
      { text: 'w.md', line: 8 },
    ]);
    expect([...anchors]).toEqual(['a-b-c', 'a', 'a-1']);
  });
});
