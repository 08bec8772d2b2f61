import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { headroom } from './run-program.ts';

const BLOCK = /```(console|json)\n\$ headroom (.+)\n([\s\S]*?)```/g;
const text = readFileSync('docs/commands.md', 'utf8');
const examples = [...text.matchAll(BLOCK)].map(([, kind = '', line = '', shown = '']) => ({ kind, line, shown }));

describe('docs/commands.md shows what the program prints', () => {
  test('in several examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(5);
  });

  test.each(examples)('for $line', async ({ kind, line, shown }) => {
    const { stdout } = await headroom(line);
    if (kind === 'json') expect(JSON.parse(stdout)).toMatchObject(JSON.parse(shown, shownTerms));
    else expect(stdout.trimEnd()).toMatch(withVersions(shown.trimEnd()));
  });
});

/** Of the terms, the page shows the first. */
function shownTerms(key: string, value: unknown): unknown {
  return key === 'terms' && Array.isArray(value) ? expect.arrayContaining(value) : value;
}

/** `VERSION` stands for any. */
function withVersions(shown: string): RegExp {
  const escaped = shown.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('VERSION', '\\d[\\w.-]*')}$`);
}
