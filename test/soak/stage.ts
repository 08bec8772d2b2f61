import { startLiveBench } from '../../bench/live-cluster.ts';
import { quota } from '../builders/namespace.ts';
import type { ClusterClient, Stored } from '../e2e/harness/cluster.ts';
import { type FaultyWire, startFaultyWire } from '../e2e/harness/faults-proxy.ts';
import { startVms } from '../e2e/harness/kubevirt.ts';
import { crowdNamespace, populate } from '../e2e/harness/population.ts';
import { installRelease, type Release } from '../e2e/harness/release.ts';
import type { Replica } from '../e2e/harness/replica.ts';
import { situationOf, untilPodsCanBe } from '../e2e/harness/situation.ts';

const CROWD = { prefix: 'soak', from: 0, to: 6, vmsEach: 8 };
const FULL = 'soak-full';
const FULL_VMS = 4;
/** `limits.memory` of the launcher pod of a VM of 4Gi. */
const POD_BYTES = 4_797_464_313n;
/** Renewed after two thirds of it, and its authority after two and a half times as long. */
const CERTIFICATE_SECONDS = 60;
const DRAIN_SECONDS = 2;

export interface Vm {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** A cluster with VMs in it, and two replicas that reach its API server over a wire that can be at fault. */
export interface Stage {
  readonly cluster: ClusterClient;
  readonly release: Release;
  readonly wire: FaultyWire;
  /** Lives through the whole run; its memory is judged. */
  readonly steady: Replica;
  /** In namespaces with room for every migration. */
  readonly roomy: readonly Vm[];
  /** In a namespace whose quota, which nobody scales, has room for none. */
  readonly full: readonly Vm[];
  startReplica(): Promise<Replica>;
  stop(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const bench = await startLiveBench();
  const { cluster } = bench;
  try {
    await populate(cluster, CROWD);
    await fill(cluster);
    const values = { webhook: { failurePolicy: 'Fail' }, logLevel: 'warn' };
    const flags = { drain: `${DRAIN_SECONDS}`, 'certificate-lifetime': `${CERTIFICATE_SECONDS}` };
    const release = await installRelease(cluster, { values, flags, replicas: 0 });
    const wire = await startFaultyWire(cluster, release);
    const startReplica = () => release.addReplica({ kubeconfig: wire.kubeconfig });
    const steady = await startReplica();
    await startReplica();
    await release.route();
    return {
      cluster,
      release,
      wire,
      steady,
      roomy: (await Promise.all(namespaces().map((name) => vmsIn(cluster, name)))).flat(),
      full: await vmsIn(cluster, FULL),
      startReplica,
      stop: async () => {
        await release.uninstall();
        await wire.close();
        await bench.stop();
      },
    };
  } catch (error) {
    await bench.stop();
    throw error;
  }
}

function namespaces(): readonly string[] {
  return Array.from({ length: CROWD.to }, (_, index) => crowdNamespace(CROWD, index));
}

async function fill(cluster: ClusterClient): Promise<void> {
  await cluster.created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: FULL } });
  await untilPodsCanBe(cluster, FULL);
  const drafts = Array.from({ length: FULL_VMS }, (_, index) => ({ namespace: FULL, name: `vm-${index}` }));
  await startVms(cluster, drafts);
  const hard = { 'limits.memory': `${BigInt(FULL_VMS) * POD_BYTES}` };
  await cluster.created(quota('memory', hard, { metadata: { namespace: FULL } }));
  await situationOf(cluster, FULL, 'memory').quotaStatus({ hard, used: hard });
}

async function vmsIn(cluster: ClusterClient, namespace: string): Promise<readonly Vm[]> {
  const vmis: readonly Stored[] = await cluster.list('VirtualMachineInstance', namespace);
  return vmis.map(({ metadata }) => ({ namespace, name: metadata.name, uid: metadata.uid }));
}
