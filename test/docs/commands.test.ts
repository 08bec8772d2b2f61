import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { STEPS } from './cluster-steps.ts';
import { commandsIn, documentNames } from './documented-commands.ts';
import { IN_FULL, inFull } from './in-full.ts';
import { NOT_RUN } from './not-run.ts';
import { FOR_HAND } from './npm-lines.ts';
import { stepsOf } from './shell-text.ts';
import { faultsOf, waysOf } from './ways.ts';

const commands = documentNames().flatMap((name) => commandsIn(name));
const texts = commands.map(({ text }) => text);
/** Each by itself, as `&&` takes them apart. */
const typed = new Set(texts.flatMap((text) => [text, inFull(text), ...stepsOf(inFull(text))]));

describe('every command in the documents is run by a test', () => {
  test.each(documentNames())('of %s', (name) => {
    expect(faultsOf(commandsIn(name))).toEqual([]);
  });

  test('of which there are some in every way', () => {
    const kinds = texts.flatMap(waysOf).map((way) => way.kind);
    const atLeast = { program: 100, webhook: 3, shell: 8, cluster: 30, script: 60, 'not-run': 10 };
    for (const [kind, count] of Object.entries(atLeast)) {
      expect(kinds.filter((each) => each === kind).length).toBeGreaterThanOrEqual(count);
    }
  });
});

describe('what the tables say of commands', () => {
  test('is about commands that stand in a document', () => {
    const named = [...STEPS.map(({ command }) => command), ...NOT_RUN.flatMap((one) => one.commands)];
    expect(named.filter((command) => !typed.has(command))).toEqual([]);
    expect([...IN_FULL.keys()].filter((command) => !texts.includes(command))).toEqual([]);
  });

  test('makes whole what is cut short, and nothing else of it', () => {
    for (const [short, whole] of IN_FULL) {
      const words = short.split(' ').filter((word) => !/…|[A-Z]{2}/.test(word));
      expect({ short, missing: words.filter((word) => !whole.includes(word)) }).toEqual({ short, missing: [] });
      expect(waysOf(short)).toEqual(waysOf(whole));
    }
  });

  test('names for each that cannot be run a file that does what can be done', () => {
    for (const { why, instead } of NOT_RUN) {
      expect(why).not.toBe('');
      expect(instead.length).toBeGreaterThan(0);
      expect(instead.filter((file) => !existsSync(file))).toEqual([]);
    }
    expect([...FOR_HAND.values()]).not.toContain('');
  });
});

describe('a made-up document', () => {
  const faults = (text: string) => faultsOf(commandsIn('made-up.md', text));

  test.each([
    ['in a block for a shell', '```sh\nkubectl drain NODE\n```', 2, 'kubectl drain NODE'],
    ['in a block of any program', '```sh\nls -l\n```', 2, 'ls -l'],
    ['behind a prompt', '```console\n$ kubectl uncordon harv1\ndone\n```', 2, 'kubectl uncordon harv1'],
    ['in the output of another', '```console\n$ headroom doctor\n  kubectl drain harv1\n```', 3, 'kubectl drain harv1'],
    ['in an indented block', 'So:\n\n    helm rollback headroom 1\n', 3, 'helm rollback headroom 1'],
    ['in a sentence', 'Then `helm rollback headroom` it.', 1, 'helm rollback headroom'],
    ['in a sentence that was wrapped', 'Then `helm rollback\nheadroom` it.', 1, 'helm rollback headroom'],
    ['in a table', '| a |\n|---|\n| `helm list` |', 3, 'helm list'],
    ['on two lines', '```sh\nkubectl drain NODE \\\n  --force\n```', 2, 'kubectl drain NODE --force'],
    ['behind another one', '```sh\nnpm ci && kubectl drain NODE\n```', 2, 'npm ci && kubectl drain NODE'],
  ])('is told of a command that nobody runs, %s', (_, text, line, command) => {
    const [fault, ...others] = faults(text);
    expect(fault).toMatch(/is run by no test: .*cluster-steps\.ts.*in-full\.ts.*not-run\.ts/);
    expect(fault?.startsWith(`made-up.md:${line}: \`${command}\` `)).toBe(true);
    expect(others).toEqual([]);
  });

  test.each([
    ['npm run no-such-script', 'package.json has no script no-such-script'],
    ['npm run soak --minutes 3', 'npm takes --minutes for itself: -- is missing before it'],
    ['npm run soak -- --hours 3', 'test/soak/soak.ts has no option hours'],
    ['npm run soak -- three', 'soak takes no three'],
    ['npm run types -- --fast', 'the script "tsc --noEmit" takes no options'],
    ['npm test -- test/nowhere', 'no test has test/nowhere in its path'],
    ['npm run e2e -- nothing', 'there is no test/e2e/nothing.e2e.ts'],
    ["npm run e2e -- decisions -t 'no such title'", 'no title has "no such title" in it'],
    ['npm run fuzz -- pods', 'there is no test/fuzz/pods.fuzz.ts'],
    ['NO_SUCH=1 npm test', 'no test reads NO_SUCH'],
  ])('is told what is wrong with %s', (line, fault) => {
    expect(faults(`\`${line}\``)).toEqual([`made-up.md:1: \`${line}\` ${fault}`]);
  });

  test('may speak of programs, files, settings and synopses', () => {
    const text =
      'With `kubectl`, `headroom-system`, `helm.sh/hook`:\n\n    headroom forecast [options] [vmi...]\n\n```yaml\nkubectl: x\n```';
    expect(faults(text)).toEqual([]);
    expect(faults('```sh\n# only a comment\n\n```')).toEqual([]);
  });

  test('whose fence is never closed is refused', () => {
    expect(() => faults('```sh\nkubectl drain NODE\n')).toThrow('the fence in line 1 is never closed');
  });
});
