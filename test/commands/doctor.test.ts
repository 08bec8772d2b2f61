import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import type { Json } from '../builders/json.ts';
import { emptyScene, scene } from '../builders/scene.ts';
import { migration, vmi } from '../builders/virtual-machine.ts';
import { expectGolden } from './golden.ts';
import { headroom, runProgram, withFolder } from './run-program.ts';

const STUCK = '--snapshot examples/quota-test-stuck.yaml';
const HEALTHY = '--snapshot examples/quota-test.yaml';

describe('what doctor prints', () => {
  test.each([
    ['a stuck migration, why and what to set', 'doctor-stuck.txt', `doctor ${STUCK}`, 2],
    ['the same for a program', 'doctor-stuck.json', `doctor -o json ${STUCK}`, 2],
    ['the same as YAML', 'doctor-stuck.yaml', `doctor -A -o yaml ${STUCK}`, 2],
    ['a VM that will not migrate again', 'doctor-next.txt', 'doctor --snapshot examples/quota-test-ratio-4.5.yaml', 2],
    ['that nothing is wrong', 'doctor-healthy.txt', `doctor -n quota-test ${HEALTHY}`, 0],
    ['its help', 'doctor-help.txt', 'doctor --help', 0],
  ])('%s is %s', async (_title, file, line, exitCode) => {
    const result = await headroom(line);
    expect(result.exitCode).toBe(exitCode);
    expectGolden(file, result.stdout);
  });

  test('the stuck migration of the example is told of with the abortion, the limit and the ratio', async () => {
    const { stdout } = await headroom(`doctor ${STUCK}`);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('kubectl -n quota-test delete vmim vm1-4pjr8');
    expect(text).toContain('Set limitsMemory to at least 5477Mi for namespace quota-test');
    expect(text).toContain('additional-guest-memory-overhead-ratio to 2.8 or less');
  });

  test('nothing of a healthy cluster but one sentence', async () => {
    const { stdout } = await headroom(`doctor -o json ${HEALTHY}`);
    expect(JSON.parse(stdout)).toEqual({
      findings: [],
      checked: { namespaces: 2, quotas: 1, runningVms: 1, migrationsUnderWay: 0 },
    });
  });
});

function snapshotText(objects: readonly Json[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}

function doctorOn(objects: readonly Json[], args: readonly string[] = [], io = {}) {
  return withFolder({ 'cluster.yaml': snapshotText(objects) }, (folder) => {
    return runProgram(['doctor', '--snapshot', `${folder}/cluster.yaml`, ...args], { io });
  });
}

describe('the form of its output', () => {
  test('lines are as wide as the terminal, and words that are wider stand alone', async () => {
    const { stdout } = await runProgram(['doctor', ...STUCK.split(' ')], { io: { columns: 60 } });
    const wide = stdout.split('\n').filter((line) => line.length > 60);
    expect(wide.every((line) => /^ {4}\S+$/.test(line))).toBe(true);
  });

  test('a very narrow terminal gets lines of forty columns', async () => {
    const { stdout } = await runProgram(['doctor', ...HEALTHY.split(' ')], { io: { columns: 5 } });
    expect(stdout.split('\n')[0]).toBe('Nothing is wrong. Checked by 22 rules: 2');
  });

  test('colours are for terminals', async () => {
    const { stdout } = await runProgram(['doctor', ...STUCK.split(' ')], { io: { color: true } });
    expect(stdout).toContain('\u001b[31mERROR\u001b[0m VM quota-test/vm1');
    expect((await headroom(`doctor ${STUCK}`)).stdout).not.toContain('\u001b');
  });

  test('what is no fault is told in brief, and whole with -o wide', async () => {
    const waiting = scene().with(migration()).json();
    const brief = await doctorOn(waiting);
    expect(brief.exitCode).toBe(0);
    expect(brief.stdout).toMatch(/^INFO 1 migration of namespace quota-test waits/);
    expect(brief.stdout).not.toContain('Evidence:');
    expect(brief.stdout).toContain('Nothing is wrong; 1 note.');
    expect((await doctorOn(waiting, ['-o', 'wide'])).stdout).toContain('Evidence:');
  });

  test('of many VMs five are named, with -o wide fifty, and as JSON all', async () => {
    const vmis = Array.from({ length: 60 }, (_, index) => vmi(`vm${index}`));
    const many = emptyScene({ base: { 'limits.cpu': '900', 'limits.memory': '9Gi' } })
      .started(...vmis)
      .json();
    const table = await doctorOn(many);
    expect(table.stdout.match(/^ {2}- VM quota-test\/vm\d+ cannot/gm)).toHaveLength(5);
    expect(table.stdout).toContain('- and 55 more (-o json has all)');
    expect((await doctorOn(many, ['-o', 'wide'])).stdout).toContain('- and 10 more (-o json has all)');
    const { findings } = JSON.parse((await doctorOn(many, ['-o', 'json'])).stdout);
    expect(findings[0].affected).toHaveLength(60);
  });

  test('names that would steer a terminal are printed as text', async () => {
    const hostile = scene()
      .with(migration('vm1', { metadata: { name: 'evil\u001b[2J\nname' } }))
      .json();
    const { stdout } = await doctorOn(hostile, ['-o', 'wide']);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('evil [2J name');
  });
});

describe('at the end of its text', () => {
  const POINTER = 'Drains take VMs together: headroom forecast --every-node';
  const two = emptyScene({ base: { 'limits.cpu': '9', 'limits.memory': '50Gi' } }).started(vmi(), vmi('vm2'));

  test('whoever has several VMs is pointed at drains', async () => {
    const { stdout } = await doctorOn(two.json());
    expect(stdout).toMatch(/^Nothing is wrong\. /);
    expect(stdout.endsWith(`\n${POINTER}\n`)).toBe(true);
    const faulty = await doctorOn(two.with(vmi('vm3', { spec: { domain: { memory: { guest: '4GB' } } } })).json());
    expect(faulty.stdout.endsWith(`\n${POINTER}\n`)).toBe(true);
  });

  test('with one VM there is nothing to take together', async () => {
    expect((await doctorOn(scene().json())).stdout).not.toContain('Drains');
  });

  test('programs are not pointed anywhere', async () => {
    for (const format of ['json', 'yaml']) {
      expect((await doctorOn(two.json(), ['-o', format])).stdout).not.toContain('Drains');
    }
  });
});

describe('its exit code and its part of the cluster', () => {
  test('3 where something could not be checked and nothing is wrong', async () => {
    const broken = scene().with(vmi('vm2', { spec: { domain: { memory: { guest: '4GB' } } } }));
    const result = await doctorOn(broken.json());
    expect(result.exitCode).toBe(3);
    expect(result.stdout).toContain('1 thing that could not be checked. Checked by');
    const two = broken.with(migration('vm1', { spec: { vmiName: 5 } }));
    expect((await doctorOn(two.json())).stdout).toContain('2 things that could not be checked.');
  });

  test('a fault weighs more than that', async () => {
    const both = scene({ ratio: '4.5' }).with(vmi('vm2', { spec: { domain: { memory: { guest: '4GB' } } } }));
    expect((await doctorOn(both.json())).exitCode).toBe(2);
  });

  test('of one namespace, what is of the whole cluster is told too', async () => {
    const differing = scene().changedKubeVirt({
      spec: { configuration: { additionalGuestMemoryOverheadRatio: '4.5' } },
    });
    const { stdout } = await doctorOn(differing.json(), ['-n', 'quota-test']);
    expect(stdout).toContain('ratio-differs: KubeVirt harvester-system/kubevirt');
    expect(stdout).toContain('1 namespace, ');
  });

  test.each([
    { args: '-n nowhere', error: 'error: there is no namespace nowhere; there are harvester-system, quota-test' },
    { args: '-n quota-test -A', error: 'error: -n and -A cannot be used together' },
  ])('doctor $args is an error', async ({ args, error }) => {
    const result = await headroom(`doctor ${args} ${HEALTHY}`);
    expect(result.exitCode).toBe(1);
    expect(result.stderr.trim()).toBe(error);
  });

  test('a cluster that is not understood is named as such', async () => {
    const none = scene().without('KubeVirt', 'kubevirt').json();
    const { stdout, exitCode } = await doctorOn(none);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('cluster-unknown: the cluster');
  });
});

test('the example says at its top what it is, and holds no managed fields and no user data', () => {
  const content = readFileSync('examples/quota-test-stuck.yaml', 'utf8');
  expect(content).toMatch(/^# /);
  expect(content).not.toMatch(/managedFields|userData:|userDataBase64/);
});
