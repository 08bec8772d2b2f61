import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { expectGolden } from './golden.ts';
import { headroom, withFolder } from './run-program.ts';

const FINE = '--snapshot examples/quota-test.yaml';
const STUCK = '--snapshot examples/quota-test-after-migration.yaml';

describe('headroom report', () => {
  test('writes a page, says where, and exits as forecast does', () =>
    withFolder({}, async (folder) => {
      const file = join(folder, 'report.html');
      const { exitCode, stdout, stderr } = await headroom(`report -o ${file} ${STUCK}`);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr.startsWith(`note: the report is in ${file} (`)).toBe(true);
      const page = await readFile(file, 'utf8');
      expect(page).toContain('1 of 1 VM cannot migrate as things are.');
      expect(page.endsWith('</html>\n')).toBe(true);
    }));

  test('writes to stdout where the file is -', async () => {
    const { exitCode, stdout, stderr } = await headroom(`report -o - ${FINE}`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout).toContain('from snapshot examples/quota-test.yaml');
    expect(stdout).toMatch(/script-src (&#39;sha256-[A-Za-z0-9+/]{43}=&#39; ?){2};/);
  });

  test('is of a cluster with another ratio', async () => {
    const { stdout } = await headroom(`report -o - --ratio 4.5 ${FINE}`);
    expect(stdout).toContain('4.5, assumed for this page');
    expect(stdout).toContain('Nothing exceeds its quota now, but 1 of 1 VM will after the next migration.');
  });

  test('shows what doctor finds, but not of a cluster that is assumed', async () => {
    const { stdout } = await headroom(`report -o - ${STUCK}`);
    expect(stdout).toContain('<h2 id="findings-title">Findings</h2>');
    expect((await headroom(`report -o - --ratio 2 ${STUCK}`)).stdout).not.toContain('id="findings"');
  });

  test('says so where Harvester would refuse that ratio', async () => {
    const { stderr } = await headroom(`report -o - --ratio 99 ${FINE}`);
    expect(stderr).toContain('note: Harvester would refuse this ratio');
  });

  test('is of one namespace', async () => {
    const { stdout } = await headroom(`report -o - -n quota-test ${FINE}`);
    expect(stdout).toContain('namespace quota-test, from snapshot');
  });

  test.each([
    ['a namespace that is not there', `report -o - -n nowhere ${FINE}`, 'there is no namespace nowhere'],
    ['no file to write', `report ${FINE}`, "required option '-o, --output <file>' not specified"],
    [
      'a file that cannot be written',
      `report -o /nowhere/report.html ${FINE}`,
      '/nowhere/report.html: cannot be written: there is no such folder',
    ],
    ['a ratio that is none', `report -o - --ratio much ${FINE}`, '--ratio: expected a number'],
  ])('ends with an error for %s', async (_title, line, message) => {
    const { exitCode, stderr } = await headroom(line);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });

  test('has help with examples', async () => {
    const { exitCode, stdout } = await headroom('report --help');
    expect(exitCode).toBe(0);
    expectGolden('help-report.txt', stdout);
  });
});
