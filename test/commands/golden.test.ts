import { describe, expect, test } from '@jest/globals';
import { expectGolden } from './golden.ts';
import { headroom } from './run-program.ts';

const AT_1_5 = '--snapshot examples/quota-test.yaml';
const AT_4_5 = '--snapshot examples/quota-test-ratio-4.5.yaml';
const MIGRATED = '--snapshot examples/quota-test-after-migration.yaml';
const FULL_NODE = '--snapshot examples/full-node.yaml';
const STOPPED = '--snapshot examples/quota-test-stopped.yaml';
const LARGER = '--snapshot examples/quota-test-6000Mi.yaml';

describe('what a command prints', () => {
  test.each([
    ['a migration that fits after scale-up', 'forecast-fits.txt', `forecast vm1 ${AT_1_5}`, 0],
    ['a migration that fits while the next one will not', 'forecast-next.txt', `forecast vm1 ${AT_4_5}`, 0],
    ['a migration that exceeds, with its remedy', 'forecast-exceeds.txt', `forecast vm1 ${MIGRATED}`, 2],
    ['a migration that fits the larger quota', 'forecast-larger-quota.txt', `forecast ${LARGER}`, 0],
    ['every quota key of a VM', 'forecast-wide.txt', `forecast -A -o wide ${MIGRATED}`, 2],
    ['the same for a program', 'forecast.json', `forecast -A -o json ${MIGRATED}`, 2],
    ['the same as YAML', 'forecast.yaml', `forecast -A -o yaml ${MIGRATED}`, 2],
    ['a VM that is not there', 'forecast-unknown.txt', `forecast nobody ${AT_1_5}`, 3],
    ['the start of a stopped VM', 'forecast-start.txt', `forecast --start ${STOPPED}`, 2],
    ['the VMs of a node', 'forecast-node.txt', `forecast --node harv1 ${AT_1_5}`, 0],
    ['a node whose VMs leave each other behind', 'forecast-drain.txt', `forecast --node harv1 ${FULL_NODE}`, 2],
    ['the same for a program', 'forecast-drain.json', `forecast --node harv1 -o json ${FULL_NODE}`, 2],
    ['every node in turn', 'forecast-every-node.txt', `forecast --every-node ${FULL_NODE}`, 2],
    ['another ratio', 'forecast-ratio.txt', `forecast -A --ratio 10 ${AT_1_5}`, 0],
    ['a ratio that changes nothing', 'forecast-ratio-harmless.txt', `forecast -A --ratio 2 ${AT_1_5}`, 0],
    ['another ratio where nothing fits any more', 'forecast-ratio-stuck.txt', `forecast -A --ratio 1.5 ${MIGRATED}`, 2],
    ['starts at another ratio', 'forecast-ratio-start.txt', `forecast --start --ratio 10 ${STOPPED}`, 2],
    [
      'another ratio and quota, for a program',
      'forecast-what-if.json',
      `forecast -A --ratio 2.5 --quota quota-test/default-z4g94:limits.memory=4Gi -o json ${AT_1_5}`,
      2,
    ],
    ['an overhead term by term', 'overhead.txt', `overhead vm1 ${AT_4_5}`, 0],
    ['where each term comes from', 'overhead-wide.txt', `overhead vm1 -o wide ${AT_4_5}`, 0],
    ['an overhead for a program', 'overhead.json', `overhead vm1 -o json ${AT_4_5}`, 0],
    ['an overhead as YAML', 'overhead.yaml', `overhead vm1 -o yaml ${AT_4_5}`, 0],
    ['the overhead of a VM that does not run', 'overhead-stopped.txt', `overhead vm1 ${STOPPED}`, 0],
    ['overheads of several VMs', 'overhead-list.txt', `overhead vm1 nobody ${AT_4_5}`, 3],
    ['more about several VMs', 'overhead-list-wide.txt', `overhead vm1 nobody -o wide ${AT_4_5}`, 3],
    ['the help of the program', 'help.txt', '--help', 0],
    ['the help of forecast', 'help-forecast.txt', 'forecast --help', 0],
    ['the help of overhead', 'help-overhead.txt', 'help overhead', 0],
    ['the help of serve', 'help-serve.txt', 'serve --help', 0],
    ['the help of replay', 'help-replay.txt', 'replay --help', 0],
    ['the help of version', 'help-version.txt', 'version --help', 0],
  ])('%s is %s', async (_title, file, line, exitCode) => {
    const result = await headroom(line);
    expect(result.exitCode).toBe(exitCode);
    expectGolden(file, result.stdout);
  });
});
