import { harvesterRelease } from '../../../src/harvester/release.ts';
import { scaleUpDelta } from '../../../src/harvester/scale-up.ts';
import { scaleUpRatio } from '../../../src/harvester/settings.ts';
import { settingShape } from '../../../src/objects/harvester.ts';
import { resourceQuotaShape } from '../../../src/objects/kubernetes.ts';
import { virtualMachineInstanceShape } from '../../../src/objects/virtual-machine-instance.ts';
import { Quantity } from '../../../src/quantity/quantity.ts';
import type { Amounts } from '../../builders/json.ts';
import { amountsJson } from '../../builders/pod.ts';
import type { ClusterClient, Stored } from './cluster.ts';

const DEFAULT_LABEL = 'resourcequota.management.cattle.io/default-resource-quota';
const LIMITS_ANNOTATION = 'field.cattle.io/resourceQuota';
const SCALE_UP_PREFIX = 'harvesterhci.io/migratingUID-';

/** Keys of Rancher's annotation for the two keys of the quota that Harvester sets. */
const BASES = [
  ['limits.cpu', 'limitsCpu'],
  ['limits.memory', 'limitsMemory'],
] as const;

/**
 * Harvester 1.7 at a migration that is Pending: the scale-up is noted on the default quota, once for each VMI, and the
 * quota is set to the namespace's limits and all that is noted. Resolves with what was noted.
 */
export async function scaleUp(cluster: ClusterClient, namespace: string, vmiName: string): Promise<Amounts> {
  const quota = await defaultQuota(cluster, namespace);
  const vmi = await cluster.get({ kind: 'VirtualMachineInstance', name: vmiName, namespace });
  const key = `${SCALE_UP_PREFIX}${vmi.metadata.uid}`;
  const noted = quota.metadata.annotations?.[key];
  if (noted !== undefined) return JSON.parse(noted);
  const delta = await deltaOf(cluster, quota, vmi);
  await annotate(cluster, quota, key, JSON.stringify(delta));
  await setHard(cluster, namespace);
  return delta;
}

/** At a migration that has Succeeded or Failed, or is gone: the note is taken away, and the quota set anew. */
export async function scaleDown(cluster: ClusterClient, namespace: string, vmiUid: string): Promise<void> {
  await annotate(cluster, await defaultQuota(cluster, namespace), `${SCALE_UP_PREFIX}${vmiUid}`, null);
  await setHard(cluster, namespace);
}

/** The first of those with Rancher's label. */
async function defaultQuota(cluster: ClusterClient, namespace: string): Promise<Stored> {
  const quotas = await cluster.list('ResourceQuota', namespace);
  const found = quotas.find(({ metadata }) => metadata.labels?.[DEFAULT_LABEL] === 'true');
  if (found === undefined) throw new Error(`${namespace} has no default quota`);
  return found;
}

async function deltaOf(cluster: ClusterClient, quota: Stored, vmi: Stored): Promise<Amounts> {
  const settings = (await cluster.list('Setting')).map((setting) => settingShape.parse(setting));
  const fact = harvesterRelease(settings);
  if (fact.kind !== 'known') throw new Error('the cluster has no Harvester');
  const { release } = fact;
  const delta = scaleUpDelta({
    release,
    ratio: scaleUpRatio(release, settings),
    architecture: 'amd64',
    vmi: virtualMachineInstanceShape.parse(vmi),
    quota: resourceQuotaShape.parse({ ...quota, kind: 'ResourceQuota' }),
  });
  return amountsJson(delta);
}

function annotate(cluster: ClusterClient, quota: Stored, key: string, value: string | null): Promise<Stored> {
  return cluster.patch(quotaReference(quota), { metadata: { annotations: { [key]: value } } });
}

function quotaReference({ metadata: { name, namespace = '' } }: Stored) {
  return { kind: 'ResourceQuota', name, namespace };
}

/** A limit that the namespace does not have, or has as zero, is left alone. */
async function setHard(cluster: ClusterClient, namespace: string): Promise<void> {
  const quota = await defaultQuota(cluster, namespace);
  const { annotations = {} } = (await cluster.get({ kind: 'Namespace', name: namespace })).metadata;
  const limits: Amounts = JSON.parse(annotations[LIMITS_ANNOTATION] ?? '{}').limit ?? {};
  const notes = Object.entries(quota.metadata.annotations ?? {})
    .filter(([key]) => key.startsWith(SCALE_UP_PREFIX))
    .map(([, text]): Amounts => JSON.parse(text));
  const hard = BASES.flatMap(([key, limit]) => {
    const base = Quantity.parse(limits[limit] ?? '0');
    const amounts = notes.map((note) => Quantity.parse(note[key] ?? '0'));
    return base.isZero() ? [] : [[key, Quantity.sum([base, ...amounts]).toString()]];
  });
  await cluster.patch(quotaReference(quota), { spec: { hard: Object.fromEntries(hard) } });
}
