import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { documentNames } from './documented-commands.ts';
import { parseMarkdown } from './markdown.ts';

const examples = readdirSync('examples').filter((name) => name !== 'README.md');
const documents = documentNames().filter((name) => !name.startsWith('examples/'));
const users = ['package.json', ...documents, ...globSync('{test,bench,scripts}/**/*.ts')];
const texts = users.map((name) => readFileSync(name, 'utf8'));
const { links } = parseMarkdown(readFileSync('examples/README.md', 'utf8'));

describe('the examples', () => {
  test.each(examples)('%s is used by a document or a test, or by an example that is', (name) => {
    const others = examples.filter((other) => other !== name && other.endsWith('.ts'));
    const isImported = others.some((other) => readFileSync(`examples/${other}`, 'utf8').includes(name));
    expect(isImported || texts.some((text) => text.includes(`examples/${name}`))).toBe(true);
  });

  test('stand in a list that says of each what it shows', () => {
    const listed = links.map(({ text }) => text).filter((path) => !path.startsWith('..'));
    expect(listed.sort()).toEqual([...examples].sort());
  });

  test.each(examples.filter((name) => name.endsWith('.yaml')))('%s says at its top what it is', (name) => {
    expect(readFileSync(`examples/${name}`, 'utf8')).toMatch(/^# \S.{20}/);
  });
});
