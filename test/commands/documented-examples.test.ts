import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { headroom } from './run-program.ts';
import { commandOf } from './understood-line.ts';

const BLOCK = /```(console|json)\n\$ (?:headroom|npm run -s headroom --) (.+)\n([\s\S]*?)```/g;
const SHELL_BLOCK = /```sh\n([\s\S]*?)```/g;
/** The program under each of its names; `helm install headroom …` is another one. */
const SHELL_LINE = /^(?:.*&& )?(?:kubectl headroom|npm run -s headroom --|headroom) (.+)$/gm;

describe.each([
  ['docs/commands.md', 5],
  ['docs/cookbook.md', 10],
  ['README.md', 1],
])('%s shows what the program prints', (file, least) => {
  const text = readFileSync(file, 'utf8');
  const examples = [...text.matchAll(BLOCK)].map(([, kind = '', line = '', shown = '']) => ({ kind, line, shown }));

  test('in several examples, each in a block of its own', () => {
    expect(examples.length).toBeGreaterThanOrEqual(least);
    expect(text.match(/^\$ (?:npm run -s )?headroom /gm)?.length).toBe(examples.length);
  });

  test.each(examples)('for $line', async ({ kind, line, shown }) => {
    const { stdout } = await headroom(line);
    if (kind === 'json') expect(JSON.parse(stdout)).toMatchObject(JSON.parse(shown, shownTerms));
    else expect(stdout.trimEnd()).toMatch(withGaps(shown.trimEnd()));
  });
});

const documents = ['README.md', ...globSync('docs/*.md')];
const shellLines = documents.flatMap((file) => {
  const blocks = [...readFileSync(file, 'utf8').matchAll(SHELL_BLOCK)].map(([, block = '']) => block);
  return blocks.flatMap((block) => [...block.matchAll(SHELL_LINE)].map(([, line = '']) => ({ file, line })));
});

describe('a command line in the documentation is one that the program understands', () => {
  test('and there are some', () => {
    expect(shellLines.length).toBeGreaterThanOrEqual(10);
  });

  test.each(shellLines)('$file: headroom $line', async ({ line }) => {
    expect(await commandOf(`headroom ${line}`)).toBe(line.split(' ')[0]);
  });
});

/** Of the terms, the page shows the first. */
function shownTerms(key: string, value: unknown): unknown {
  return key === 'terms' && Array.isArray(value) ? expect.arrayContaining(value) : value;
}

/** `VERSION` stands for any, a line of nothing but `…` for lines that are left out. */
function withGaps(shown: string): RegExp {
  const escaped = shown.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const versions = escaped.replaceAll('VERSION', '\\d[\\w.-]*');
  return new RegExp(`^${versions.replaceAll(/^ *…(?:\n|$)/gm, '(?:.*(?:\\n|$))*')}$`);
}
