import { describe, expect, test } from '@jest/globals';
import { answerReview, webhooks } from '../../src/admission/answer-review.ts';
import { boundForecaster } from '../../src/admission/bounded-forecaster.ts';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import type { Forecaster } from '../../src/admission/forecaster.ts';
import type { ClassPolicies } from '../../src/admission/policy.ts';
import type { Outcome } from '../../src/admission/response.ts';
import type { Cluster } from '../../src/forecast/cluster-objects.ts';
import type { Reservation, Reservations } from '../../src/forecast/reservations.ts';
import { REVIEW_UNKNOWNS, type UnknownReason } from '../../src/forecast/unknown-reasons.ts';
import { type Json, merged } from '../builders/json.ts';
import { emptyScene, type Scene, scene } from '../builders/scene.ts';
import { UNKNOWN_SCENES } from '../builders/unknown-scenes.ts';
import { migration, vmi } from '../builders/virtual-machine.ts';
import { migrationReview, podReview, type SentReview } from '../reviews/load-reviews.ts';
import { admissionContext } from './fake-forecaster.ts';
import { sharedLedger } from './shared-ledger.ts';

const LAUNCHER = scene().find('Pod', 'virt-launcher-vm1-src01');
const NAMESPACE = 'quota-test';

function creating(review: SentReview, object: Json): SentReview {
  return { ...review, request: { ...review.request, namespace: NAMESPACE, object: object as never } };
}

/** A review at each path, its object changed. */
const REVIEWS: Readonly<Record<string, (changes?: Json) => SentReview>> = {
  '/validate/migrations': (changes = {}) => creating(migrationReview(), migration('vm1', changes)),
  '/mutate/migrations': (changes = {}) => creating(migrationReview(), migration('vm1', changes)),
  '/mutate/pods': (changes = {}) => creating(podReview(), merged(LAUNCHER, changes)),
};
const PATHS = Object.keys(REVIEWS);
const MIGRATION_PATHS = PATHS.filter((path) => path.endsWith('/migrations'));

async function outcomeOf(
  path: string,
  forecaster: Forecaster,
  changes: Json = {},
  classPolicies: Partial<ClassPolicies> = {},
): Promise<Outcome> {
  const webhook = webhooks.get(path);
  if (webhook === undefined) throw new Error(`nothing answers at ${path}`);
  const context = { ...admissionContext(forecaster, classPolicies), reportBug: () => {} };
  const answer = await answerReview(webhook, REVIEWS[path]?.(changes), context);
  if (answer.kind === 'unreadable') throw new Error(answer.message);
  return answer.outcome;
}

function clusterOf(at: Scene): Cluster {
  const { cluster, namespace } = at.objects();
  return {
    clusterObjects: async () => cluster,
    namespaceObjects: async () => namespace,
    namespaceNames: async () => [NAMESPACE],
  };
}

const onScene = (at: Scene): Forecaster => clusterForecaster(clusterOf(at));

function withoutReading(kind: 'kubeVirts' | 'virtualMachineInstances'): Forecaster {
  const unreadable = { items: [], problems: [], unreadable: `${kind} could not be read: 403` };
  const { clusterObjects, namespaceObjects, namespaceNames } = clusterOf(scene());
  return clusterForecaster({
    clusterObjects: async () => ({
      ...(await clusterObjects()),
      ...(kind === 'kubeVirts' && { kubeVirts: unreadable }),
    }),
    namespaceObjects: async (name) => ({
      ...(await namespaceObjects(name)),
      ...(kind === 'virtualMachineInstances' && { virtualMachineInstances: unreadable }),
    }),
    namespaceNames,
  });
}

/** One look, however long it takes: what waits for a migration to be stored is over by the second. */
const ONE_LOOK_MILLISECONDS = 1;

function sharing(at: Scene, promised: readonly Reservation[], writing: 'works' | 'fails'): Forecaster {
  const nowMilliseconds = Date.parse('2026-11-22T02:43:10Z');
  const reservations: Reservations = {
    read: async () => ({ kind: 'read', reservations: promised, nowMilliseconds, version: 0 }),
    write: async () => (writing === 'works' ? { kind: 'written' } : { kind: 'failed', why: '403' }),
  };
  const ledger = sharedLedger(reservations);
  return clusterForecaster(clusterOf(at), { readMilliseconds: ONE_LOOK_MILLISECONDS, ledger });
}

const promisedToVm2: Reservation = {
  namespace: NAMESPACE,
  vmi: 'vm2',
  atMilliseconds: Date.parse('2026-11-22T02:43:10Z'),
};
/** Too small for the new ratio, but for the room that another migration lends while it is under way. */
const LENT = emptyScene({ base: { 'limits.cpu': '30', 'limits.memory': '9000Mi' } })
  .started(vmi(), vmi('vm2'))
  .ratio('2');

const hanging: Forecaster = {
  forecastMigration: () => new Promise(() => undefined),
  describePod: () => new Promise(() => undefined),
};
const broken: Forecaster = {
  forecastMigration: () => Promise.reject(new Error('a bug')),
  describePod: () => Promise.reject(new Error('a bug')),
};

interface Row {
  readonly title: string;
  readonly unknown: UnknownReason;
  readonly forecaster: () => Forecaster;
  readonly changes?: Json;
  readonly paths?: readonly string[];
}

const rows: readonly Row[] = [
  ...UNKNOWN_SCENES.map(({ title, unknown, broken: change }) => ({
    title,
    unknown,
    forecaster: () => onScene(change(scene())),
    paths: MIGRATION_PATHS,
  })),
  {
    title: 'a KubeVirt object that cannot be read',
    unknown: 'cluster-unreadable',
    forecaster: () => withoutReading('kubeVirts'),
  },
  {
    title: 'VMIs that cannot be read',
    unknown: 'cluster-unreadable',
    forecaster: () => withoutReading('virtualMachineInstances'),
  },
  {
    title: 'a launcher pod of a VMI that is gone',
    unknown: 'vm-not-found',
    forecaster: () => onScene(scene().without('VirtualMachineInstance', 'vm1')),
    paths: ['/mutate/pods'],
  },
  {
    title: 'a launcher pod that two versions reckon differently',
    unknown: 'kubevirt-upgrade',
    forecaster: () => onScene(scene().changedKubeVirt({ status: { observedKubeVirtVersion: 'v1.5.2' } })),
    paths: ['/mutate/pods'],
  },
  {
    title: 'a race with one that is not stored yet',
    unknown: 'race-undecided',
    forecaster: () => sharing(LENT, [promisedToVm2], 'works'),
    paths: ['/mutate/migrations'],
  },
  {
    title: 'room that cannot be reserved',
    unknown: 'room-not-reserved',
    forecaster: () => sharing(scene(), [], 'fails'),
    paths: ['/mutate/migrations'],
  },
  {
    title: 'a namespace that is not the one of the request',
    unknown: 'request-not-understood',
    forecaster: () => onScene(scene()),
    changes: { metadata: { namespace: 'other' } },
  },
  {
    title: 'a migration without a VM',
    unknown: 'request-not-understood',
    forecaster: () => onScene(scene()),
    changes: { spec: { vmiName: undefined } },
    paths: MIGRATION_PATHS,
  },
  {
    title: 'a migration of what is no name',
    unknown: 'request-not-understood',
    forecaster: () => onScene(scene()),
    changes: { spec: { vmiName: '../vm1' } },
    paths: MIGRATION_PATHS,
  },
  {
    title: 'a pod that is not understood',
    unknown: 'request-not-understood',
    forecaster: () => onScene(scene()),
    changes: { spec: { containers: 'none' } },
    paths: ['/mutate/pods'],
  },
  {
    title: 'a pod of no VM',
    unknown: 'request-not-understood',
    forecaster: () => onScene(scene()),
    changes: { metadata: { ownerReferences: [] } },
    paths: ['/mutate/pods'],
  },
  {
    title: 'an answer that does not come',
    unknown: 'too-slow',
    forecaster: () => boundForecaster(hanging, 1, () => {}),
  },
  {
    title: 'a bug behind the forecaster',
    unknown: 'internal-error',
    forecaster: () => boundForecaster(broken, 60_000, () => {}),
  },
  { title: 'a bug before the answer', unknown: 'internal-error', forecaster: () => broken },
];

describe('a review whose verdict is unknown has a code for it', () => {
  const reviews = rows.flatMap((row) => (row.paths ?? PATHS).map((path) => ({ ...row, path })));

  test.each(reviews)('$title, at $path: $unknown', async ({ path, forecaster, changes, unknown }) => {
    const { decision, denial, warnings } = await outcomeOf(path, forecaster(), changes);
    expect(decision).toMatchObject({ verdict: 'unknown', unknown });
    expect(denial).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });

  test('each code is one that some review has', () => {
    expect([...new Set(rows.map(({ unknown }) => unknown))].toSorted()).toEqual(REVIEW_UNKNOWNS.toSorted());
  });
});

describe('a review has no code', () => {
  test.each(PATHS)('where it is answered, at %s', async (path) => {
    const { decision } = await outcomeOf(path, onScene(scene()));
    expect(['fits', 'described']).toContain(decision.verdict);
    expect(decision).not.toHaveProperty('unknown');
  });

  const off = { 'headroom.harvesterhci.io/policy': 'off' };
  test.each(PATHS)("where the namespace's owner wants no answer, at %s", async (path) => {
    const silenced = scene()
      .without('KubeVirt', 'kubevirt')
      .changed('Namespace', NAMESPACE, { metadata: { annotations: off } });
    const { decision, evidence } = await outcomeOf(path, onScene(silenced));
    expect(decision.verdict).toBe('off');
    expect(decision).not.toHaveProperty('unknown');
    if (evidence?.kind === 'migration') expect(evidence.forecast.unknown).toBe('policy-off');
  });

  test.each(MIGRATION_PATHS)('where nobody of its class is answered, at %s', async (path) => {
    const { decision } = await outcomeOf(path, onScene(emptyScene()), {}, { user: 'off' });
    expect(decision.verdict).toBe('off');
    expect(decision).not.toHaveProperty('unknown');
  });
});
