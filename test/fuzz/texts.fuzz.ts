import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import { printableLine, printableLines, quotedName } from '../../src/admission/plain-text.ts';
import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import { SnapshotCluster } from '../../src/cluster/snapshot.ts';
import { isHopeless } from '../../src/forecast/verdict-of.ts';
import type { Json } from '../builders/json.ts';
import { NAMESPACE, quota } from '../builders/namespace.ts';
import { emptyScene } from '../builders/scene.ts';
import { sizedVmi } from '../builders/virtual-machine.ts';
import { migrationReview } from '../reviews/load-reviews.ts';
import { webhookApp } from '../server/webhook-app.ts';
import { askedOf } from './reviews/asked.ts';
import { type FuzzTarget, property, type Saw } from './target.ts';

const FORECAST = 'headroom.harvesterhci.io/forecast';
const LONGEST_FORECAST = 64 * 1024;

const HOSTILE = [
  '\r\nWarning: forged',
  '\u001b[31m',
  '\u202e',
  '\u2028',
  '\u0000',
  '\ud800',
  '😀',
  'ﷺ',
  '<b>',
  '"',
  '\\',
  '%s',
  '{}',
];
const piece = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 5 }), fc.constant('a'));
/** Of any length up to many times what Kubernetes takes; drawn as what can be printed where it fails. */
const hostileName = fc.tuple(fc.array(piece, { maxLength: 8 }), fc.constantFrom(1, 1, 20, 300));
type HostileName = typeof hostileName extends fc.Arbitrary<infer T> ? T : never;

function nameOf([pieces, times]: HostileName): string {
  return `q${pieces.join('').repeat(times)}`.slice(0, 5000);
}

/** What Kubernetes takes, at its longest. */
const longName = fc.integer({ min: 1, max: 253 }).map((length) => 'v'.repeat(length));

const scenes = fc.record({
  vm: longName,
  policy: fc.option(hostileName),
  quotas: fc.array(fc.record({ name: hostileName, memory: fc.constantFrom('1Gi', '8Gi', '100Gi') }), { maxLength: 6 }),
  resources: fc.array(hostileName, { maxLength: 4 }),
  ratio: fc.oneof(fc.constant('1.5'), hostileName),
});
type Drawn = typeof scenes extends fc.Arbitrary<infer T> ? T : never;

/** A namespace in which names, texts and keys are anybody's. Quotas of the same name are one. */
function sceneOf({ vm, policy, quotas, resources, ratio }: Drawn): readonly Json[] {
  const keys = Object.fromEntries(resources.map((name) => [`limits.${nameOf(name)}`, '0']));
  const vmi = sizedVmi(vm, { cpu: 1, memoryMi: 4096 });
  const annotations = policy === null ? {} : { 'headroom.harvesterhci.io/policy': nameOf(policy) };
  return emptyScene({ ratio: '1.5' })
    .started(vmi)
    .ratio(typeof ratio === 'string' ? ratio : nameOf(ratio))
    .with(...quotas.map(({ name, memory }) => quota(nameOf(name), { 'limits.memory': memory, ...keys })))
    .changed('Namespace', NAMESPACE, { metadata: { annotations } })
    .json();
}

function annotationOf(patch: readonly { readonly path: string }[]): string {
  const values = patch.map((step) => ('value' in step ? step.value : undefined));
  const all = values.map((value) =>
    typeof value === 'object' && value !== null && FORECAST in value ? value[FORECAST] : value,
  );
  return String(all.find((text) => typeof text === 'string' && text.startsWith('{')) ?? '');
}

async function checkAnswers(drawn: Drawn, saw: Saw): Promise<void> {
  const cluster = new SnapshotCluster();
  for (const object of sceneOf(drawn)) cluster.put(object as KubernetesObject);
  const forecaster = clusterForecaster(cluster);
  const request = { namespace: NAMESPACE, vmi: drawn.vm, isDryRun: false, stage: 'confirm' } as const;
  const { forecast } = await forecaster.forecastMigration(request);
  saw(forecast.verdict);
  const [first = ''] = forecast.message.split('\n', 1);
  assert.ok(first.length <= 256, `the first line has ${first.length} characters`);
  const review = migrationReview();
  const text = JSON.stringify({
    ...review,
    request: { ...review.request, object: { ...review.request.object, spec: { vmiName: drawn.vm } } },
  });
  const hopeless = new Set(isHopeless(forecast) ? [`${NAMESPACE}/${drawn.vm}`] : []);
  const world = { app: webhookApp(forecaster), hopeless, namespaces: [], vms: [] };
  await askedOf(world, '/validate/migrations', text, saw);
  const { patch } = await askedOf(world, '/mutate/migrations', text, saw);
  const annotation = annotationOf(patch);
  assert.ok(annotation.length <= LONGEST_FORECAST);
  if (annotation !== '') assert.equal(JSON.parse(annotation).verdict, forecast.verdict);
}

const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

export const target: FuzzTarget = {
  properties: [
    property({
      title:
        'with any names, keys and policies in a namespace, what is answered keeps its lengths and controls nothing',
      given: scenes,
      mustSee: ['exceeds', 'fits', 'denied', 'admitted', 'patched'],
      holds: checkAnswers,
    }),
    property({
      title: 'any text becomes a line, lines or a quoted name of bounded length without anything that controls',
      given: fc.tuple(
        fc.oneof(hostileName.map(nameOf), fc.string({ unit: 'binary', maxLength: 2000 })),
        fc.integer({ min: 8, max: 1024 }),
      ),
      holds: ([text, most]) => {
        const line = printableLine(text, most);
        assert.ok(line.length <= most && line.isWellFormed());
        assert.doesNotMatch(line, CONTROLS);
        assert.equal(printableLine(line, most), line);
        assert.ok(quotedName(text).length <= 65);
        const lines = printableLines(text);
        assert.doesNotMatch(lines.replaceAll('\n', ''), CONTROLS);
        assert.ok(lines.isWellFormed() && lines.split('\n').length === text.split('\n').length);
      },
    }),
  ],
};
