import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../src/doctor/finding.ts';
import { limitRange } from '../builders/namespace.ts';
import { snapshotOf } from '../builders/snapshot.ts';
import { loadObserved } from '../observed/load-observed.ts';
import { loadScenario, scenarioNames } from '../scenarios/load-scenarios.ts';
import { findingsInCluster, rulesOf, theFinding } from './examined.ts';

function findingsAt(step: string): Promise<readonly Finding[]> {
  return findingsInCluster(snapshotOf(loadObserved(step)));
}

describe('at the steps that a control plane went through', () => {
  test.each([
    'extra-evac-deny-denied-40s',
    'test1-step1-vm-running',
    'test1-step2-migrating',
    'test1-step3-migrated',
    'test3-step1-stopped',
    'test4-step1-quota-6000Mi',
    'test4-step2-running',
    'test4-step3a-migration1-migrating',
    'test4-step3b-migration1-source-still-up',
    'test4-step3c-migration1-settled',
    'v19-test2-step4-ratio-changed',
  ])('%s: nothing is wrong', async (step) => {
    expect(await findingsAt(step)).toEqual([]);
  });

  test.each([
    { step: 'extra-caps-held-caps-2', title: 'two of four wait for their turn', found: ['waiting-migration info'] },
    { step: 'extra-caps-held-caps-500', title: 'one waits for the others', found: ['waiting-migration info'] },
    { step: 'extra-must-spec', title: 'a quota of somebody else has room', found: ['never-scaled info'] },
    { step: 'extra-stop-halted', title: 'no VM runs under the quota on pods', found: [] },
    { step: 'test2-step4-ratio-changed', title: 'one migration is left', found: ['cannot-migrate warning'] },
    { step: 'test2-step5a-migrating', title: 'the last one is under way', found: ['over-used warning'] },
    { step: 'test2-step5b-migrated', title: 'none is left', found: ['cannot-migrate error', 'over-used warning'] },
    {
      step: 'test2-step6-pending-rejected',
      title: 'it is stuck',
      found: ['stuck-migration error', 'over-used warning'],
    },
    {
      step: 'test2-step8-pending-vmim-deleted',
      title: 'none is left once the stuck one has been given up',
      found: ['cannot-migrate error', 'over-used warning'],
    },
    { step: 'v19-test2-step5b-migrated', title: 'Harvester 1.9 lets it migrate', found: ['over-used warning'] },
    {
      step: 'v19-test2-migration2-a-rejected',
      title: 'refused, and healthy: Harvester has not noticed it yet',
      found: ['stuck-migration info', 'over-used warning'],
    },
    {
      step: 'v19-test2-migration3-a-rejected',
      title: 'refused, and healthy: the quota is still to be scaled up',
      found: ['stuck-migration info', 'over-used warning', 'quota-reset info'],
    },
    { step: 'v19-test2-migration2-b-running', title: 'compensated', found: ['over-used warning'] },
    { step: 'v19-test2-migration2-c-settled', title: 'over', found: ['over-used warning'] },
  ])('$step: $title', async ({ step, found }) => {
    expect(rulesOf(await findingsAt(step))).toEqual(found);
  });

  test('extra-lr-max: the LimitRange that was not saved with it refuses the pod', async () => {
    const cluster = snapshotOf(loadObserved('extra-lr-max'));
    const limits = limitRange({ type: 'Container', max: { memory: '512Mi' } });
    cluster.put({ ...limits, metadata: { name: 'bounds', namespace: 'lr-max' }, apiVersion: 'v1', kind: 'LimitRange' });
    const findings = await findingsInCluster(cluster);
    expect(rulesOf(findings)).toEqual(['stuck-migration error', 'limit-range error']);
    expect(theFinding(findings, 'limit-range')).toMatchObject({
      subject: { kind: 'LimitRange', namespace: 'lr-max', name: 'bounds' },
      affected: [
        'VM vm1: LimitRange refuses the pod: maximum memory usage per Container is 512Mi, but limit is 2585787145',
      ],
    });
  });
});

const found = new Map<string, Promise<readonly Finding[]>>();

/** Each scenario is examined once. */
function findingsBefore(name: string): Promise<readonly Finding[]> {
  const findings = found.get(name) ?? findingsInCluster(snapshotOf(loadScenario(name).before));
  found.set(name, findings);
  return findings;
}

interface Ended {
  readonly vmi: string;
  readonly settled: { readonly result: string };
}

describe('before the migrations of the recorded scenarios', () => {
  const single = scenarioNames.filter((name) => Object.keys(loadScenario(name).outcome.migrations).length === 1);

  test.each(single)('%s: the VM is named as one that cannot migrate exactly if it then could not', async (name) => {
    const { outcome } = loadScenario(name);
    const [migration] = Object.values(outcome.migrations) as unknown as readonly Ended[];
    const findings = await findingsBefore(name);
    if (findings.some(({ rule }) => rule === 'unknown-forecast')) {
      expect(rulesOf(findings)).toContain('several-default-quotas warning');
      return;
    }
    const named = findings
      .filter(({ rule, severity }) => rule === 'cannot-migrate' && severity === 'error')
      .flatMap(({ affected = [] }) => affected)
      .some((line) => line.includes(`/${migration?.vmi} cannot migrate`));
    expect(named).toBe(migration?.settled.result === 'quota-rejected');
  });

  test.each(scenarioNames)(
    '%s: pods that KubeVirt itself made have no unknown overhead, and nothing was left behind',
    async (name) => {
      const rules = rulesOf(await findingsBefore(name));
      for (const rule of ['overhead-drift', 'leaked-scale-up', 'not-understood', 'stuck-migration', 'pod-refused']) {
        expect(rules.filter((found) => found.startsWith(rule))).toEqual([]);
      }
    },
  );
});
