import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drainsInTurn } from '../../src/forecast/drains-in-turn.ts';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { forecastEach, forecastTogether, prepare } from '../../src/forecast/forecast-migrations.ts';
import { forecastStart } from '../../src/forecast/forecast-start.ts';
import { REVIEW_UNKNOWNS, UNKNOWN_REASONS, type UnknownReason } from '../../src/forecast/unknown-reasons.ts';
import { defaultQuota } from '../builders/namespace.ts';
import { emptyScene, type Scene, scene } from '../builders/scene.ts';
import { UNKNOWN_SCENES } from '../builders/unknown-scenes.ts';
import { vm } from '../builders/virtual-machine.ts';
import { managedDrafts, managedScene } from './random-scenes.ts';

const ENTRY = /^- `([a-z-]+)`: (.+(?:\n {2}.+)*)$/gm;
const [, section = ''] = readFileSync('docs/causes.md', 'utf8').split('\n## Reasons of unknown\n');
const entries = [...(section.split('\n## ')[0] ?? '').matchAll(ENTRY)];

describe('docs/causes.md', () => {
  test('has an entry for each reason of unknown, and none besides', () => {
    expect(entries.map(([, code]) => code).toSorted()).toEqual(UNKNOWN_REASONS.toSorted());
    expect(new Set(UNKNOWN_REASONS).size).toBe(UNKNOWN_REASONS.length);
  });

  test.each(entries.map(([, code, text = '']) => ({ code, text })))('says what to do about $code', ({ text }) => {
    expect(text).toMatch(/^[A-Z`][\s\S]+\.\s+\*Do:\*\s+[a-z][\s\S]+\.$/);
  });
});

describe('the forecast of a migration says by a code why it is unknown', () => {
  test.each(UNKNOWN_SCENES)('$title: $unknown', ({ broken, unknown }) => {
    expect(scene().forecast().verdict).toBe('fits');
    expect(broken(scene()).forecast()).toMatchObject({ verdict: 'unknown', unknown });
  });
});

const stopped = emptyScene().with(vm('vm2'));
const unlimited = stopped.without('ResourceQuota', 'default-z4g94');

interface Row {
  readonly title: string;
  readonly unknown: UnknownReason;
  readonly forecast: () => Forecast | undefined;
}

const startRows: readonly Row[] = [
  { title: 'a VM that is not there', unknown: 'vm-not-found', forecast: () => emptyScene().start('vm2') },
  {
    title: 'a VM that is not understood',
    unknown: 'object-not-understood',
    forecast: () =>
      emptyScene()
        .with(vm('vm2', { spec: { template: 7 } }))
        .start('vm2'),
  },
  {
    title: 'a VM without a template',
    unknown: 'object-not-understood',
    forecast: () =>
      emptyScene()
        .with(vm('vm2', { spec: { template: null } }))
        .start('vm2'),
  },
  {
    title: 'a VM that is sized by an instance type',
    unknown: 'instance-type-not-read',
    forecast: () =>
      emptyScene()
        .with(vm('vm2', { spec: { instancetype: { name: 'u1.medium' } } }))
        .start('vm2'),
  },
  {
    title: 'VirtualMachines that cannot be read',
    unknown: 'cluster-unreadable',
    forecast: () => {
      const { cluster, namespace } = stopped.objects();
      const virtualMachines = { items: [], problems: [], unreadable: 'VirtualMachines could not be read: 403' };
      return forecastStart(prepare({ cluster, namespace: { ...namespace, virtualMachines } }), 'vm2');
    },
  },
  { title: 'a ratio below zero', unknown: 'ratio-impossible', forecast: () => stopped.ratio('-1').start('vm2') },
  {
    title: 'a version that nothing tells',
    unknown: 'kubevirt-version-missing',
    forecast: () => {
      const silent = { status: { observedKubeVirtVersion: undefined, targetKubeVirtVersion: undefined } };
      return stopped.changedKubeVirt(silent).start('vm2');
    },
  },
  {
    title: 'limits that are no JSON, with no quota that they are of',
    unknown: 'garbled-annotation',
    forecast: () => unlimited.annotatedNamespace('{').start('vm2'),
  },
  {
    title: 'a default quota that limits nothing',
    unknown: 'quota-status-empty',
    forecast: () => unlimited.with(defaultQuota({})).start('vm2'),
  },
  {
    title: 'a drain in a cluster that lets no migration run',
    unknown: 'migrations-switched-off',
    forecast: () => drained(scene().changedKubeVirt(PLACES))[0],
  },
];

const PLACES = { spec: { configuration: { migrations: { parallelMigrationsPerCluster: 0 } } } };

function drained(on: Scene): readonly Forecast[] {
  return [...drainsInTurn(['harv1', 'harv2'], [prepare(on.objects())])].flatMap(({ forecasts }) => forecasts);
}

describe('the forecast of a start or of a drain says by a code why it is unknown', () => {
  test.each(startRows)('$title: $unknown', ({ forecast, unknown }) => {
    expect(forecast()).toMatchObject({ verdict: 'unknown', unknown });
  });

  test('each reason that no review has is one of these, but for a namespace where nothing is asked', () => {
    const reviewed: readonly string[] = [...REVIEW_UNKNOWNS, 'policy-off'];
    const own = UNKNOWN_REASONS.filter((code) => !reviewed.includes(code));
    expect(startRows.map(({ unknown }) => unknown)).toEqual(expect.arrayContaining(own));
  });
});

describe('a forecast', () => {
  const broken = fc.subarray([...UNKNOWN_SCENES.map((one) => one.broken), (whole: Scene) => whole.with(vm('vm2'))], {
    maxLength: 3,
  });

  test('has a code exactly where its verdict is unknown, whatever is asked', () => {
    const releases = ['v1.3.2', 'v1.7.0', 'v1.9.0'] as const;
    fc.assert(
      fc.property(managedDrafts(releases), broken, (draft, breaks) => {
        const whole = tryEach(managedScene(draft), breaks);
        const prepared = prepare(whole.objects());
        const forecasts = [
          ...forecastTogether(prepared, ['vm1', 'vm2']),
          ...forecastEach(prepared, ['vm1', 'vm2', 'vm1']),
          ...['vm1', 'vm2'].map((name) => forecastStart(prepared, name)),
          ...drained(whole),
        ];
        for (const { verdict, unknown, reason } of forecasts) {
          expect(unknown !== undefined).toBe(verdict === 'unknown');
          if (unknown === undefined) continue;
          expect(UNKNOWN_REASONS).toContain(unknown);
          expect(reason).toMatch(/./);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Changes of what another one has taken away are left out. */
function tryEach(whole: Scene, breaks: readonly ((whole: Scene) => Scene)[]): Scene {
  return breaks.reduce((scene, change) => {
    try {
      return change(scene);
    } catch {
      return scene;
    }
  }, whole);
}
