import { type ClusterClient, referenceOf, type Stored, type Written } from './cluster.ts';
import { eventually } from './eventually.ts';
import { scaleDown, scaleUp } from './harvester.ts';
import { migrationOf, setPhase, targetPod } from './kubevirt.ts';

export interface Evacuee {
  readonly namespace: string;
  readonly vmi: string;
}

/** A VM's migration as virt-controller and Harvester take it as far as the quota lets them. */
export interface Evacuation {
  readonly evacuee: Evacuee;
  readonly migration: Stored;
  readonly answer: Written;
}

/** Creates the migration, has the quota scaled up for it, and asks for its target pod. */
export async function evacuate(cluster: ClusterClient, evacuee: Evacuee): Promise<Evacuation> {
  const { namespace, vmi: name } = evacuee;
  const vmi = await cluster.get({ kind: 'VirtualMachineInstance', name, namespace });
  const annotations = { 'kubevirt.io/evacuationMigration': 'drained' };
  const migration = await cluster.created(migrationOf(name, namespace, { metadata: { annotations } }));
  await setPhase(cluster, migration, 'Pending');
  await scaleUp(cluster, namespace, name);
  return { evacuee, migration, answer: await targetPodAnswer(cluster, vmi, migration) };
}

/** virt-controller tries again when a quota has changed. */
export async function retry(cluster: ClusterClient, { evacuee, migration }: Evacuation): Promise<Evacuation> {
  const { namespace, vmi: name } = evacuee;
  const vmi = await cluster.get({ kind: 'VirtualMachineInstance', name, namespace });
  return { evacuee, migration, answer: await targetPodAnswer(cluster, vmi, migration) };
}

export function isAdmitted({ answer }: Evacuation): boolean {
  return answer.kind === 'done';
}

/** The quota controller copies new limits a moment after Harvester has set them. */
async function targetPodAnswer(cluster: ClusterClient, vmi: Stored, migration: Stored): Promise<Written> {
  const { namespace = '' } = migration.metadata;
  await eventually(`the limits of ${namespace} are in force`, async () => {
    for (const { spec, status } of await cluster.list('ResourceQuota', namespace)) {
      if (JSON.stringify(spec?.hard) !== JSON.stringify(status?.hard)) throw new Error(JSON.stringify(status));
    }
  });
  return cluster.create(await targetPod(cluster, vmi, migration.metadata.uid));
}

/** The migration has ended well: the source pod is gone, the scale-up too, and the VM is on another node. */
export async function settle(cluster: ClusterClient, { evacuee, migration, answer }: Evacuation): Promise<void> {
  if (answer.kind === 'refused') throw new Error(answer.message);
  const { namespace, vmi: name } = evacuee;
  const reference = { kind: 'VirtualMachineInstance', name, namespace };
  const { uid } = (await cluster.get(reference)).metadata;
  const pods = await cluster.list('Pod', namespace);
  const own = pods.filter(({ metadata }) => metadata.labels?.['kubevirt.io/created-by'] === uid);
  for (const pod of own) {
    if (pod.metadata.name !== answer.object.metadata.name) await cluster.remove({ ...referenceOf(pod), kind: 'Pod' });
  }
  await setPhase(cluster, migration, 'Succeeded');
  await scaleDown(cluster, namespace, uid);
  await cluster.patch(reference, { status: { nodeName: 'refuge' } });
  await cluster.patch(
    { kind: 'Pod', name: answer.object.metadata.name, namespace },
    { status: { phase: 'Running' } },
    { subresource: 'status' },
  );
}

/** As an administrator aborts one that does not get through. */
export async function abort(cluster: ClusterClient, { evacuee, migration }: Evacuation): Promise<void> {
  const { namespace, vmi: name } = evacuee;
  const { uid } = (await cluster.get({ kind: 'VirtualMachineInstance', name, namespace })).metadata;
  await cluster.remove({ ...referenceOf(migration), kind: 'VirtualMachineInstanceMigration' });
  await scaleDown(cluster, namespace, uid);
}

/** Waits until the quota controller has counted what pods a namespace has, once those of a batch have gone. */
export async function untilCounted(cluster: ClusterClient, namespace: string, limitsMemory: bigint): Promise<void> {
  await eventually(`${namespace} uses ${limitsMemory} of limits.memory`, async () => {
    for (const { status } of await cluster.list('ResourceQuota', namespace)) {
      const used = (status as { used?: Record<string, string> } | undefined)?.used?.['limits.memory'];
      if (used !== `${limitsMemory}`) throw new Error(`${used}`);
    }
  });
}
