import { describe, expect, test } from '@jest/globals';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { clusterSummary } from '../../src/report/cluster-summary.ts';
import { ratioSetting } from '../builders/cluster.ts';
import { plainScene, type Scene, scene } from '../builders/scene.ts';
import { EXCEEDING, FITTING, forecastOf, namespaceOf, pageOf, QUOTA, reportOf } from './sample-report.ts';

describe('the summary of a cluster', () => {
  test.each([
    ['on Harvester', FITTING, ['v1.7.0', '1.6.3-150700.3.13.1'], '1.5'],
    ['on plain KubeVirt', plainScene({ pods: '5' }), ['none: nothing scales quotas', 'v1.6.3'], '1 (none is set)'],
    [
      'where Setting and KubeVirt differ',
      FITTING.with(ratioSetting('2.5')),
      ['v1.7.0'],
      '1.5 for pods, 2.5 for scale-ups',
    ],
    [
      'where Harvester knows no ratio yet',
      scene({ harvester: 'v1.3.2', ratio: '2.5' }),
      ['v1.3.2'],
      '2.5 for pods, none for scale-ups',
    ],
    ['where there is no KubeVirt', FITTING.without('KubeVirt', 'kubevirt'), ['unknown'], '1 (none is set)'],
  ])('%s', (_title, scenery, versions, ratio) => {
    const values = valuesOf(scenery);
    for (const version of versions) expect(values).toContain(version);
    expect(values).toContain(ratio);
  });

  test('says that a ratio is assumed', () => {
    expect(valuesOf(EXCEEDING, '4.5')).toContain('4.5, assumed for this page');
  });

  test('says why nothing is known of the cluster', () => {
    const page = pageOf(
      reportOf([], { cluster: clusterSummary(FITTING.without('KubeVirt', 'kubevirt').objects().cluster, undefined) }),
    );
    expect(page).toContain('<li>there is no KubeVirt object in the cluster</li>');
  });
});

function valuesOf(scenery: Scene, assumedRatio?: string): readonly (string | undefined)[] {
  const cluster = clusterSummary(scenery.objects().cluster, assumedRatio);
  return [...pageOf(reportOf([], { cluster })).matchAll(/<dt>[^<]*<\/dt><dd>([^<]*)</g)].map(([, value]) => value);
}

describe('the room of a quota key', () => {
  test('has the base that somebody set, not the hard limit of the moment', () => {
    const { rooms } = namespaceOf(FITTING.pending(), 'a');
    expect(rooms.map(({ line, base }) => `${line.quota} ${line.resource} ${base}`)).toEqual([
      `${QUOTA} limits.cpu 3`,
      `${QUOTA} limits.memory 5000Mi`,
    ]);
  });

  test('is that of the VM with the least to spare, with the number of VMs that are short', () => {
    const { rooms } = namespaceOf(EXCEEDING, 'a', ['vm1', 'vm1']);
    const memory = rooms.find(({ line }) => line.resource === 'limits.memory');
    expect(memory).toMatchObject({ vmi: 'vm1', shortCount: 2, outcome: 'exceeds' });
    expect(memory?.line).toEqual(forecastOf(EXCEEDING).quotas.find(({ resource }) => resource === 'limits.memory'));
  });

  test('is unknown where nothing is known of the quotas', () => {
    expect(namespaceOf(FITTING.without('KubeVirt', 'kubevirt'), 'a').rooms).toEqual([]);
    expect(prepare(FITTING.without('KubeVirt', 'kubevirt').objects()).ground.kind).toBe('unknown');
  });
});
