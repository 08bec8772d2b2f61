import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isCommand, kubectl } from '../../src/doctor/kubectl.ts';
import { HOSTILE_TEXTS, hostileText } from '../security/hostile-texts.ts';

/** What a shell makes of commands: the words that a program called kubectl would be given. */
function wordsOf(commands: readonly string[]): readonly (readonly string[])[] {
  // How many words there are goes before them: no text between commands would be one that no word can end with.
  const script = [`kubectl() { printf '%s\\0' "$#" "$@"; }`, ...commands].join('\n');
  const printed = execFileSync('/bin/sh', ['-c', script], { env: {}, cwd: '/', encoding: 'utf8' });
  const texts = printed.split('\0').slice(0, -1);
  const calls: (readonly string[])[] = [];
  while (texts.length > 0) calls.push(texts.splice(0, Number(texts.shift())));
  return calls;
}

// No shell can be given a zero byte, and half of a character is none in UTF-8.
const typeable = (text: string) => text.toWellFormed().replaceAll('\0', '');

describe('a command that a remedy prints', () => {
  test.each(HOSTILE_TEXTS.map((text) => [JSON.stringify(text).slice(0, 40), typeable(text)] as const))(
    'is one command to a shell, whatever the names in it: %s',
    (_shown, name) => {
      const [words, ...others] = wordsOf([kubectl('-n', name, 'delete', 'vmim', name, '--overwrite')]);
      expect(others).toEqual([]);
      const shown = name.startsWith('-') && name !== '-n' ? `./${name}` : name;
      expect(words).toEqual(['-n', shown, 'delete', 'vmim', shown, '--overwrite']);
    },
  );

  test('gives kubectl no option but ours, and no word more or less', () => {
    fc.assert(
      fc.property(fc.array(hostileText.map(typeable), { maxLength: 5 }), (names) => {
        const [words = []] = wordsOf([kubectl('delete', 'vmim', ...names)]);
        expect(words).toHaveLength(names.length + 2);
        expect(words.filter((word) => word.startsWith('-') && word !== '-n')).toEqual([]);
      }),
      { numRuns: 50, examples: [[['\n']], [['a\n', '']]] },
    );
  });

  test('is plain where the names are those of Kubernetes', () => {
    expect(kubectl('-n', 'team-a', 'delete', 'vmim', 'vm.1-abc')).toBe('kubectl -n team-a delete vmim vm.1-abc');
    expect(isCommand(kubectl('get', 'x'))).toBe(true);
  });
});
