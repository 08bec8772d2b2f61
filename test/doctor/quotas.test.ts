import { describe, expect, test } from '@jest/globals';
import { Quantity } from '../../src/quantity/quantity.ts';
import { defaultQuota, namespace, quota } from '../builders/namespace.ts';
import { otherPod } from '../builders/pod.ts';
import { emptyScene, plainScene, type Scene, scene } from '../builders/scene.ts';
import { migration, sizedVmi, vmi, vmiUid } from '../builders/virtual-machine.ts';
import { findingsIn, rulesOf, theFinding } from './examined.ts';

const SKIP = { metadata: { annotations: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } } };
const BASE = { 'limits.cpu': '3', 'limits.memory': '5000Mi' };
const LABEL = { 'resourcequota.management.cattle.io/default-resource-quota': 'true' };

/** Harvester 1.3 had no setting for the ratio yet. */
function oldScene(): Scene {
  const old = scene({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '' });
  return old.without('Setting', 'additional-guest-memory-overhead-ratio');
}

describe('a cluster in order', () => {
  test.each([
    { title: 'with Harvester', healthy: scene() },
    { title: 'without Harvester', healthy: plainScene({ 'limits.memory': '20Gi', 'requests.cpu': '10' }) },
    { title: 'without any quota', healthy: plainScene({}).without('ResourceQuota', 'team-quota') },
    { title: 'at ratio 0', healthy: scene({ ratio: '0' }).changedKubeVirt(withoutRatio()) },
    { title: 'of Harvester 1.3', healthy: oldScene() },
  ])('$title has no finding', ({ healthy }) => {
    expect(findingsIn(healthy)).toEqual([]);
  });
});

function withoutRatio() {
  return { spec: { configuration: { additionalGuestMemoryOverheadRatio: undefined } } };
}

describe('quota-without-base', () => {
  test.each([
    { title: 'no annotation', annotation: undefined, why: 'has no such annotation' },
    { title: 'an empty annotation', annotation: '', why: 'has no such annotation' },
    { title: 'one that is no JSON', annotation: '{', why: 'has one that is not understood: annotation' },
    {
      title: 'one with a limit that is no quantity',
      annotation: '{"limit":{"limitsCpu":"much"}}',
      why: 'not understood',
    },
  ])('a default quota whose namespace has $title is never scaled', ({ annotation, why }) => {
    const finding = theFinding(findingsIn(scene().annotatedNamespace(annotation)), 'quota-without-base');
    expect(finding.summary).toContain('does not scale limits.cpu and limits.memory of default quota default-z4g94');
    expect(finding.evidence[1]).toContain(why);
  });

  test('a key that the annotation does not name is left alone, and the other is not', () => {
    const half = scene().annotatedNamespace('{"limit":{"limitsCpu":"3000m"}}');
    const finding = theFinding(findingsIn(half), 'quota-without-base');
    expect(finding.summary).toContain('does not scale limits.memory of default quota');
    expect(finding.evidence[1]).toMatch(/names no limit for limits\.memory\.$/);
  });

  test('a default quota that limits neither CPU nor memory needs no base', () => {
    const empty = scene().with(namespace(), defaultQuota({ pods: '9' }));
    expect(rulesOf(findingsIn(empty))).toEqual(['never-scaled info']);
  });

  test('before 1.4.2 the quota itself is the base', () => {
    const old = scene({ harvester: 'v1.4.1', kubeVirt: '1.2.2' }).annotatedNamespace(undefined);
    expect(rulesOf(findingsIn(old))).not.toContain('quota-without-base warning');
  });
});

describe('limits-without-quota', () => {
  const unlabelled = scene().changedQuota({ metadata: { labels: { [Object.keys(LABEL)[0] as string]: 'false' } } });

  test('limits of a namespace whose quota lacks the label scale nothing', () => {
    const finding = theFinding(findingsIn(unlabelled), 'limits-without-quota');
    expect(finding.subject).toEqual({ kind: 'Namespace', name: 'quota-test' });
    expect(finding.evidence).toEqual([
      'Annotation field.cattle.io/resourceQuota sets limitsCpu 3 and limitsMemory 5000Mi.',
      'Of its ResourceQuotas (default-z4g94) none has the label resourcequota.management.cattle.io/default-resource-quota: "true".',
    ]);
  });

  test('limits of a namespace without any quota are enforced by nothing', () => {
    const none = scene().without('ResourceQuota', 'default-z4g94');
    expect(theFinding(findingsIn(none), 'limits-without-quota').evidence[1]).toBe(
      'The namespace has no ResourceQuota.',
    );
  });

  test.each([
    { title: 'limits nothing', annotation: '{"limit":{}}' },
    { title: 'limits storage alone', annotation: '{"limit":{"requestsStorage":"10Gi"}}' },
  ])('an annotation that $title needs no quota', ({ annotation }) => {
    const none = scene().without('ResourceQuota', 'default-z4g94').annotatedNamespace(annotation);
    expect(findingsIn(none)).toEqual([]);
  });

  test('one limit alone is named alone', () => {
    const none = scene()
      .without('ResourceQuota', 'default-z4g94')
      .annotatedNamespace('{"limit":{"limitsMemory":"1Gi"}}');
    expect(theFinding(findingsIn(none), 'limits-without-quota').evidence[0]).toMatch(/sets limitsMemory 1Gi\.$/);
  });

  test('a namespace that is being deleted has lost its quota already', () => {
    const going = scene()
      .without('ResourceQuota', 'default-z4g94')
      .changed('Namespace', 'quota-test', { metadata: { deletionTimestamp: '2026-11-22T03:00:00Z' } });
    expect(findingsIn(going)).toEqual([]);
  });
});

describe('several default quotas, and one that is switched off', () => {
  test('of two default quotas nobody knows which is scaled', () => {
    const two = scene().with(quota('default-aaaaa', BASE, { metadata: { labels: LABEL } }));
    const finding = theFinding(findingsIn(two), 'several-default-quotas');
    expect(finding.evidence[0]).toContain('default-z4g94 and default-aaaaa');
  });

  test('without Harvester, or with one that scales nothing, the label says nothing', () => {
    const two = quota('default-aaaaa', BASE, { metadata: { labels: LABEL } });
    const plain = emptyScene().without('Setting', 'server-version').with(two);
    expect(rulesOf(findingsIn(plain))).toEqual([]);
    expect(rulesOf(findingsIn(emptyScene({ harvester: 'v1.1.3' }).with(two)))).not.toContain(
      'several-default-quotas warning',
    );
  });

  test('a skip annotation is worth a note, and heeded from 1.4.2 on', () => {
    const room = { 'limits.cpu': '30', 'limits.memory': '50Gi' };
    expect(rulesOf(findingsIn(scene({ base: room }).changedQuota(SKIP)))).toEqual(['scaling-switched-off info']);
    const old = scene({ base: room, harvester: 'v1.4.1', kubeVirt: '1.2.2' });
    expect(findingsIn(old.changedQuota(SKIP))).toEqual([]);
  });
});

describe('quota-reset', () => {
  const lower = { spec: { hard: { 'limits.memory': '4900Mi' } } };

  test('from 1.4.2 on a limit that somebody has edited is set again soon', () => {
    for (const memory of ['4900Mi', '6000Mi']) {
      const edited = scene().changedQuota({ spec: { hard: { 'limits.memory': memory } } });
      expect(rulesOf(findingsIn(edited))).toEqual(['quota-reset info']);
    }
  });

  test('before that it stays below what the namespace was given', () => {
    const finding = theFinding(findingsIn(oldScene().changedQuota(lower)), 'quota-reset');
    expect(finding.severity).toBe('warning');
    expect(finding.remedy[0]).toContain('set limits.memory of ResourceQuota default-z4g94 to 5000Mi');
  });

  test('before that a scale-up is in it while a migration is pending, and is none of what it is to be set to afterwards', () => {
    const finding = findingsIn(oldScene().pending().changedQuota(lower)).find(({ rule }) => rule === 'quota-reset');
    expect(finding?.remedy[0]).toContain('set limits.memory of ResourceQuota default-z4g94 to 5000Mi');
    expect(finding?.evidence[0]).toMatch(/ make (?!5000Mi)/);
  });

  test("before that a limit above it is somebody's own, and none in the annotation says nothing", () => {
    const old = oldScene();
    expect(findingsIn(old.changedQuota({ spec: { hard: { 'limits.memory': '9Gi' } } }))).toEqual([]);
    expect(findingsIn(old.annotatedNamespace('').changedQuota(lower))).toEqual([]);
    expect(findingsIn(old.annotatedNamespace('{"limit":{"limitsCpu":"3"}}').changedQuota(lower))).toEqual([]);
  });

  test('a scale-up in it is no difference', () => {
    expect(rulesOf(findingsIn(scene().pending()))).toEqual(['waiting-migration info']);
  });
});

describe('leaked-scale-up', () => {
  const delta = { 'limits.cpu': '2', 'limits.memory': '4737464313' };
  const leaked = scene().stored(`migratingUID-${vmiUid('vm1')}`, delta);

  test('one that belongs to no migration is to be removed, and keeps the limits from being changed meanwhile', () => {
    const finding = theFinding(findingsIn(leaked), 'leaked-scale-up');
    expect(finding.severity).toBe('warning');
    expect(finding.evidence.join('\n')).toContain(
      "namespace quota-test has migrating VMs, can't change resource quotas",
    );
    expect(finding.remedy).toEqual([
      'Remove the annotations.',
      `kubectl -n quota-test annotate resourcequota default-z4g94 harvesterhci.io/migratingUID-${vmiUid('vm1')}-`,
    ]);
  });

  test('one of a VM that is gone is, too', () => {
    const gone = scene().stored('migratingUID-somebody', delta).stored('migrating-vm9', {});
    const { evidence } = theFinding(findingsIn(gone), 'leaked-scale-up');
    expect(evidence[1]).toBe('Annotation harvesterhci.io/migrating-vm9: nothing.');
  });

  test('one whose migration has just ended may go by itself', () => {
    const ended = leaked.with(migration('vm1', { status: { phase: 'Succeeded' } }));
    const finding = theFinding(findingsIn(ended), 'leaked-scale-up');
    expect(finding.severity).toBe('info');
    expect(finding.remedy[0]).toMatch(/^If they are still there after a minute, remove/);
  });

  test('one whose migration is under way, or being aborted, is none', () => {
    for (const changes of [{}, { metadata: { deletionTimestamp: '2026-11-22T03:00:00Z' } }]) {
      expect(rulesOf(findingsIn(leaked.with(migration('vm1', changes))))).not.toContain('leaked-scale-up warning');
    }
  });

  test('before 1.4.2 the limit has to be lowered with it, by hand', () => {
    const old = oldScene().stored('migrating-vm1', delta);
    expect(theFinding(findingsIn(old), 'leaked-scale-up').remedy[2]).toMatch(/^Then lower spec.hard/);
  });

  test('a compensation goes with the last migration, and was left behind where there is none', () => {
    const compensated = scene({ harvester: 'v1.9.0' }).stored('migratingCompensation', { 'limits.memory': '180M' });
    expect(theFinding(findingsIn(compensated), 'leaked-scale-up').evidence[0]).toBe(
      'Annotation harvesterhci.io/migratingCompensation: limits.memory 180M.',
    );
    expect(rulesOf(findingsIn(compensated.pending()))).not.toContain('leaked-scale-up warning');
  });

  test('nobody can say so where migrations, VMIs or the annotation are not understood', () => {
    const nameless = leaked.with({ ...migration('vm2'), spec: {} });
    expect(rulesOf(findingsIn(nameless))).not.toContain('leaked-scale-up warning');
    const broken = scene()
      .stored('migratingUID-x', delta)
      .changedVmi({ spec: { domain: { memory: { guest: 'much' } } } });
    expect(rulesOf(findingsIn(broken))).not.toContain('leaked-scale-up warning');
    const garbled = scene().changedQuota({ metadata: { annotations: { 'harvesterhci.io/migrating-vm1': '{' } } });
    expect(rulesOf(findingsIn(garbled))).toEqual(['unknown-forecast unknown']);
  });
});

describe('over-used', () => {
  test('use over the limit that the namespace was given is told of, whatever is scaled up', () => {
    const over = scene().with(otherPod({ limits: { cpu: '100m', memory: '1Gi' } }));
    const finding = theFinding(findingsIn(over.pending()), 'over-used');
    expect(finding.evidence[0]).toContain(
      'status.used is 5871206137; the limit that it is made of, without scale-ups, is 5000Mi',
    );
    expect(finding.remedy[0]).toContain('to at least 5600Mi');
  });

  test('a source pod that is about to go is no use that lasts', () => {
    expect(findingsIn(scene().lingering())).toEqual([]);
    expect(findingsIn(scene().running())).toEqual([]);
  });

  test('a larger target pod is use that will last', () => {
    const finding = theFinding(findingsIn(scene().ratio('4.5').running()), 'over-used');
    expect(finding.summary).toMatch(/^Once the migrations under way are over, more limits\.memory will be used/);
  });

  test('a migration of a VMI that is not there has no pod to go', () => {
    const over = scene().with(otherPod({ limits: { memory: '1Gi', cpu: '1m' } }), migration('gone'));
    expect(rulesOf(findingsIn(over))).toContain('over-used warning');
  });

  test('any key of any quota can be used too much of', () => {
    const status = { hard: { 'requests.storage': '1Gi' }, used: { 'requests.storage': '2Gi' } };
    const over = scene().with(quota('disks', { 'requests.storage': '1Gi' }, { status }));
    const finding = theFinding(findingsIn(over), 'over-used');
    expect(finding.summary).toMatch(/ than quota disks allows: nothing more that counts against it is admitted\.$/);
    expect(finding.remedy).toEqual([
      'Raise requests.storage of ResourceQuota disks to at least 2Gi, or remove what is too much.',
    ]);
    const cpu = scene().with(otherPod({ limits: { cpu: '2', memory: '1Mi' } }));
    expect(theFinding(findingsIn(cpu), 'over-used').remedy[0]).toContain('for limits.cpu, on Rancher');
  });
});

describe('what is over-used', () => {
  test('before 1.4.2 the quota has the scale-up in it, and must not be set below that', () => {
    const room = { 'limits.cpu': '3', 'limits.memory': '4000Mi' };
    const old = scene({ base: room, harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '' });
    const limitOf = (one: Scene) => {
      const text = findingsIn(one).find(({ rule }) => rule === 'over-used')?.remedy[0] ?? '';
      return Quantity.parse(/limits\.memory of ResourceQuota default-z4g94 to at least (\S+)/.exec(text)?.[1] ?? '0');
    };
    const atRest = limitOf(old);
    expect(atRest.isPositive()).toBe(true);
    expect(limitOf(old.pending()).subtract(atRest).toString()).toBe('4562702337');
  });
});

describe('never-scaled', () => {
  test('a quota of other pods, or of a namespace without VMs, is in no way of a migration', () => {
    const others = quota('best-effort', { pods: '0' }, { spec: { scopes: ['BestEffort'] } });
    expect(findingsIn(scene().with(others))).toEqual([]);
    expect(findingsIn(emptyScene().with(quota('team-pods', { pods: '1' })))).toEqual([]);
  });

  const large = emptyScene({ base: { 'limits.cpu': '30', 'limits.memory': '50Gi' } });

  test('a quota on pods with no room for another one, while a migration takes it, keeps the other VMs waiting', () => {
    const full = large.with(quota('team-pods', { pods: '3', 'count/secrets': '1' })).started(vmi(), vmi('vm2'));
    const findings = findingsIn(full.running('vm2'));
    expect(rulesOf(findings)).toEqual(['never-scaled warning']);
    expect(theFinding(findings, 'never-scaled')).toMatchObject({
      subject: { kind: 'ResourceQuota', namespace: 'quota-test', name: 'team-pods' },
      evidence: [
        'ResourceQuota team-pods pods: status.used 3 of status.hard 3, so 0 is free; the largest of these pods needs 1.',
        'It is not the default quota of the namespace, and Harvester scales no other.',
      ],
      affected: ['VM vm1'],
    });
  });

  test('what another rule says of a shortage is not said again', () => {
    const full = scene().with(quota('team-pods', { pods: '1' }));
    expect(rulesOf(findingsIn(full))).toEqual(['cannot-migrate error']);
    expect(rulesOf(findingsIn(full.pending()))).toEqual(['stuck-migration error']);
  });

  test('nor is it said of the keys that have room', () => {
    const full = scene().with(quota('team-pods', { pods: '1', 'requests.memory': '50Gi' }));
    const { summary } = theFinding(findingsIn(full), 'never-scaled');
    expect(summary).toMatch(/^Harvester never scales requests\.memory of quota team-pods/);
  });

  test('with room it is worth a note', () => {
    const roomy = findingsIn(scene().with(quota('team-pods', { pods: '5' })));
    expect(rulesOf(roomy)).toEqual(['never-scaled info']);
    const requests = scene().changedQuota({ spec: { hard: { 'requests.memory': '20Gi' } } });
    expect(theFinding(findingsIn(requests), 'never-scaled').evidence[1]).toBe(
      'Of a default quota Harvester scales limits.cpu and limits.memory alone.',
    );
  });

  test('without Harvester it is worth none, but a lack of room is', () => {
    expect(findingsIn(plainScene({ pods: '5' }))).toEqual([]);
    const full = plainScene({ pods: '3' }).started(vmi('vm2')).running('vm2');
    const { evidence } = theFinding(findingsIn(full), 'never-scaled');
    expect(evidence.at(-1)).toBe('Nothing scales a quota without Harvester.');
  });

  test('quotas that pods are not counted by do not matter', () => {
    expect(findingsIn(scene().with(quota('disks', { 'requests.storage': '1Gi', 'count/secrets': '5' })))).toEqual([]);
  });
});

describe('cannot-migrate', () => {
  const names = ['vm1', 'vm2', 'vm3'];
  const full = emptyScene({ base: { 'limits.cpu': '20', 'limits.memory': '3Gi' } }).started(
    ...names.map((name, index) => sizedVmi(name, { cpu: 1, memoryMi: 1024 * (index + 1) })),
  );

  test('VMs of a namespace are one finding, with the figure that lets each of them migrate', () => {
    const finding = theFinding(findingsIn(full), 'cannot-migrate');
    expect(finding.summary).toBe("3 VMs of namespace quota-test cannot migrate under the namespace's quotas.");
    expect(finding.affected).toHaveLength(3);
    const [, figure] = /limitsMemory to at least (\d+Mi)/.exec(finding.remedy[0] ?? '') ?? [];
    expect(finding.remedy[0]).toContain('That lets each of them migrate as things stand now');
    const raised = full.base({ 'limits.cpu': '20', 'limits.memory': figure ?? '' });
    expect(names.map((name) => raised.forecast(name).verdict)).toEqual(['fits', 'fits', 'fits']);
  });

  test('a VM that cannot be migrated for reasons of its own is not put down to the quota', () => {
    const conditions = [{ type: 'LiveMigratable', status: 'False' }];
    const pinned = scene({ ratio: '4.5' }).changedVmi({ status: { conditions } });
    expect(rulesOf(findingsIn(pinned))).toEqual(['over-used warning']);
  });

  test('those that fit once more are told of apart, with the ratio that helps each of them', () => {
    const raised = emptyScene({ base: { 'limits.cpu': '20', 'limits.memory': '10Gi' } })
      .started(vmi('vm1'), vmi('vm2'))
      .ratio('8.0');
    const finding = theFinding(findingsIn(raised), 'cannot-migrate');
    expect(finding.severity).toBe('warning');
    expect(finding.summary).toBe('2 VMs of namespace quota-test can migrate once more, and never again after that.');
    expect(finding.evidence.some((line) => line.startsWith('The one after it: '))).toBe(true);
    const [, ratio] = /additional-guest-memory-overhead-ratio to ([\d.]+) or less/.exec(finding.remedy.join(' ')) ?? [];
    expect(raised.ratio(ratio ?? '').forecast('vm1').next).toBeUndefined();
    expect(raised.forecast('vm1').next).toBe('exceeds');
  });

  test('other remedies are given too, each once', () => {
    const hooks = { metadata: { annotations: { 'hooks.kubevirt.io/hookSidecars': '[{"image":"hook:1"}]' } } };
    const hooked = scene({ base: { 'limits.cpu': '30', 'limits.memory': '50Gi' } }).changedVmi(hooks);
    expect(theFinding(findingsIn(hooked), 'cannot-migrate').remedy).toEqual([
      expect.stringMatching(/^Give containers of type sidecar requests and limits/),
    ]);
  });
});
