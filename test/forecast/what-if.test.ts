import { describe, expect, test } from '@jest/globals';
import { applyRemedy, type ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import type { QuotaChange } from '../../src/forecast/forecast.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { withFreedRoom, withQuotaChanges, withRatio } from '../../src/forecast/what-if.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { otherPod } from '../builders/pod.ts';
import { plainScene, scene } from '../builders/scene.ts';

function change(resource: string, to: string, where: QuotaChange['where'] = 'resource-quota'): QuotaChange {
  return { quota: 'default-z4g94', resource, to: Quantity.parse(to), where };
}

function verdictOf(objects: ForecastObjects): string {
  return forecastMigration(prepare(objects), 'vm1').verdict;
}

describe('another ratio', () => {
  test('sets the Setting of Harvester and the KubeVirt CR that follows it', () => {
    const { cluster, namespace } = scene().objects();
    const forecast = forecastMigration(prepare({ cluster: withRatio(cluster, '4.5'), namespace }), 'vm1');
    expect(forecast).toMatchObject({ verdict: 'fits', next: 'exceeds' });
    expect(forecast.target.get('limits.memory')?.toString()).toBe('5682461313');
  });

  test('sets the KubeVirt CR alone where there is no Harvester', () => {
    const { cluster, namespace } = plainScene({ 'limits.memory': '20Gi' }).objects();
    const forecast = forecastMigration(prepare({ cluster: withRatio(cluster, '4.5'), namespace }), 'vm1');
    expect(forecast.target.get('limits.memory')?.toString()).toBe('5682461313');
  });

  test.each([
    { ratio: '0', title: 'of 0 takes the ratio out of it', written: undefined },
    { ratio: '', title: "that is empty writes the Setting's default", written: '1.5' },
    { ratio: '2.5', title: 'from 1.0 to 10.0 writes the same', written: '2.5' },
  ])('as a Setting of Harvester sets the KubeVirt CR: one $title', ({ ratio, written }) => {
    const { kubeVirts, settings } = withRatio(scene().objects().cluster, ratio);
    const configuration = kubeVirts.items[0]?.spec?.configuration;
    expect(configuration?.additionalGuestMemoryOverheadRatio).toBe(written);
    expect(configuration?.developerConfiguration?.featureGates).toEqual(['LiveMigration', 'HotplugVolumes']);
    expect(settings.items.map(({ value }) => value)).toEqual(['v1.7.0', ratio]);
  });

  test('that is empty takes the ratio out of the KubeVirt CR where the Setting has no default', () => {
    const ours = { metadata: { name: 'additional-guest-memory-overhead-ratio' }, default: undefined };
    const { cluster } = scene().changed('Setting', ours.metadata.name, ours).objects();
    const configuration = withRatio(cluster, '').kubeVirts.items[0]?.spec?.configuration;
    expect(configuration?.additionalGuestMemoryOverheadRatio).toBeUndefined();
  });

  test('of 0 without Harvester is what KubeVirt multiplies with', () => {
    const { cluster } = plainScene({}).objects();
    expect(withRatio(cluster, '0').kubeVirts.items[0]?.spec?.configuration.additionalGuestMemoryOverheadRatio).toBe(
      '0',
    );
  });

  test('leaves the objects that it was given as they were', () => {
    const { cluster } = scene().objects();
    withRatio(cluster, '4.5');
    expect(cluster.kubeVirts.items[0]?.spec?.configuration.additionalGuestMemoryOverheadRatio).toBe('1.5');
  });
});

describe('another limit', () => {
  const regrown = scene({ ratio: '4.5' });

  test('of a managed namespace is set in its annotation', () => {
    const { cluster, namespace } = regrown.objects();
    const raised = withQuotaChanges(namespace, [change('limits.memory', '6000Mi', 'namespace-annotation')]);
    expect(raised.namespaces.items[0]?.metadata.annotations.get('field.cattle.io/resourceQuota')).toBe(
      '{"limit":{"limitsCpu":"3000m","limitsMemory":"6000Mi"}}'.replace('3000m', '3'),
    );
    expect(verdictOf({ cluster, namespace: raised })).toBe('fits');
  });

  test('of a ResourceQuota that Harvester manages is reset, and changes nothing', () => {
    const { cluster, namespace } = regrown.objects();
    const raised = withQuotaChanges(namespace, [change('limits.memory', '6000Mi')]);
    expect(verdictOf({ cluster, namespace: raised })).toBe('exceeds');
  });

  test('on a key that the quota has not limited so far limits it from nothing used', () => {
    const { cluster, namespace } = scene().objects();
    const limited = withQuotaChanges(namespace, [change('pods', '0')]);
    expect(limited.quotas.items[0]?.status?.used?.get('pods')?.toString()).toBe('0');
    expect(verdictOf({ cluster, namespace: limited })).toBe('exceeds');
  });

  test.each([
    { title: 'that is no JSON', annotation: '{' },
    { title: 'without limits', annotation: '{"used":{}}' },
    { title: 'whose limit is no object', annotation: '{"limit":7}' },
    { title: 'that is not there', annotation: undefined },
  ])("takes the place of a namespace's annotation $title", ({ annotation }) => {
    const { namespace } = scene().annotatedNamespace(annotation).objects();
    const changed = withQuotaChanges(namespace, [change('limits.cpu', '4', 'namespace-annotation')]);
    expect(changed.namespaces.items[0]?.metadata.annotations.get('field.cattle.io/resourceQuota')).toBe(
      '{"limit":{"limitsCpu":"4"}}',
    );
  });

  test('of a key that no page of Rancher has leaves the annotation alone', () => {
    const { namespace } = scene().objects();
    const changed = withQuotaChanges(namespace, [change('pods', '4', 'namespace-annotation')]);
    expect(changed.namespaces).toEqual(namespace.namespaces);
  });
});

describe('freed room', () => {
  test('is taken off what the quota counts as used', () => {
    const { namespace } = scene().objects();
    const freed = withFreedRoom(namespace, [change('limits.memory', '1Gi'), change('pods', '1')]);
    expect(freed.quotas.items[0]?.status?.used?.get('limits.memory')?.value()).toBe(4797464313n - 1024n ** 3n);
    expect(freed.quotas.items[0]?.status?.used?.has('pods')).toBe(false);
  });

  test('in another quota, or in one without a status, is nothing', () => {
    const { namespace } = scene().objects();
    const elsewhere = { ...change('limits.memory', '1Gi'), quota: 'elsewhere' };
    expect(withFreedRoom(namespace, [elsewhere]).quotas.items).toEqual(namespace.quotas.items);
    const statusless = scene().changedQuota({ status: null }).objects().namespace;
    expect(withFreedRoom(statusless, [change('limits.memory', '1Gi')]).quotas.items[0]?.status?.used?.size).toBe(0);
  });
});

describe('a remedy that is carried out', () => {
  test('enabling scaling takes the skip annotation away, labels the quota and limits the namespace by it', () => {
    const annotations = { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' };
    const off = scene().annotatedNamespace(undefined).changedQuota({ metadata: { annotations } }).objects();
    const on = applyRemedy(off, { kind: 'enable-scaling', quota: 'default-z4g94' });
    expect(on.namespace.quotas.items[0]?.metadata.annotations.size).toBe(0);
    expect(on.namespace.namespaces.items[0]?.metadata.annotations.get('field.cattle.io/resourceQuota')).toBe(
      '{"limit":{"limitsCpu":"3","limitsMemory":"5000Mi"}}',
    );
    expect(verdictOf(on)).toBe('fits');
  });

  test('enabling scaling of a quota that is not there changes nothing', () => {
    const objects = scene().objects();
    expect(applyRemedy(objects, { kind: 'enable-scaling', quota: 'other' })).toEqual(objects);
  });

  test('enabling scaling leaves limits that the namespace has, and other quotas', () => {
    const objects = scene().objects();
    const on = applyRemedy(objects, { kind: 'enable-scaling', quota: 'default-z4g94' });
    expect(on.namespace.namespaces.items).toEqual(objects.namespace.namespaces.items);
  });

  test('limits of sidecars take the place of those that were set before', () => {
    const before = { type: 'sidecar', resources: { limits: { cpu: '1' } } };
    const other = { type: 'virtiofs', resources: { limits: { cpu: '1' } } };
    const objects = scene()
      .changedKubeVirt({ spec: { configuration: { supportContainerResources: [before, other] } } })
      .objects();
    const { cluster } = applyRemedy(objects, { kind: 'set-container-limits', container: 'sidecar' });
    const set = cluster.kubeVirts.items[0]?.spec?.configuration.supportContainerResources ?? [];
    expect(set.map(({ type, resources }) => `${type} ${resources.limits.get('cpu')}`)).toEqual([
      'virtiofs 1',
      'sidecar 200m',
    ]);
  });

  test('limits of sidecars are set on a KubeVirt CR that has no configuration', () => {
    const bare = scene().changedKubeVirt({ spec: undefined }).objects();
    const { cluster } = applyRemedy(bare, { kind: 'set-container-limits', container: 'sidecar' });
    expect(cluster.kubeVirts.items[0]?.spec?.configuration.supportContainerResources).toHaveLength(1);
    expect(withRatio(bare.cluster, '2').kubeVirts.items[0]?.spec?.configuration).toEqual({
      additionalGuestMemoryOverheadRatio: '2',
    });
  });

  test('room is freed by what others use', () => {
    const crowded = scene()
      .with(otherPod({ limits: { cpu: '100m', memory: '1Gi' } }))
      .objects();
    expect(verdictOf(crowded)).toBe('exceeds');
    expect(verdictOf(applyRemedy(crowded, { kind: 'free-room', amounts: [change('limits.memory', '1Gi')] }))).toBe(
      'fits',
    );
  });
});
