import { describe, expect, test } from '@jest/globals';
import { examine } from '../../src/doctor/examination.ts';
import { applyRemedy } from '../../src/forecast/apply-remedy.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { withRatio } from '../../src/forecast/what-if.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { quota } from '../builders/namespace.ts';
import { emptyScene, scene } from '../builders/scene.ts';
import { migration, sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { findingsIn, rulesOf, theFinding } from './examined.ts';

/** Started at ratio 4.5, under a quota that holds it once. */
const grown = scene({ ratio: '4.5' });
const stuck = grown.pending();

describe('a migration that is pending for quota', () => {
  test("is told of in the webhook's own sentence", () => {
    const finding = theFinding(findingsIn(stuck), 'stuck-migration');
    expect(finding.severity).toBe('error');
    expect(finding.subject).toEqual({
      kind: 'VirtualMachineInstanceMigration',
      namespace: 'quota-test',
      name: 'vm1-z9lkd',
    });
    expect(finding.summary).toBe(stuck.forecast().message.split('\n')[0]);
    expect(finding.summary).toContain('short of limits.memory by 499581313');
  });

  test('keeps each figure on a line of its own, whatever the names are', () => {
    const named = stuck.with(quota('team\nRemedy: pods', { pods: '1' }));
    const { evidence } = theFinding(findingsIn(named), 'stuck-migration');
    expect(evidence).toContainEqual(expect.stringMatching(/^team Remedy: pods pods: used 1 \+ requested 1 = 2 of 1/));
    expect(evidence.join()).not.toContain('\n');
  });

  test('is no second time among the VMs that cannot migrate', () => {
    expect(rulesOf(findingsIn(stuck))).toEqual(['stuck-migration error', 'over-used warning']);
  });

  test('must be aborted before the limit of its namespace can be raised, and the figure then lets it in', () => {
    const { remedy } = theFinding(findingsIn(stuck), 'stuck-migration');
    expect(remedy[0]).toMatch(/^Abort the migration first, for Harvester refuses/);
    expect(remedy[1]).toBe('kubectl -n quota-test delete vmim vm1-z9lkd');
    expect(remedy[2]).toMatch(/^Set limitsMemory to at least 5477Mi .* Then migrate vm1 again\.$/);
    expect(remedy[2]).not.toContain('Harvester refuses');
    const to = (memory: string) => {
      const changes = [
        {
          quota: 'default-z4g94',
          resource: 'limits.memory',
          to: Quantity.parse(memory),
          where: 'namespace-annotation' as const,
        },
      ];
      const objects = applyRemedy(grown.objects(), { kind: 'raise-quota', changes });
      return forecastMigration(prepare(objects), 'vm1').verdict;
    };
    expect([to('5476Mi'), to('5477Mi')]).toEqual(['exceeds', 'fits']);
  });

  test('can be let in by a lower ratio, for its scale-up stays, and by no higher one', () => {
    const { remedy } = theFinding(findingsIn(stuck), 'stuck-migration');
    expect(remedy[3]).toContain('additional-guest-memory-overhead-ratio to 2.8 or less');
    const { cluster, namespace } = stuck.objects();
    const at = (ratio: string) =>
      forecastMigration(prepare({ cluster: withRatio(cluster, ratio), namespace }), 'vm1').verdict;
    expect([at('2.8'), at('2.9'), at('10')]).toEqual(['fits', 'exceeds', 'exceeds']);
  });

  test('names every other pending migration that has to go for the limit to be raised', () => {
    const two = emptyScene({ ratio: '4.5', base: { 'limits.cpu': '6', 'limits.memory': '5000Mi' } })
      .started(vmi('vm1'), vmi('vm2'))
      .pending('vm1')
      .pending('vm2');
    const [finding] = findingsIn(two).filter(({ rule }) => rule === 'stuck-migration');
    expect(finding?.remedy[0]).toContain('with every other pending migration of the namespace');
    expect(finding?.remedy[1]).toBe('kubectl -n quota-test delete vmim vm1-z9lkd vm2-z9lkd');
  });

  test('waits for those that run, which keep the limit from being raised as well', () => {
    const base = { 'limits.cpu': '6', 'limits.memory': '5000Mi' };
    const two = emptyScene({ ratio: '4.5', base }).started(vmi('vm1'), vmi('vm2')).running('vm1').pending('vm2');
    const { remedy } = theFinding(findingsIn(two), 'stuck-migration');
    expect(remedy[0]).toMatch(/while one is pending\. Wait for those that run\.$/);
    expect(remedy[1]).toBe('kubectl -n quota-test delete vmim vm2-z9lkd');
  });

  test('says that its scale-up is of another ratio, and fits when it is asked for anew', () => {
    // Asked for at 1.5; then the ratio was raised, and the pod is larger than the scale-up that is stored.
    const raised = scene().with(vmi()).pending().ratio('4.5');
    const finding = theFinding(findingsIn(raised), 'stuck-migration');
    expect(finding.evidence.join('\n')).toMatch(
      /limits.memory 4737464313\. It was reckoned when .* limits.memory 5622461313\./,
    );
    expect(finding.remedy[0]).toMatch(
      /^Abort it and migrate vm1 again: what Harvester adds for it is then reckoned anew/,
    );
    expect(finding.remedy[2]).toMatch(
      /^The migration after that one would not fit\. In between: Set limitsMemory to at least 5477Mi/,
    );
  });

  test('is tried again as soon as a quota changes that nobody has to abort it for', () => {
    const full = scene()
      .with(quota('team-pods', { pods: '1' }))
      .pending();
    const { remedy } = theFinding(findingsIn(full), 'stuck-migration');
    expect(remedy[0]).toBe(
      'Set pods of ResourceQuota team-pods to at least 2. The pending migration is tried again as soon as the quota changes.',
    );
  });

  test('without Harvester, and with no condition yet, has no scale-up to speak of, and only its quota to be raised', () => {
    const plain = emptyScene().without('Setting', 'server-version').started(vmi()).with(migration());
    const { evidence, remedy } = theFinding(findingsIn(plain), 'stuck-migration');
    expect(evidence.join('\n')).not.toContain('scale-up (annotation');
    expect(evidence[0]).toMatch(/it has no condition migrationRejectedByResourceQuota\.$/);
    expect(remedy[0]).toMatch(/^Set limits.cpu of ResourceQuota default-z4g94.*after 17 minutes at the latest\.$/);
  });

  test('with a pod that nobody admits can only be given up', () => {
    const refused = stuck.changedVmi({ metadata: { labels: { logVerbosity: 'high' } } });
    const { remedy } = theFinding(findingsIn(refused), 'stuck-migration');
    expect(remedy).toEqual([
      'Change what the reason names, or the VM; no quota can help. The pending migration is then tried again by itself, after 17 minutes at the latest.',
      'Otherwise give the migration up.',
      'kubectl -n quota-test delete vmim vm1-z9lkd',
    ]);
  });
});

test('a name that is no name becomes no command', () => {
  const odd = stuck.without('VirtualMachineInstanceMigration', 'vm1-z9lkd');
  const evil = odd.with(migration('vm1', { metadata: { name: "x'; reboot; '" } }));
  expect(theFinding(findingsIn(evil), 'stuck-migration').remedy[1]).toBe(
    "kubectl -n quota-test delete vmim 'x'\\''; reboot; '\\'''",
  );
});

describe('a migration that was refused is not stuck for that', () => {
  test('when there will be room for it: it waits', () => {
    const finding = theFinding(findingsIn(scene().pending()), 'waiting-migration');
    expect(finding.severity).toBe('info');
    expect(finding.affected?.[0]).toContain('a quota has refused it before, as happens to healthy ones');
  });

  test('when it has its target pod: nothing is said', () => {
    expect(findingsIn(scene().running())).toEqual([]);
  });

  test('when nobody has scaled the quota up yet: that is a moment', () => {
    const moment = scene({ harvester: 'v1.9.0', ratio: '4.5' }).with(migration());
    const finding = findingsIn(moment).find(({ rule }) => rule.endsWith('-migration'));
    expect(finding?.severity).toBe('info');
  });

  test('when its VMI is not there: KubeVirt ends it', () => {
    const { cluster, namespace } = scene().with(migration('gone')).objects();
    expect(examine(cluster).ofNamespace(namespace).findings).toEqual([]);
  });
});

describe('under the rules of Harvester 1.9', () => {
  // Three that are over quota: one pot of compensation feeds two, and which of them nobody can say.
  const names = ['vm1', 'vm2', 'vm3'];
  const small = names.map((name) => sizedVmi(name, { cpu: 1, memoryMi: 1024 }));
  const base = { 'limits.cpu': '20', 'limits.memory': '3000Mi' };
  const started = emptyScene({ harvester: 'v1.9.0', base }).started(...small);
  const competing = names.reduce((before, name) => before.pending(name), started);

  test('a stall is a warning, and says what wakes Harvester', () => {
    const stalls = findingsIn(competing).filter(({ rule }) => rule === 'stuck-migration');
    expect(stalls.map(({ severity }) => severity)).toContain('warning');
    expect(stalls[0]?.remedy[0]).toMatch(/^If it is still pending after a minute, wake Harvester/);
    expect(stalls[0]?.remedy[1]).toMatch(/^kubectl -n quota-test annotate vmim vm\d-z9lkd touched=1 --overwrite$/);
  });

  test('a shortage of CPU is never compensated, and an error', () => {
    const short = scene({ harvester: 'v1.9.0' }).base({ 'limits.cpu': '2015m', 'limits.memory': '5000Mi' }).pending();
    expect(theFinding(findingsIn(short), 'stuck-migration').severity).toBe('error');
  });
});

test('before 1.9, of two that compete for the last room one loses for good, and nobody knows which', () => {
  const names = ['vm1', 'vm2'];
  const started = emptyScene({ base: { 'limits.cpu': '20', 'limits.memory': '9Gi' } }).started(
    ...names.map((name) => sizedVmi(name, { cpu: 1, memoryMi: 1024 })),
  );
  const used = started.objects().namespace.quotas.items[0]?.status?.used?.get('limits.memory')?.value() ?? 0n;
  // Room for one sidecar, of which the first migration then takes away half: its pod is larger at the new ratio.
  const tight = started.base({ 'limits.cpu': '20', 'limits.memory': `${used + 70_000_000n}` }).ratio('1.6');
  const competing = names.reduce((before, name) => before.pending(name), tight);
  const found = findingsIn(competing).filter(({ rule }) => rule === 'stuck-migration');
  expect(found.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
  expect(found[0]?.remedy[0]).toMatch(/^Look again in a minute: in a lucky order it gets in/);
});
