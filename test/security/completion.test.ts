import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runProgram, withFolder } from '../commands/run-program.ts';
import { HOSTILE_TEXTS, hostileText } from './hostile-texts.ts';

/** What a shell would put on the line that is being typed, and what it would show beside it. */
async function answer(words: readonly string[]): Promise<string> {
  const result = await runProgram(['__complete', '--in-process', '--', ...words]);
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return result.stdout;
}

/** Nothing that a shell expands, splits at, or takes for a command when it stands on a line. */
const PLAIN_VALUE = /^[\w.:/@%+,=-]*$/;
const DIRECTIVE = ':4\n';

function vm(name: string, namespace: string): string {
  const metadata = { name, namespace };
  return JSON.stringify({
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata,
    status: { nodeName: name },
  });
}

function expectPlain(text: string): void {
  expect(text.endsWith(DIRECTIVE)).toBe(true);
  for (const line of text.slice(0, -DIRECTIVE.length).split('\n').slice(0, -1)) {
    const [value = '', ...description] = line.split('\t');
    expect(value).toMatch(PLAIN_VALUE);
    expect(description.join()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  }
}

describe('what completion offers of hostile names', () => {
  test('is never anything that a shell would run, expand or split, of a snapshot or a kubeconfig', async () => {
    const names = fc.array(hostileText, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(names, names, async (vms, contexts) => {
        const files = {
          'c.jsonl': vms.map((name, index) => vm(name, vms[index + 1] ?? 'team-a')).join('\n'),
          config: JSON.stringify({ contexts: contexts.map((name) => ({ name, context: {} })) }),
        };
        await withFolder(files, async (folder) => {
          const from = ['--snapshot', `${folder}/c.jsonl`];
          for (const words of [
            ['forecast', ...from, ''],
            ['forecast', ...from, '-n', ''],
            ['forecast', ...from, '--node', ''],
            ['--kubeconfig', `${folder}/config`, '--context', ''],
          ]) {
            expectPlain(await answer(words));
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  test('are the names that Kubernetes would take', async () => {
    const lines = [...HOSTILE_TEXTS, 'vm1'].map((name) => vm(name, 'team-a'));
    await withFolder({ 'c.jsonl': lines.join('\n') }, async (folder) => {
      const text = await answer(['forecast', '--snapshot', `${folder}/c.jsonl`, '']);
      const values = text.split('\n').map((line) => line.split('\t', 1)[0]);
      expect(values.slice(0, -2)).toEqual(['constructor', 'prototype', 'vm1']);
    });
  });

  test('is the same words to a shell, typed as it is', async () => {
    await withFolder(
      { config: JSON.stringify({ contexts: HOSTILE_TEXTS.map((name) => ({ name, context: {} })) }) },
      async (folder) => {
        const text = await answer(['--kubeconfig', `${folder}/config`, '--context', '']);
        const values = text.slice(0, -DIRECTIVE.length).split('\n').slice(0, -1);
        expect(values.length).toBeGreaterThan(5);
        const script = `for word in ${values.join(' ')}; do printf '%s\\n' "$word"; done`;
        expect(execFileSync('/bin/sh', ['-c', script], { env: {}, cwd: '/', encoding: 'utf8' })).toBe(
          values.map((value) => `${value}\n`).join(''),
        );
      },
    );
  });
});
