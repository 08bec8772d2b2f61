import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import { clusterOf } from '../reviews/cluster-of-review.ts';
import { reviewOf } from '../reviews/load-reviews.ts';
import { tracedApp } from '../trace/traced.ts';
import { expectGolden } from './golden.ts';
import { headroom, type ProgramResult, withFolder } from './run-program.ts';

const LOG = readFileSync('examples/decision.log', 'utf8');
const LINES = LOG.trimEnd().split('\n');
const { uid: UID } = JSON.parse(LINES[0] ?? '');

/** Runs `trace` on a log of these lines. */
function traced(lines: readonly string[], rest = `--uid ${UID}`): Promise<ProgramResult> {
  return withFolder({ 'a.log': lines.join('\n') }, (folder) => headroom(`trace ${folder}/a.log ${rest}`.trimEnd()));
}

function lineOf(sort: string): number {
  return LINES.findIndex((line) => line.includes(`"trace":"${sort}"`));
}

function without(...sorts: readonly string[]): string[] {
  const left = new Set(sorts.map(lineOf));
  return LINES.filter((_, index) => !left.has(index));
}

describe('what a log holds', () => {
  test.each([
    ['the decisions of a log', 'trace-list.txt', 'trace examples/decision.log'],
    ['one decision', 'trace.txt', `trace examples/decision.log --uid ${UID}`],
    [
      'one decision with the sources of its terms',
      'trace-wide.txt',
      `trace examples/decision.log -o wide --uid ${UID}`,
    ],
    ['one decision for a program', 'trace.json', `trace examples/decision.log -o json --uid ${UID}`],
    ['the help', 'help-trace.txt', 'trace --help'],
  ])('is shown: %s', async (_, file, line) => {
    const { exitCode, stdout, stderr } = await headroom(line);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expectGolden(file, stdout);
  });

  test('is found among the lines of others, with a prefix before each, and compressed', async () => {
    const prefixed = LINES.map((line) => `[pod/headroom-6c9f7/headroom] ${line}`);
    const mixed = [
      '',
      'Flag --x is deprecated',
      '{"trace":"abc","uid":"x"}',
      ...prefixed,
      '{"msg":"a \\"trace\\":\\"fact\\""}',
    ];
    const plain = await traced(LINES);
    expect(await traced(mixed)).toEqual(plain);
    await withFolder({ 'a.log.gz': gzipSync(LOG) }, async (folder) => {
      expect(await headroom(`trace ${folder}/a.log.gz --uid ${UID}`)).toEqual(plain);
    });
  });

  test('is found beside other decisions and other programs whose lines have another form', async () => {
    const [verdict = ''] = LINES.filter((line) => line.includes('"trace":"verdict"'));
    const ofAnotherVersion = verdict.replace(UID, 'another').replace('"denied":true', '"denied":"yes"');
    const mixed = ['{"trace":"request","uid":7,"method":"GET"}', ofAnotherVersion, ...LINES];
    expect(await traced(mixed)).toEqual(await traced(LINES));
  });

  test('is one decision, and replays, where a collector has put the last line first', async () => {
    const listed = await traced(LINES.toReversed(), '-o json');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ uid: UID, incomplete: [] }]);
    await withFolder({ 'a.log': LINES.toReversed().join('\n') }, async (folder) => {
      const { exitCode, stderr, stdout } = await headroom(`trace ${folder}/a.log --uid ${UID} --scenario ${folder}/s`);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('replays as it was decided: exceeds');
    });
  });

  test('is listed for a program', async () => {
    const { stdout } = await headroom('trace examples/decision.log -o json');
    expect(JSON.parse(stdout)).toMatchObject([
      { uid: UID, request: { vmi: 'vm1' }, verdict: { verdict: 'exceeds', denied: true }, incomplete: [] },
    ]);
  });

  test('may be several decisions of one uid, also of a process that was started again', async () => {
    const { stdout } = await traced([...LINES, ...LINES], '');
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    const shown = await traced([...LINES, ...LINES]);
    expect(shown.stdout.match(/^verdict exceeds/gm)).toHaveLength(2);
    await withFolder({ 'a.log': [...LINES, ...LINES].join('\n') }, async (folder) => {
      const { stderr, exitCode } = await headroom(`trace ${folder}/a.log --uid ${UID} --scenario ${folder}/s`);
      expect({ stderr, exitCode }).toEqual({
        stderr: 'note: 2 decisions have this uid; the last is written\n',
        exitCode: 0,
      });
    });
  });

  test('cannot steer the terminal of whoever looks at it', async () => {
    const evil = LINES.map((line) => line.replaceAll('virt-launcher-vm1-sm57f', 'a\\u001b[2Jb\\u202ec'));
    const { stdout } = await traced(evil);
    for (const steering of ['\u001b', '\u202e']) expect(stdout).not.toContain(steering);
    expect(stdout).toContain('a [2Jb c');
  });
});

describe('a log that is not whole', () => {
  test('says how many lines of which sort are missing', async () => {
    const { stdout, exitCode } = await traced(without('fact', 'quota'));
    expect(stdout).toMatch(/\nincomplete: fact lines missing: 1 of 12\nincomplete: quota lines missing: 1 of 2\n$/);
    expect(exitCode).toBe(0);
  });

  test('says that the beginning or the end is missing', async () => {
    expect((await traced(without('request'))).stdout).toContain('incomplete: the line of the request is missing');
    expect((await traced(without('verdict'))).stdout).toContain('incomplete: the line of the verdict is missing');
    const { stdout, stderr } = await traced(without('verdict'), '');
    expect(stdout.split('\n')).toHaveLength(3);
    expect(stderr).toBe('note: 1 of 1 are not complete; --uid says what is missing\n');
  });

  test('says which lines are cut off', async () => {
    const cut = LINES.map((line, index) => (index === lineOf('fact') ? line.slice(0, 300) : line));
    const { stdout, stderr } = await traced(cut);
    expect(stderr).toBe(`note: lines of traces that are cut off: ${lineOf('fact') + 1}\n`);
    expect(stdout).toContain('incomplete: fact lines missing: 1 of 12');
  });

  test('is written as a scenario that says what it lacks, and what that comes to', () =>
    withFolder({ 'a.log': without('fact').join('\n') }, async (folder) => {
      const { exitCode, stderr } = await headroom(`trace ${folder}/a.log --uid ${UID} --scenario ${folder}/s`);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('note: fact lines missing: 1 of 12\n');
      expect(stderr).toContain('does not replay the decision: verdict was "exceeds", replayed it is "unknown"');
    }));

  test.each(['request', 'verdict'])('is no scenario without the %s', (sort) =>
    withFolder({ 'a.log': without(sort).join('\n') }, async (folder) => {
      const { exitCode, stderr } = await headroom(`trace ${folder}/a.log --uid ${UID} --scenario ${folder}/s`);
      expect(stderr).toBe(
        `error: the line of the ${sort} is missing from the log: what was decided cannot be replayed\n`,
      );
      expect(exitCode).toBe(1);
      expect(existsSync(`${folder}/s`)).toBe(false);
    }),
  );
});

describe('what cannot be done is an error that says why', () => {
  test.each([
    [
      'a log without traces',
      ['{"level":"info"}'],
      '',
      /a\.log: holds no trace; expected the log of a webhook at level debug/,
    ],
    [
      'a uid that is not there',
      LINES,
      '--uid x',
      /a\.log: holds no trace of a request "x"; without --uid all are listed/,
    ],
    ['a scenario of no decision', LINES, '--scenario s', /^error: --scenario: expected with --uid\n$/],
    [
      'a line of another form',
      LINES.map((line) => line.replace('"resource":"limits.cpu"', '"resource":7')),
      '',
      /a\.log: line 4: quota: resource: expected string, received number; is it of another version of headroom\?/,
    ],
    [
      'an amount that is none',
      LINES.map((line) => line.replace('"used":"2015m"', '"used":"a lot"')),
      '',
      /a\.log: line 4: quota: used: expected a Kubernetes quantity/,
    ],
  ])('%s', async (_, lines, rest, words) => {
    const { exitCode, stdout, stderr } = await traced(lines, rest);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(words);
  });

  test('a file that is not there', async () => {
    expect(await headroom('trace nothing.log')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error: nothing.log: no such file\n',
    });
  });

  test('a folder in which there is something', () =>
    withFolder({ 'a.log': LOG }, async (folder) => {
      const { exitCode, stderr } = await headroom(`trace ${folder}/a.log --uid ${UID} --scenario ${folder}`);
      expect(exitCode).toBe(1);
      expect(stderr).toBe(`error: ${folder}: expected an empty folder or none, and there is something in it\n`);
      expect(await readdir(folder)).toEqual(['a.log']);
    }));

  test('a file in the place of a folder', () =>
    withFolder({ 'a.log': LOG }, async (folder) => {
      const { exitCode, stderr } = await headroom(`trace ${folder}/a.log --uid ${UID} --scenario ${folder}/a.log`);
      expect(exitCode).toBe(1);
      expect(stderr).toBe(`error: ${folder}/a.log: expected an empty folder or none (EEXIST)\n`);
    }));

  test('a pod, whose decision has no migration in it', async () => {
    const review = reviewOf('pods-CREATE-evac-deny');
    const { ask, log } = tracedApp(clusterForecaster(clusterOf(review)));
    await ask('/mutate/pods', review);
    await withFolder({ 'a.log': log() }, async (folder) => {
      const { uid } = review.request;
      const { stdout } = await headroom(`trace ${folder}/a.log --uid ${uid}`);
      expect(stdout).toMatch(/^pod .* of VM evac-deny\/vm1$/m);
      expect(stdout).toMatch(/^memoryOverheadBytes: \d+$/m);
      const { exitCode, stderr } = await headroom(`trace ${folder}/a.log --uid ${uid} --scenario ${folder}/s`);
      expect(exitCode).toBe(1);
      expect(stderr).toBe(
        'error: there is nothing to replay: a pod was described, and no migration was asked for; -o json prints the facts\n',
      );
    });
  });
});

test('a damaged log is shown, or refused in a sentence', () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(LOG.length - 1),
      fc.constantFrom('"', '{', '7', '', '\n', '-', ':null,'),
      async (at, put) => {
        const damaged = `${LOG.slice(0, at)}${put}${LOG.slice(at + 1)}`;
        await withFolder({ 'a.log': damaged }, async (folder) => {
          for (const rest of ['', ` --uid ${UID}`, ` --uid ${UID} --scenario ${folder}/s`]) {
            const { exitCode, stderr } = await headroom(`trace ${folder}/a.log${rest}`);
            expect([0, 1]).toContain(exitCode);
            expect(stderr).toMatch(/^(?:(?:note|error): .+\n)*$/);
            expect(stderr).not.toMatch(/Cannot |is not a (?:function|constructor)|of undefined/);
          }
        });
      },
    ),
    { numRuns: 40 },
  ));

test('a scenario may be written into an empty folder, and holds odd names as they are', () => {
  const odd = LINES.map((line) => line.replaceAll('"name":"overcommit-config"', '"name":"a\\u202eb: [c"'));
  return withFolder({ 'a.log': odd.join('\n') }, async (folder) => {
    await mkdir(`${folder}/s`);
    const { exitCode, stderr } = await headroom(`trace ${folder}/a.log --uid ${UID} --scenario ${folder}/s`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const before = readFileSync(`${folder}/s/before.yaml`, 'utf8');
    expect(before).toContain('"name":"a\\u202eb: [c"');
    await writeFile(`${folder}/s/outcome.json`, '{');
    expect((await headroom(`replay ${folder}/s`)).stdout).toContain('0 passed, 1 failed');
  });
});
