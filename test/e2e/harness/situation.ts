import type { Amounts, Json } from '../../builders/json.ts';
import { type ClusterClient, referenceOf, type Stored } from './cluster.ts';
import { eventually, eventuallyTrue } from './eventually.ts';
import { createWithStatus, observedObjects } from './fixtures.ts';

const OBSERVED_NAMESPACE = 'quota-test';
const TARGET_LABEL = 'kubevirt.io/migrationJobUID';

/** Quotas come last: what had ended by then would have been refused while it was still counted. */
const ORDER = [
  'Namespace',
  'VirtualMachine',
  'VirtualMachineInstance',
  'VirtualMachineInstanceMigration',
  'Pod',
  'ResourceQuota',
];

/** A namespace as it was observed at one step, now in the cluster at hand. */
export interface Situation {
  readonly namespace: string;
  readonly quota: string;
  /** `status` of the default quota, once it says what is expected. */
  quotaStatus(expected?: Partial<QuotaStatus>): Promise<QuotaStatus>;
  remove(): Promise<void>;
}

export interface QuotaStatus {
  readonly hard: Amounts;
  readonly used: Amounts;
}

/** Brings a step's namespace about under another name, and waits until the quota counts what it did then. */
export async function playStep(cluster: ClusterClient, step: string, namespace: string): Promise<Situation> {
  const objects = observedObjects(step).filter(({ kind }) => ORDER.includes(kind));
  objects.sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
  const renamed = new Map([[OBSERVED_NAMESPACE, namespace]]);
  let quota = '';
  for (const object of objects) {
    const stored = await createWithStatus(cluster, withNewNames(withoutServersPart(object), renamed));
    renamed.set(object.metadata.uid, stored.metadata.uid);
    if (object.kind === 'Namespace') await untilPodsCanBe(cluster, namespace);
    if (object.kind === 'ResourceQuota') quota = object.metadata.name;
  }
  const observed = objects.find(({ kind }) => kind === 'ResourceQuota')?.status as QuotaStatus | undefined;
  const situation = situationOf(cluster, namespace, quota);
  await situation.quotaStatus({ used: observed?.used ?? {} });
  return situation;
}

/** A namespace at hand with its default quota. */
export function situationOf(cluster: ClusterClient, namespace: string, quota: string): Situation {
  const reference = { kind: 'ResourceQuota', name: quota, namespace };
  return {
    namespace,
    quota,
    quotaStatus: (expected = {}) =>
      eventually(`quota ${namespace}/${quota} says ${JSON.stringify(expected)}`, async () => {
        const status = statusOf(await cluster.get(reference));
        const holds = says(status.hard, expected.hard) && says(status.used, expected.used);
        if (!holds) throw new Error(JSON.stringify(status));
        return status;
      }),
    remove: () => removeNamespace(cluster, namespace),
  };
}

function says(amounts: Amounts, expected: Amounts = {}): boolean {
  return Object.entries(expected).every(([key, amount]) => amounts[key] === amount);
}

/** The quota controller writes it a moment after the quota is made. */
function statusOf(quota: Stored): QuotaStatus {
  const { hard, used } = (quota.status ?? {}) as Partial<QuotaStatus>;
  if (hard === undefined || used === undefined) throw new Error('no status yet');
  return { hard, used };
}

/** Names and UIDs of then in the place of those of now, wherever they stand in the object. */
function withNewNames(object: Json, renamed: ReadonlyMap<string, string>): Json {
  let text = JSON.stringify(object);
  for (const [before, after] of renamed) text = text.replaceAll(before, after);
  return JSON.parse(text);
}

/** The quota's status is the controller's to write, and finalizers wait for controllers that are not here. */
function withoutServersPart(object: Stored): Json {
  const { finalizers, ...metadata } = object.metadata;
  const { status, ...rest } = object;
  const isServers = object.kind === 'ResourceQuota' || object.kind === 'Namespace';
  return { ...rest, metadata, ...(!isServers && { status }) };
}

export async function untilPodsCanBe(cluster: ClusterClient, namespace: string): Promise<void> {
  await eventually(`${namespace} has its ServiceAccount`, () =>
    cluster.get({ kind: 'ServiceAccount', name: 'default', namespace }),
  );
}

/** No kubelet ends pods here, and a namespace waits for them. */
export async function removeNamespace(cluster: ClusterClient, namespace: string): Promise<void> {
  for (const pod of await cluster.list('Pod', namespace)) await cluster.remove({ ...referenceOf(pod), kind: 'Pod' });
  await cluster.remove({ kind: 'Namespace', name: namespace });
}

/** For what is about the whole cluster: other suites leave behind namespaces that are being deleted. */
export async function untilNoNamespaceEnds(cluster: ClusterClient): Promise<void> {
  const isQuiet = async () => (await cluster.list('Namespace')).every(({ metadata }) => !metadata.deletionTimestamp);
  await eventuallyTrue('no namespace is being deleted', isQuiet, { withinSeconds: 60 });
}

export interface PodFor {
  readonly namespace: string;
  readonly vmi: Pick<Stored, 'metadata'>;
  readonly migrationUid?: string;
}

/**
 * The launcher pod that virt-controller made at a step, for a VMI of now: the target pod where a migration is given,
 * else the pod that the VM was started with.
 */
export function observedPod(step: string, { namespace, vmi, migrationUid = '' }: PodFor): Json {
  const objects = observedObjects(step);
  const migration = objects.find(
    ({ kind, status }) => kind === 'VirtualMachineInstanceMigration' && status?.phase === 'Running',
  );
  const job = migrationUid === '' ? undefined : migration?.metadata.uid;
  const pod = objects.find(({ kind, metadata }) => kind === 'Pod' && metadata.labels?.[TARGET_LABEL] === job);
  const then = objects.find(({ kind }) => kind === 'VirtualMachineInstance');
  if (pod === undefined || then === undefined) throw new Error(`${step} has no such pod`);
  const { name, uid, resourceVersion, creationTimestamp, generation, ...metadata } = pod.metadata;
  const { nodeName, ...spec } = pod.spec ?? {};
  return withNewNames(
    { apiVersion: 'v1', kind: 'Pod', metadata, spec },
    new Map([
      [OBSERVED_NAMESPACE, namespace],
      [then.metadata.uid, vmi.metadata.uid],
      ...(job === undefined ? [] : [[job, migrationUid] as const]),
    ]),
  );
}
