import { describe, expect, test } from '@jest/globals';
import { headroom } from '../commands/run-program.ts';
import { commandsIn, documentNames } from './documented-commands.ts';
import { needsShell } from './shell-text.ts';

const OWN_NAMES = /^(?:headroom|kubectl headroom|npm run -s headroom --) /;

const commands = documentNames().flatMap((name) => commandsIn(name));
const examples = commands.flatMap(({ document, text, output }) =>
  output !== undefined && OWN_NAMES.test(text) && !needsShell(text)
    ? [{ document, line: text.replace(OWN_NAMES, ''), shown: output.text, format: output.format }]
    : [],
);

/** Examples by themselves: the files that they name are those of the repository. */
describe('the documents show what the program prints', () => {
  test('in several examples', () => {
    const count = (document: string) => examples.filter((one) => one.document === document).length;
    expect(count('README.md')).toBeGreaterThanOrEqual(1);
    expect(count('docs/commands.md')).toBeGreaterThanOrEqual(10);
    expect(count('docs/cookbook.md')).toBeGreaterThanOrEqual(10);
  });

  test('and what other programs print is compared by test/e2e/documented.e2e.ts', () => {
    const own = new Set(examples.map(({ shown }) => shown));
    const others = commands.filter(({ output }) => output !== undefined && !own.has(output.text));
    expect(others.map(({ text }) => text)).toEqual(['kubectl create -f migration.yaml']);
  });

  test.each(examples)('in $document, for $line', async ({ line, shown, format }) => {
    const { stdout } = await headroom(line);
    if (format === 'json') expect(JSON.parse(stdout)).toMatchObject(JSON.parse(shown, shownTerms));
    else expect(stdout.trimEnd()).toMatch(withGaps(shown.trimEnd()));
  });
});

/** Of the terms, the page shows the first. */
function shownTerms(key: string, value: unknown): unknown {
  return key === 'terms' && Array.isArray(value) ? expect.arrayContaining(value) : value;
}

/** `VERSION` stands for any, a line of nothing but `…` for lines that are left out. */
function withGaps(shown: string): RegExp {
  const escaped = shown.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const versions = escaped.replaceAll(/\bVERSION\b/g, '\\d[\\w.-]*');
  return new RegExp(`^${versions.replaceAll(/^ *…(?:\n|$)/gm, '(?:.*(?:\\n|$))*')}$`);
}
