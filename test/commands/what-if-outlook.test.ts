import { describe, expect, test } from '@jest/globals';
import { plainScene, type Scene, scene } from '../builders/scene.ts';
import { vmi } from '../builders/virtual-machine.ts';
import { headroom, withFolder } from './run-program.ts';

/** What `forecast` prints about a scene after the table of verdicts. */
function outlookOf(at: Scene, options: string): Promise<string> {
  const lines = at
    .json()
    .map((object) => JSON.stringify(object))
    .join('\n');
  return withFolder({ 'cluster.jsonl': lines }, async (folder) => {
    const { stdout } = await headroom(`forecast -A ${options} --snapshot ${folder}/cluster.jsonl`);
    return stdout.slice(stdout.indexOf('WHAT IF'));
  });
}

describe('what a ratio comes to', () => {
  test('without Harvester is set in the ResourceQuota', async () => {
    const text = await outlookOf(plainScene({ 'limits.memory': '9Gi' }).ratio('1.5'), '--ratio 4.5');
    expect(text).toMatch(/team-quota +limits\.memory +9Gi +\d+Mi +\d+Mi +the ResourceQuota\n/);
  });

  test('can be that VMs fit again, with nothing to raise', async () => {
    const stuck = plainScene({ 'limits.memory': '10Gi' }).ratio('4.5').started(vmi());
    const text = await outlookOf(stuck, '--ratio 1.5');
    expect(text).toMatch(/quota-test +1 +1 +0 +0 +0 +0 +- +- +- +- +- +-\n/);
    // There is no VM now that gets through every step, so there is nothing to keep.
    expect(text).toMatch(/\n\nlargest ratio at which everything fits: 2.3\n$/);
  });

  test('leaves out namespaces of which nobody can say what they need', async () => {
    const unfilled = scene().changedQuota({ status: {} });
    expect(await outlookOf(unfilled, '--ratio 4.5')).toMatch(
      /\n\nnamespaces left out, for nobody can say what they need: 1\n$/,
    );
  });

  test('is not told where no ratio is tried', async () => {
    const text = await outlookOf(scene(), '--quota quota-test/default-z4g94:limits.memory=6Gi');
    expect(text).not.toContain('largest ratio');
  });
});
