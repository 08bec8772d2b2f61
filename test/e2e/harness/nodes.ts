import { appendFile } from 'node:fs/promises';
import { type ClusterClient, openCluster, referenceOf, type Stored } from './cluster.ts';
import type { Connection } from './connection.ts';
import { DOMAIN_STEPS, type Vmi } from './domain-steps.ts';
import { endOf, hasEnded, nodeFor, type Pod, podStatus, VMI_UID_LABEL, vmiNameOf } from './launcher-pods.ts';
import { heartbeat } from './node-objects.ts';
import { keyOf, type Watch, watchKind } from './watch.ts';
import { startQueue, type WorkQueue } from './work-queue.ts';

/**
 * What can be held back in a namespace: pods are not given a node (`schedule`), do not start (`pod-start`), migrations
 * run and do not end (`running`), source pods stay after it (`source`).
 */
export type Hold = 'schedule' | 'pod-start' | 'running' | 'source';

/** Plays kubelets, scheduler, virt-handlers and virt-launchers. There is no guest, no disk, no network and no room to run out of. */
export interface Player {
  hold(what: Hold, namespace: string): void;
  release(what: Hold, namespace: string): void;
  /** A moment late, for those who look as well. */
  readonly pods: Watch;
  readonly vmis: Watch;
  stop(): Promise<void>;
}

const HEARTBEAT_MILLISECONDS = 60_000;
const UNSCHEDULABLE_MILLISECONDS = 500;

export async function startPlayer(connection: Connection, logFile: string): Promise<Player> {
  const [pods, vmis, nodes] = await Promise.all([
    watchKind(connection, 'Pod'),
    watchKind(connection, 'VirtualMachineInstance'),
    watchKind(connection, 'Node'),
  ]);
  const world = new World(openCluster(connection), pods, vmis, nodes);
  const queue = startQueue({
    handle: (key) => world.handle(key),
    failed: (key, error) => void complain(logFile, key, error),
  });
  listen(world, queue);
  const beat = setInterval(() => queue.add(HEARTBEAT), HEARTBEAT_MILLISECONDS);
  return {
    pods,
    vmis,
    hold: (what, namespace) => world.held.add(`${what} ${namespace}`),
    release: (what, namespace) => {
      world.held.delete(`${what} ${namespace}`);
      for (const pod of pods.in(namespace)) queue.add(podKey(pod));
      for (const vmi of vmis.in(namespace)) queue.add(vmiKey(vmi));
    },
    stop: async () => {
      clearInterval(beat);
      await queue.stop();
      await Promise.all([pods.stop(), vmis.stop(), nodes.stop()]);
      await world.cluster.close();
    },
  };
}

const HEARTBEAT = 'heartbeat';

function podKey({ metadata }: Stored): string {
  return `pod ${keyOf(metadata.name, metadata.namespace)}`;
}

function vmiKey({ metadata }: Stored): string {
  return `vmi ${keyOf(metadata.name, metadata.namespace)}`;
}

function listen({ pods, vmis }: World, queue: WorkQueue): void {
  pods.onChange(({ object }) => queue.add(podKey(object)));
  vmis.onChange(({ object }) => {
    queue.add(vmiKey(object));
    const { uid, namespace = '' } = object.metadata;
    const own = pods.in(namespace).filter(({ metadata }) => metadata.labels?.[VMI_UID_LABEL] === uid);
    for (const pod of own) queue.add(podKey(pod));
  });
}

/** Objects that have changed meanwhile are looked at again as they are then; all else is worth a line. */
function complain(logFile: string, key: string, error: unknown): Promise<void> {
  const text = String(error);
  if (/^Error: (\S+ \S+ )?40[49] /.test(text)) return Promise.resolve();
  return appendFile(logFile, `${new Date().toISOString()} ${key}: ${text}\n`).catch(() => undefined);
}

class World {
  readonly held = new Set<string>();
  readonly cluster: ClusterClient;
  readonly pods: Watch;
  readonly vmis: Watch;
  readonly #nodes: Watch;

  constructor(cluster: ClusterClient, pods: Watch, vmis: Watch, nodes: Watch) {
    this.cluster = cluster;
    this.pods = pods;
    this.vmis = vmis;
    this.#nodes = nodes;
  }

  handle(key: string): Promise<number | undefined> {
    const [what, name = ''] = key.split(' ');
    if (what === HEARTBEAT) return this.#beat();
    if (what === 'pod') return this.#playPod(this.pods.objects.get(name) as Pod | undefined);
    return this.#playVmi(this.vmis.objects.get(name) as Vmi | undefined);
  }

  #isHeld(what: Hold, { metadata }: Stored): boolean {
    return this.held.has(`${what} ${metadata.namespace}`);
  }

  async #beat(): Promise<undefined> {
    const nodes = [...this.#nodes.objects.values()];
    const patch = { metadata: { annotations: heartbeat() } };
    await Promise.all(nodes.map(({ metadata }) => this.cluster.patch({ kind: 'Node', name: metadata.name }, patch)));
  }

  async #playPod(pod: Pod | undefined): Promise<number | undefined> {
    if (pod === undefined) return undefined;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#removePod(pod);
    if (pod.spec.nodeName === undefined) return this.#isHeld('schedule', pod) ? undefined : this.#schedule(pod);
    if (hasEnded(pod)) return undefined;
    if (pod.status.phase !== 'Running') {
      return this.#isHeld('pod-start', pod) ? undefined : this.#setPhase(pod, 'Running');
    }
    return this.#endLauncher(pod);
  }

  async #endLauncher(pod: Pod): Promise<undefined> {
    const vmiName = vmiNameOf(pod);
    if (vmiName === undefined) return;
    const end = endOf(pod, this.vmis.find(vmiName, pod.metadata.namespace) as Vmi | undefined);
    if (end === undefined || (end === 'the VM has left' && this.#isHeld('source', pod))) return;
    await this.#setPhase(pod, 'Succeeded');
  }

  async #removePod(pod: Pod): Promise<undefined> {
    if (pod.spec.nodeName !== undefined && !hasEnded(pod)) await this.#setPhase(pod, 'Succeeded');
    await this.cluster.remove(referenceOf(pod));
  }

  async #schedule(pod: Pod): Promise<number | undefined> {
    const node = nodeFor(pod, [...this.#nodes.objects.values()], [...this.pods.objects.values()] as Pod[]);
    if (node === undefined) return this.#postpone(pod);
    const { name, namespace = '', uid } = pod.metadata;
    await this.cluster.call('POST', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, uid },
      target: { kind: 'Node', name: node },
    });
    return undefined;
  }

  /** As a scheduler says it; a node may be there later. */
  async #postpone(pod: Pod): Promise<number> {
    if ((pod.status.conditions ?? []).length === 0) {
      const condition = {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: 'no node takes this pod',
        lastTransitionTime: new Date().toISOString(),
      };
      await this.cluster.patch(referenceOf(pod), { status: { conditions: [condition] } }, { subresource: 'status' });
    }
    return UNSCHEDULABLE_MILLISECONDS;
  }

  async #setPhase(pod: Pod, phase: 'Running' | 'Succeeded'): Promise<undefined> {
    const status = podStatus(pod, phase, now());
    const { uid } = pod.metadata;
    await this.cluster.patch(referenceOf(pod), { metadata: { uid }, status }, { subresource: 'status' });
  }

  async #playVmi(vmi: Vmi | undefined): Promise<undefined> {
    const step = vmi === undefined ? undefined : DOMAIN_STEPS.find(({ due }) => due(vmi));
    if (vmi === undefined || step === undefined) return;
    if (step.hold !== undefined && this.#isHeld(step.hold, vmi)) return;
    const { metadata = {}, ...patch } = step.patch(vmi, now());
    // Refused where virt-controller was faster: the step is for the VMI as it was seen.
    const { resourceVersion, uid } = vmi.metadata;
    await this.cluster.patch(referenceOf(vmi), {
      ...patch,
      metadata: { ...(metadata as object), resourceVersion, uid },
    });
  }
}

/** KubeVirt and Kubernetes keep seconds. */
function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
