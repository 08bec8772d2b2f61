import { execFile, spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { SHELLS } from '../../src/commands/completion-scripts.ts';
import { headroom, withFolder } from './run-program.ts';

const run = promisify(execFile);

/** `headroom` as it is installed, in a folder of the PATH; a busy machine is given time. */
const PROGRAM = `#!/bin/sh
[ "$1" = __complete ] && shift && set -- __complete --within 60 "$@"
exec '${process.execPath}' '${resolve('src/cli.ts')}' "$@"
`;

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

/** Where a shell is not installed the report has a `todo`. */
function testIn(shell: string, title: string, check: () => Promise<void>): void {
  if (isInstalled(shell)) test(title, check);
  else test.todo(`${title} (not tried: ${shell} is not installed here)`);
}

async function inShell(shell: string, script: string, before = ''): Promise<string[]> {
  const { stdout: completion } = await headroom(`completion ${shell}`);
  return withFolder({ headroom: PROGRAM, completion }, async (folder) => {
    await chmod(`${folder}/headroom`, 0o755);
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder };
    const { stdout, stderr } = await run(shell, ['-c', `${before}\nsource ${folder}/completion\n${script}`], { env });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  });
}

/**
 * What bash would offer at the end of the line. `pieces` are its COMP_WORDS: bash takes words apart at = and :, and a
 * candidate replaces the last piece alone.
 */
function bashOffers(line: string, pieces: readonly string[]): Promise<string[]> {
  const quoted = pieces.map((piece) => `'${piece}'`).join(' ');
  return inShell(
    'bash',
    `COMP_LINE='${line}' COMP_POINT=${line.length} COMP_CWORD=${pieces.length - 1} COMP_WORDS=(${quoted})
     registered=$(complete -p headroom) function=\${registered#*-F } function=\${function%% *}
     "$function" headroom
     printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
}

describe('the script for bash', () => {
  test.each([
    ['commands', 'headroom fo', ['headroom', 'fo'], ['forecast']],
    ['options', 'headroom forecast --tog', ['headroom', 'forecast', '--tog'], ['--together']],
    ['values', 'headroom  forecast   -o  w', ['headroom', 'forecast', '-o', 'w'], ['wide']],
    ['values of a new word', 'headroom completion ', ['headroom', 'completion', ''], [...SHELLS]],
    ['a value after =', 'headroom forecast --output=j', ['headroom', 'forecast', '--output', '=', 'j'], ['json']],
    [
      'values right after =',
      'headroom forecast --output=',
      ['headroom', 'forecast', '--output', '='],
      ['table', 'wide', 'json', 'yaml'],
    ],
    [
      'files',
      'headroom forecast --snapshot examples/quota-test.',
      ['headroom', 'forecast', '--snapshot', 'examples/quota-test.'],
      ['examples/quota-test.yaml'],
    ],
    [
      'files after =',
      'headroom forecast --snapshot=examples/quota-test.',
      ['headroom', 'forecast', '--snapshot', '=', 'examples/quota-test.'],
      ['examples/quota-test.yaml'],
    ],
    [
      'VMs',
      'headroom forecast --snapshot examples/quota-test.yaml ',
      ['headroom', 'forecast', '--snapshot', 'examples/quota-test.yaml', ''],
      ['vm1'],
    ],
    ['nothing where nothing fits', 'headroom nonsense', ['headroom', 'nonsense'], []],
  ])('offers %s', async (_title, line, pieces, expected) => {
    expect(await bashOffers(line, pieces)).toEqual(expected);
  });

  test('heeds what stands before the cursor alone', async () => {
    const pieces = ['headroom', 'forecast', '--together'];
    expect(await bashOffers('headroom forecast --sta', pieces)).toEqual(['--start']);
  });

  test('offers nothing where there is no such program', async () => {
    expect(await bashOffers('none fo', ['none', 'fo'])).toEqual([]);
  });
});

describe('the script for fish', () => {
  testIn('fish', 'offers what fits, with descriptions', async () => {
    expect(await inShell('fish', `complete -C 'headroom forecast --tog'`)).toEqual([
      expect.stringMatching(/^--together\tforecast what is selected/),
    ]);
    expect(await inShell('fish', `complete -C 'headroom forecast --output=j'`)).toEqual(['--output=json']);
    expect(await inShell('fish', `complete -C 'headroom forecast --snapshot=examples/quota-test.'`)).toEqual([
      '--snapshot=examples/quota-test.yaml',
    ]);
  });
});

describe('the script for zsh', () => {
  testIn('zsh', 'is taken by compdef, and offers what fits', async () => {
    // Completion itself needs a terminal: what it is told by is stood in for.
    const lines = await inShell(
      'zsh',
      `words=(headroom forecast --tog) CURRENT=3 PREFIX=--tog
       _describe() { print -rl -- "\${described[@]}" }
       _headroom`,
      'compdef() { print -r compdef "$@" }',
    );
    expect(lines).toEqual([
      'compdef _headroom headroom kubectl-headroom',
      expect.stringMatching(/^--together:forecast what is selected/),
    ]);
  });
});

describe('the script for kubectl', () => {
  test('hands on what cobra is answered with', async () => {
    const { stdout: script } = await headroom('completion kubectl');
    await withFolder({ 'kubectl-headroom': PROGRAM, 'kubectl_complete-headroom': script }, async (folder) => {
      await chmod(`${folder}/kubectl-headroom`, 0o755);
      await chmod(`${folder}/kubectl_complete-headroom`, 0o755);
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
      const { stdout } = await run(`${folder}/kubectl_complete-headroom`, ['forecast', '--tog'], { env });
      expect(stdout).toMatch(/^--together\t.*\n:4\n$/);
    });
  });
});
