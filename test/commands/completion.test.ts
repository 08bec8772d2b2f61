import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { readTypedLine } from '../../src/commands/completion-line.ts';
import { millisecondsLeft } from '../../src/commands/completion-process.ts';
import { OutputClosed } from '../../src/commands/io.ts';
import { createSelfSigned } from '../../src/server/self-signed.ts';
import { answerJson, HttpsApiServer } from '../builders/https-api-server.ts';
import type { Json } from '../builders/json.ts';
import { headroom, runProgram, withFolder } from './run-program.ts';

const EXAMPLE = ['--snapshot', 'examples/quota-test.yaml'];
const STOPPED = ['--snapshot', 'examples/quota-test-stopped.yaml'];

interface Answer {
  readonly values: readonly string[];
  readonly directive: string | undefined;
}

/** What a shell is told of these words, the last of which is at the cursor. Names are looked up in this process. */
async function completions(words: readonly string[], environment: Record<string, string> = {}): Promise<Answer> {
  const result = await runProgram(['__complete', '--in-process', '--', ...words], { environment });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  const lines = result.stdout.split('\n');
  expect(lines.pop()).toBe('');
  const directive = lines.pop();
  return { values: lines.map((line) => line.split('\t', 1)[0] ?? ''), directive };
}

async function valuesFor(words: readonly string[]): Promise<readonly string[]> {
  const { values, directive } = await completions(words);
  expect(directive).toBe(':4');
  return values;
}

describe('completion offers', () => {
  test.each([
    ['commands by their beginning', ['f'], ['forecast']],
    ['commands after an option with its value', ['--context', 'x', 'vers'], ['version']],
    ['commands to get help of', ['help', 'over'], ['overhead']],
    ['nothing after a command that there is not', ['nonsense', ''], []],
    ['options once a dash is typed', ['forecast', '--toge'], ['--together']],
    [
      'options after a single dash',
      ['completion', 'bash', '-'],
      ['--output', '--kubeconfig', '--context', '--no-color', '--verbose', '--help'],
    ],
    [
      'options where no operand can follow',
      ['version', '--no-color', '-v', '-o', 'json', '--context=x', ''],
      ['--kubeconfig', '--help'],
    ],
    [
      'an option again if it can be given again',
      ['forecast', '--snapshot', 'a.yaml', '--start', '--st', '--snap'],
      ['--snapshot'],
    ],
    ['no option again otherwise', ['forecast', '--start', '--sta'], []],
    ['no option after --', ['forecast', '--', '--sta'], []],
    ['the values of an option', ['forecast', '-o', ''], ['table', 'wide', 'json', 'yaml']],
    ['the values of an option after =', ['forecast', '--output=j'], ['--output=json']],
    ['the values of an option in the same word', ['forecast', '-oj'], ['-ojson']],
    ['the values of an option after flags in one word', ['forecast', '-Avo', 'w'], ['wide']],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish', 'kubectl']],
    ['nothing for a value that can be anything', ['forecast', '--ratio', ''], []],
    ['nothing for an option that there is not', ['forecast', '--nonsense=', ''].slice(0, 2), []],
  ])('%s', async (_title, words, expected) => {
    expect(await valuesFor(words)).toEqual(expected);
  });

  test.each([
    ['--snapshot', ['forecast', '--snapshot', '']],
    ['--snapshot= in one word', ['forecast', '--snapshot=exa']],
    ['-f', ['overhead', '-f', '']],
    ['--kubeconfig', ['--kubeconfig', '']],
    ['the operands of replay', ['replay', 'a.jsonl', '']],
    ['--tls-cert', ['serve', '--tls-cert', '']],
  ])('files for %s', async (_title, words) => {
    expect(await completions(words)).toEqual({ values: [], directive: ':0' });
  });

  test('every option with what it does, as long as it is short', async () => {
    const { stdout } = await runProgram(['__complete', '--', 'forecast', '--st']);
    expect(stdout).toBe('--start\tforecast the start of stopped VMs instead\n:4\n');
    const { stdout: all } = await runProgram(['__complete', '--', 'serve', '-']);
    expect(Math.max(...all.split('\n').map((line) => line.split('\t')[1]?.length ?? 0))).toBeLessThanOrEqual(80);
  });

  test('every visible command of the program and no hidden one', async () => {
    const { stdout } = await headroom('--help');
    const shown = stdout
      .split('Commands:\n')[1]
      ?.split('\n\n')[0]
      ?.match(/^ {2}\S+/gm);
    expect(await valuesFor([''])).toEqual(shown?.map((name) => name.trim()));
    expect(stdout).not.toContain('__complete');
  });
});

describe('names on the line of a snapshot are those of its files', () => {
  test.each([
    ['VMs that run', ['forecast', ...EXAMPLE, ''], ['vm1']],
    ['VMs of the namespace given', ['forecast', '-n', 'quota-test', ...EXAMPLE, 'v'], ['vm1']],
    ['no VM of another namespace', ['forecast', '-n', 'default', ...EXAMPLE, ''], []],
    ['no VM twice', ['forecast', ...EXAMPLE, 'vm1', ''], []],
    ['VMs that do not run, for a start', ['forecast', '--start', ...STOPPED, ''], ['vm1']],
    ['no running VM for a start', ['forecast', '--start', ...EXAMPLE, ''], []],
    ['no stopped VM for a migration', ['forecast', ...STOPPED, ''], []],
    ['both for an overhead', ['overhead', ...STOPPED, ''], ['vm1']],
    ['namespaces', ['forecast', ...EXAMPLE, '-n', 'quota'], ['quota-test']],
    ['namespaces after =', ['forecast', ...EXAMPLE, '--namespace=quota'], ['--namespace=quota-test']],
    ['nodes', ['forecast', ...EXAMPLE, '--node', ''], ['harv1']],
    ['nothing of standard input', ['forecast', '--snapshot', '-', ''], []],
    ['nothing of a file that there is not', ['forecast', '--snapshot', 'examples/none.yaml', ''], []],
  ])('%s', async (_title, words, expected) => {
    expect(await valuesFor(words)).toEqual(expected);
  });

  test('a name that no object can have is left out', () =>
    withFolder(
      {
        's.yaml':
          'apiVersion: v1\nkind: Node\nmetadata: {name: "$(reboot)"}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: n1}\n',
      },
      async (folder) =>
        expect(await valuesFor(['forecast', '--snapshot', `${folder}/s.yaml`, '--node', ''])).toEqual(['n1']),
    ));

  test.each([
    ['less what the start has taken', 1.9, 0.2003, 1700],
    ['and some at least on a busy machine', 1.9, 3.3, 500],
  ])('within a time that is whole milliseconds, %s', (_title, seconds, spent, milliseconds) => {
    expect(millisecondsLeft(seconds, spent)).toBe(milliseconds);
  });

  test('and are looked up by a process that can be stopped', async () => {
    const { stdout } = await runProgram(['__complete', '--within', '60', '--', 'forecast', ...EXAMPLE, '']);
    expect(stdout).toBe('vm1\tin quota-test\n:4\n');
  });
});

describe('contexts are those of the kubeconfig', () => {
  const config = (...names: string[]): string =>
    JSON.stringify({ contexts: names.map((name) => ({ name, context: {} })) });

  test('that is given, without those that a shell would take apart', () =>
    withFolder({ config: config('prod', 'admin@edge:6443', '$(reboot)', 'two words') }, async (folder) => {
      expect(await valuesFor(['forecast', '--kubeconfig', `${folder}/config`, '--context', ''])).toEqual([
        'admin@edge:6443',
        'prod',
      ]);
    }));

  test('or those of KUBECONFIG, of which one may be missing', () =>
    withFolder({ one: config('a'), two: config('b') }, async (folder) => {
      const KUBECONFIG = `${folder}/one:${folder}/none:${folder}/two`;
      expect((await completions(['--context', ''], { KUBECONFIG })).values).toEqual(['a', 'b']);
    }));

  test('and of one that is not understood none', () =>
    withFolder({ config: '{contexts: {a: b}}', broken: '{' }, async (folder) => {
      expect(await valuesFor(['--kubeconfig', `${folder}/config`, '--context', ''])).toEqual([]);
      expect(await valuesFor(['--kubeconfig', `${folder}/broken`, '--context', ''])).toEqual([]);
    }));
});

describe('names of a live cluster', () => {
  let server: HttpsApiServer;
  beforeAll(async () => {
    server = await HttpsApiServer.start(await createSelfSigned(undefined, new Date()));
  });
  afterAll(() => server.stop());

  const list = (...items: Json[]) => answerJson({ kind: 'List', items });

  test('are asked for in the namespace given, one page of them', async () => {
    server.answers = [list({ metadata: { name: 'vm2', namespace: 'team-a' } })];
    server.sent.length = 0;
    const words = ['forecast', '--kubeconfig', server.kubeconfig(), '-n', 'team-a', ''];
    expect(await valuesFor(words)).toEqual(['vm2']);
    expect(server.sent.map(({ url }) => url)).toEqual([
      '/apis/kubevirt.io/v1/namespaces/team-a/virtualmachineinstances?limit=500',
    ]);
  });

  test('come with their namespaces', async () => {
    const vm = (namespace: string): Json => ({ metadata: { name: 'vm1', namespace } });
    server.answers = [list(vm('team-a'), vm('team-b'))];
    const args = ['__complete', '--in-process', '--', 'forecast', '--kubeconfig', server.kubeconfig(), ''];
    expect((await runProgram(args)).stdout).toBe('vm1\tin team-a, team-b\n:4\n');
  });

  test.each([
    ['namespaces', '--namespace', '/api/v1/namespaces?limit=500'],
    ['nodes', '--node', '/api/v1/nodes?limit=500'],
  ])('%s are asked for by themselves', async (_title, option, url) => {
    server.answers = [list({ metadata: { name: 'a' } }, { metadata: { name: 'b' } })];
    server.sent.length = 0;
    expect(await valuesFor(['forecast', '--kubeconfig', server.kubeconfig(), option, ''])).toEqual(['a', 'b']);
    expect(server.sent.map((call) => call.url)).toEqual([url]);
  });

  test.each([
    ['refuses', answerJson({ kind: 'Status', message: 'forbidden' }, 403)],
    ['answers with something else', answerJson({ items: {} })],
  ])('are none where the API server %s', async (_title, answer) => {
    server.answers = [answer];
    expect(await valuesFor(['forecast', '--kubeconfig', server.kubeconfig(), '--node', ''])).toEqual([]);
  });

  test('are none where there is no kubeconfig', async () => {
    expect(await valuesFor(['forecast', '--kubeconfig', 'examples/none', '--node', ''])).toEqual([]);
  });

  test('are given up when a credential plugin does not come back', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sleep',
      args: ['60'],
      interactiveMode: 'Never',
    };
    const kubeconfig = server.kubeconfig({ exec });
    const { exitCode, stdout } = await runProgram([
      '__complete',
      '--',
      'forecast',
      '--kubeconfig',
      kubeconfig,
      '--node',
      '',
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: ':4\n' });
  });
});

describe('a completion is silent', () => {
  test('about a reader that is gone', async () => {
    const closed = { write: async () => Promise.reject(new OutputClosed('gone')) };
    const { exitCode, stderr } = await runProgram(['__complete', '--', 'f'], { io: { stdout: closed } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('about no words at all', async () => {
    expect((await runProgram(['__complete'])).stdout).toContain('forecast\t');
  });
});

describe('a line that is being typed', () => {
  const program = new Command();
  program.command('add', { hidden: true });
  program.command('list').alias('ls').option('--color [when]').option('-n <name>').argument('[item]');

  test('finds a command by its alias', () => {
    expect(readTypedLine(program, ['ls', '']).command.name()).toBe('list');
  });

  test('finds no hidden command', () => {
    expect(readTypedLine(program, ['add', '']).command).toBe(program);
  });

  test('keeps every value of an option', () => {
    const { given } = readTypedLine(program, ['ls', '-n', 'a', '-nb', '-n', '']);
    expect(given.get('n')).toEqual(['a', 'b']);
  });
});
