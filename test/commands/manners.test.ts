import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { documentedProgram } from '../../scripts/documented-program.ts';
import { OutputClosed, streamSink } from '../../src/commands/io.ts';
import { OUTPUT_FORMATS } from '../../src/commands/options.ts';
import { headroom, runProgram, textSink, withFolder } from './run-program.ts';
import { commandOf } from './understood-line.ts';

const EXAMPLE = '--snapshot examples/quota-test.yaml';
const ESCAPE = String.fromCodePoint(0x1b);

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real program in a process of its own; `close` closes its stdout before it has written anything. */
async function spawned(script: string, args: readonly string[], how?: 'close'): Promise<Ended> {
  const child = spawn(process.execPath, [script, ...args], { env: { PATH: '' } });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk) => stdout.push(String(chunk)));
  child.stderr.on('data', (chunk) => stderr.push(String(chunk)));
  if (how === 'close') child.stdout.destroy();
  const [exitCode] = await once(child, 'close');
  return { exitCode, stdout: stdout.join(''), stderr: stderr.join('') };
}

const documented = documentedProgram();
const commands = documented.slice(1).map((one) => ({ ...one, name: one.command.name() }));
const examples = documented.flatMap((one) => one.examples);

describe.each(commands)('$path', ({ name, command, examples: own }) => {
  test('says what it does, in a few words and in sentences', () => {
    expect(command.summary()).toMatch(/^[a-z].*[^.]$/);
    expect(command.summary().length).toBeLessThanOrEqual(60);
    expect(command.description()).toMatch(/^[A-Z`].*[.]$/s);
    for (const option of command.options) expect(option.description).not.toBe(option.hidden ? undefined : '');
    for (const argument of command.registeredArguments) expect(argument.name()).toMatch(/^[a-z-]+$/);
  });

  test('has examples', () => {
    expect(own.length).toBeGreaterThan(0);
  });

  test('takes -o, for a format or for a file', () => {
    const output = command.options.find(({ short }) => short === '-o');
    expect(output?.long).toBe('--output');
    expect(output?.argChoices ?? output?.flags).toEqual(
      output?.argChoices === undefined ? expect.stringContaining('<file>') : OUTPUT_FORMATS,
    );
  });

  test('prints its help on stdout, with the name by which kubectl knows the program', async () => {
    const help = await runProgram([name, '--help'], { programName: 'kubectl headroom' });
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toContain(`Usage: kubectl headroom ${name} `);
    expect(help.stdout.match(/^ +headroom /m)).toBeNull();
  });

  test('complains of an option that it does not have, and of where to read on', async () => {
    const needed = command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long ?? '', 'x']);
    const { exitCode, stdout, stderr } = await runProgram([name, '--verbse', ...needed]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain("error: unknown option '--verbse'\n(Did you mean --verbose?)");
    expect(stderr).toContain('--help');
  });

  test('has a section of its own in the documentation', () => {
    const sections = readFileSync('docs/commands.md', 'utf8').match(/^## .+$/gm);
    expect(sections).toContain(`## ${name}`);
  });
});

describe('every example of the help is understood', () => {
  test.each(examples)('$line', async ({ line }) => {
    expect(await commandOf(line)).toBe(line.split(' ')[1]);
  });
});

describe('a command line that is not understood', () => {
  test.each([
    ['forcast', "error: unknown command 'forcast'\n(Did you mean forecast?)"],
    ['forecast --snapshoot x', "error: unknown option '--snapshoot'\n(Did you mean --snapshot?)"],
    ['forecast -o jsn', 'Allowed choices are table, wide, json, yaml.'],
    ['forecast -n', "error: option '-n, --namespace <name>' argument missing"],
    ['completion tcsh', 'Allowed choices are bash, zsh, fish, kubectl.'],
    ['replay', "error: missing required argument 'file'"],
  ])('is answered with what was meant: %s', async (line, said) => {
    const { exitCode, stdout, stderr } = await headroom(line);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(said);
  });
});

describe('the program in a process of its own', () => {
  test('exits with 2 where something exceeds', async () => {
    const { exitCode, stdout } = await spawned('src/cli.ts', [
      'forecast',
      '--snapshot',
      'examples/quota-test-after-migration.yaml',
    ]);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('VM quota-test/vm1 cannot migrate');
  });

  test('prints no colours into a pipe', async () => {
    const { stdout } = await spawned('src/cli.ts', ['forecast', ...EXAMPLE.split(' ')]);
    expect(stdout).not.toContain(ESCAPE);
  });

  test('ends quietly when nobody reads on', async () => {
    const args = ['forecast', '-o', 'json', '--snapshot', 'examples/quota-test-after-migration.yaml'];
    expect(await spawned('src/cli.ts', args, 'close')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('knows that kubectl runs it as a plugin by its name', () =>
    withFolder({}, async (folder) => {
      await symlink(resolve('src/cli.ts'), `${folder}/kubectl-headroom`);
      const { stdout } = await spawned(`${folder}/kubectl-headroom`, ['forecast', '--help']);
      expect(stdout).toContain('Usage: kubectl headroom forecast [options] [vmi...]');
      expect(stdout).toContain('  kubectl headroom forecast vm1 -n team-a');
    }));
});

/** Of util-linux: gives a program a terminal. Where there is none of it the report has a `todo`. */
const SCRIPT = 'script';

function testOnTerminal(title: string, check: () => Promise<void>): void {
  const { stdout } = spawnSync(SCRIPT, ['--version'], { encoding: 'utf8' });
  if (stdout?.includes('util-linux')) test(title, check);
  else test.todo(`${title} (not tried: there is no script of util-linux here)`);
}

async function onTerminal(env: Record<string, string>): Promise<string> {
  const command = `'${process.execPath}' src/cli.ts forecast ${EXAMPLE}`;
  const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
  });
  const stdout: string[] = [];
  child.stdout.on('data', (chunk) => stdout.push(String(chunk)));
  await once(child, 'close');
  return stdout.join('');
}

describe('the program on a terminal', () => {
  testOnTerminal('prints colours', async () => {
    expect(await onTerminal({})).toContain(`${ESCAPE}[32mfits`);
    expect(await onTerminal({ NO_COLOR: '' })).toContain(`${ESCAPE}[32mfits`);
  });

  testOnTerminal('prints none where the environment asks for none', async () => {
    expect(await onTerminal({ NO_COLOR: '1' })).not.toContain(ESCAPE);
    expect(await onTerminal({ TERM: 'dumb' })).not.toContain(ESCAPE);
  });
});

describe('output', () => {
  test.each([
    'completion bash',
    `doctor ${EXAMPLE}`,
    `forecast --node harv1 ${EXAMPLE}`,
    `overhead -A ${EXAMPLE}`,
    `report -o - ${EXAMPLE}`,
    `snapshot -o - ${EXAMPLE}`,
    'version',
  ])('that nobody reads any more is no error of %s', async (line) => {
    const closed = { write: async () => Promise.reject(new OutputClosed('gone')) };
    const { exitCode, stderr } = await headroom(line, { io: { stdout: closed } });
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('error');
  });

  test('that cannot be written for another reason is one', async () => {
    const full = { write: async () => Promise.reject(new Error('no space left on device')) };
    const { exitCode, stderr } = await headroom(`forecast ${EXAMPLE}`, { io: { stdout: full } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'error: no space left on device\n' });
  });

  test('of help goes to stdout when it is asked for, and to stderr when nothing is asked', async () => {
    expect(await headroom('--help')).toMatchObject({ exitCode: 0, stderr: '' });
    const nothing = await runProgram([]);
    expect(nothing).toMatchObject({ exitCode: 1, stdout: '' });
    expect(nothing.stderr).toContain('Usage: headroom [options] [command]');
  });

  test('of notes that nobody reads is no error', async () => {
    const closed = { write: async () => Promise.reject(new OutputClosed('gone')) };
    const { exitCode } = await headroom(`forecast --node harv1 ${EXAMPLE}`, { io: { stderr: closed } });
    expect(exitCode).toBe(0);
  });

  test.each(['EPIPE', 'ERR_STREAM_DESTROYED', 'ENOSPC'])(
    'to a stream that fails with %s is told apart',
    async (code) => {
      const stream = new Writable({
        write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
      });
      const error = await streamSink(stream)
        .write('text')
        .catch((reason: unknown) => reason);
      expect(error instanceof OutputClosed).toBe(code !== 'ENOSPC');
    },
  );
});

describe.each([
  `doctor ${EXAMPLE}`,
  `forecast ${EXAMPLE}`,
  `forecast --node harv1 ${EXAMPLE}`,
  `overhead -A --total ${EXAMPLE}`,
  `overhead ${EXAMPLE}`,
  'version',
])('the answer of %s', (line) => {
  test('is the same in every form', async () => {
    const table = await headroom(line);
    const wide = await headroom(`${line} -o wide`);
    expect(wide.exitCode).toBe(table.exitCode);
    expect(wide.stdout.length).toBeGreaterThanOrEqual(table.stdout.length);
    const json = await headroom(`${line} -o json`);
    const yaml = await headroom(`${line} -o yaml`);
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
    expect([json.exitCode, yaml.exitCode]).toEqual([table.exitCode, table.exitCode]);
  });
});

describe('colours', () => {
  test('are on a terminal', async () => {
    const { stdout } = await headroom(`forecast ${EXAMPLE}`, { io: { color: true } });
    expect(stdout).toContain(`${ESCAPE}[32mfits${ESCAPE}[0m`);
  });

  test.each(['forecast --no-color', '--no-color forecast'])('are off with %s', async (line) => {
    const { stdout } = await headroom(`${line} ${EXAMPLE}`, { io: { color: true } });
    expect(stdout).not.toContain(ESCAPE);
  });

  test('do not change where columns begin', async () => {
    const plain = await headroom(`forecast ${EXAMPLE}`);
    const colored = await headroom(`forecast ${EXAMPLE}`, { io: { color: true } });
    const codes = new RegExp(`${ESCAPE}\\[\\d+m`, 'g');
    expect(colored.stdout.replaceAll(codes, '')).toBe(plain.stdout);
  });
});

describe('control characters in the cluster', () => {
  const hostile = `vm1${ESCAPE}]0;owned${String.fromCodePoint(0x07, 0x9b, 0x202e)}`;

  test.each(['table', 'wide', 'yaml', 'json'])('never reach a terminal as %s', async (format) => {
    const content = readFileSync('examples/quota-test.yaml', 'utf8').replaceAll(
      'name: vm1\n',
      `name: ${JSON.stringify(hostile)}\n`,
    );
    await withFolder({ 's.yaml': content }, async (folder) => {
      for (const line of ['forecast -A', 'forecast --node harv1', 'overhead -A', 'doctor', 'forecast -A --ratio 9']) {
        const { stdout, stderr } = await headroom(`${line} -o ${format} --snapshot ${folder}/s.yaml`);
        if (line !== 'doctor') expect(stdout).toContain('vm1');
        expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
      }
    });
  });

  test('read back from JSON as they were', async () => {
    const content = readFileSync('examples/quota-test.yaml', 'utf8').replaceAll(
      'name: vm1\n',
      `name: ${JSON.stringify(hostile)}\n`,
    );
    await withFolder({ 's.yaml': content }, async (folder) => {
      const { stdout } = await headroom(`forecast -A -o json --snapshot ${folder}/s.yaml`);
      expect(JSON.parse(stdout).forecasts[0].vmi).toBe(hostile);
    });
  });

  test('never reach a terminal in an error either', async () => {
    const { stderr } = await runProgram(['forecast', '-n', `a${ESCAPE}[2J`, ...EXAMPLE.split(' ')]);
    expect(stderr).toContain('there is no namespace a [2J');
  });
});

describe('where an unexpected error came from', () => {
  const broken = { write: async () => Promise.reject(new Error('a bug')) };

  test('is said with -v', async () => {
    const { stderr } = await headroom(`forecast -v ${EXAMPLE}`, { io: { stdout: broken } });
    expect(stderr).toMatch(/^error: a bug\nError: a bug\n +at /);
  });

  test('is left out otherwise', async () => {
    const stderr = textSink();
    await headroom(`forecast ${EXAMPLE}`, { io: { stdout: broken, stderr } });
    expect(stderr.text()).toBe('error: a bug\n');
  });
});
