import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseExposition, sampleValue } from '../server/exposition.ts';
import { openCluster } from './harness/cluster.ts';
import { eventually, eventuallyTrue } from './harness/eventually.ts';
import { createNamespace, startVm } from './harness/kubevirt.ts';
import { installRelease, type Release } from './harness/release.ts';
import { removeNamespace } from './harness/situation.ts';

const FITTING = 'survey-fitting';
const EXCEEDING = 'survey-exceeding';
const WITHOUT_VMS = 'survey-without-vms';
/** Of one VM there: of a target pod a scale-up does not bring as much as it needs. */
const POD_BYTES = '4797464313';

const cluster = openCluster();
let release: Release;

beforeAll(async () => {
  await createNamespace(cluster, { name: FITTING, limits: { 'limits.cpu': '9', 'limits.memory': '20Gi' } });
  await createNamespace(cluster, { name: EXCEEDING, limits: { 'limits.cpu': '3', 'limits.memory': POD_BYTES } });
  await createNamespace(cluster, { name: WITHOUT_VMS, limits: { 'limits.memory': '1Gi' } });
  for (const namespace of [FITTING, EXCEEDING]) await startVm(cluster, { namespace, name: 'vm1' });
  release = await installRelease(cluster, { flags: { drain: '0', 'survey-interval': '1' } });
});

afterAll(async () => {
  await release?.uninstall();
  for (const namespace of [FITTING, EXCEEDING, WITHOUT_VMS]) await removeNamespace(cluster, namespace);
  await cluster.close();
});

async function scrape() {
  const [replica] = release.replicas();
  return parseExposition((await replica?.metrics()) ?? '');
}

/** Namespaces of other suites may still be on their way out. */
function isOwn({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
  return labels.namespace?.startsWith('survey-') === true;
}

async function namespacesSeen(): Promise<readonly string[]> {
  const vms = (await scrape()).get('headroom_vms')?.samples.filter(isOwn) ?? [];
  return [...new Set(vms.map(({ labels }) => labels.namespace ?? ''))].sort();
}

describe('with the rights that the chart gives, and no others', () => {
  test('namespaces with a quota and running VMs are looked at, and no others', async () => {
    await eventuallyTrue('a survey', async () => (await namespacesSeen()).length > 0);
    expect(await namespacesSeen()).toEqual([EXCEEDING, FITTING]);
    const families = await scrape();
    expect(sampleValue(families, 'headroom_vms', { namespace: FITTING, verdict: 'fits' })).toBe(1);
    expect(sampleValue(families, 'headroom_vms', { namespace: EXCEEDING, verdict: 'exceeds' })).toBe(1);
    expect(sampleValue(families, 'headroom_survey_unread_namespaces')).toBe(0);
    const ofQuotas = families.get('headroom_quota_shortfall_bytes')?.samples.filter(isOwn) ?? [];
    expect(ofQuotas.map(({ labels, value }) => [labels.namespace, value > 0]).sort()).toEqual([
      [EXCEEDING, true],
      [FITTING, false],
    ]);
  });

  test('nothing is refused to it', async () => {
    const reads = (await scrape()).get('headroom_api_reads_total')?.samples ?? [];
    expect(reads.length).toBeGreaterThan(20);
    expect(reads.filter(({ labels, value }) => labels.outcome === 'refused' && value > 0)).toEqual([]);
  });

  test('a VM that has ended takes its namespace out of the next survey', async () => {
    await cluster.remove({ kind: 'VirtualMachineInstance', name: 'vm1', namespace: EXCEEDING });
    await eventually('a survey without it', async () => expect(await namespacesSeen()).toEqual([FITTING]));
  });
});
