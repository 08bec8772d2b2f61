import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';
import { backtracking } from './regex-backtracking.ts';
import type { Regex } from './regex-syntax.ts';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

interface Found extends Regex {
  readonly file: string;
}

type Node = Readonly<Record<string, unknown>>;

function addNodes(value: unknown, found: Node[]): void {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value) found.push(value as Node);
  for (const child of Object.values(value)) addNodes(child, found);
}

function nodesOf(file: string): readonly Node[] {
  const found: Node[] = [];
  addNodes(parseSync(readFileSync(`${src}${file}`, 'utf8'), { syntax: 'typescript' }), found);
  return found;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const nodes = files.flatMap((file) => nodesOf(file).map((node) => ({ file, node })));

const literals: readonly Found[] = nodes.flatMap(({ file, node: { type, pattern, flags } }) =>
  type === 'RegExpLiteral' ? [{ file, source: String(pattern), flags: String(flags) }] : [],
);

function makesRegex({ type, callee }: Node): boolean {
  const isCall = type === 'NewExpression' || type === 'CallExpression';
  return isCall && (callee as { value?: unknown } | undefined)?.value === 'RegExp';
}

const makers = [...new Set(nodes.filter(({ node }) => makesRegex(node)).map(({ file }) => file))];

/** Those that a module puts together from texts when it is loaded. */
async function madeBy(file: string): Promise<readonly Found[]> {
  const made: Found[] = [];
  const Original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(Original, {
    construct: (target, given: [string, string?], newTarget) => {
      made.push({ file, source: String(given[0]), flags: given[1] ?? '' });
      return Reflect.construct(target, given, newTarget);
    },
  });
  try {
    await import(`${src}${file}`);
  } finally {
    globalThis.RegExp = Original;
  }
  return made;
}

describe('the check of regular expressions knows', () => {
  test.each([
    ['^(a*)*$', 'exponential'],
    ['^(a|a)*$', 'exponential'],
    ['^(a+)+$', 'exponential'],
    ['^(\\w|\\d)+$', 'exponential'],
    ['^([a-z]+\\s?)*$', 'exponential'],
    ['^(?=(x+x+)+y)', 'exponential'],
    ['^\\d*\\d*$', 'polynomial'],
    ['^a*b?a*$', 'polynomial'],
    ['\\s+$', 'polynomial'],
    ['a.*b', 'polynomial'],
    ['\\B(?=(\\d{3})+$)', 'polynomial'],
    ['@.*$', 'polynomial'],
    ['^"(?:[^"\\\\]|\\\\.)*"$', 'linear'],
    ['^"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"$', 'linear'],
    ['^[a-z]+(?:-[a-z]+)*$', 'linear'],
    ['\\s+', 'linear'],
    ['^(?:ab|ac)*$', 'linear'],
  ])('%s is %s', (source, expected) => {
    expect(backtracking({ source, flags: '' })).toBe(expected);
  });
});

describe('no text makes a regular expression of the program backtrack', () => {
  test.each(literals)('$file: /$source/$flags', ({ source, flags }) => {
    expect(backtracking({ source, flags })).toBe('linear');
  });

  test('those that are put together neither', async () => {
    const made = (await Promise.all(makers.map(madeBy))).flat();
    expect(new Set(made.map(({ file }) => file))).toEqual(new Set(makers));
    for (const { source, flags } of made)
      expect({ source, is: backtracking({ source, flags }) }).toEqual({ source, is: 'linear' });
  });

  test('there are some', () => {
    expect(literals.length).toBeGreaterThan(40);
    expect(makers).toEqual(['kubevirt/go-number.ts']);
  });
});
