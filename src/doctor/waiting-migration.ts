import type { Forecast } from '../forecast/forecast.ts';
import type { KnownGround } from '../forecast/forecast-set.ts';
import { podsOfVmi } from '../forecast/launchers.ts';
import { isRejectedByQuota } from '../kubevirt/migration-state.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import { type NamespaceDiagnosis, namespaceItself } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { counted, splitMessage } from './words.ts';

/** KubeVirt's own defaults (virt-config). */
const PARALLEL_MIGRATIONS_IN_CLUSTER = 5;
const PARALLEL_MIGRATIONS_OUT_OF_NODE = 2;

/** Migrations without a target pod for which there is or will be room: they wait for others, or for their turn. */
export function waitingMigrations(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { ground, forecasts } = diagnosis;
  if (ground === undefined) return [];
  const waiting = ground.namespace.underWay.flatMap((migration) => {
    const forecast = forecasts.get(migration.spec.vmiName);
    if (forecast === undefined || hasTarget(ground, migration)) return [];
    return forecast.verdict === 'fits' || forecast.verdict === 'waits' ? [waitText(migration, forecast)] : [];
  });
  if (waiting.length === 0) return [];
  return [
    {
      severity: 'info',
      subject: namespaceItself(diagnosis),
      summary: `${counted(waiting.length, 'migration')} of namespace ${diagnosis.objects.name} ${waiting.length === 1 ? 'waits' : 'wait'} for a pod, and there is or will be room.`,
      evidence: turnTexts(ground),
      remedy: ['Nothing needs to be done. Look again if they are still without a pod once the others are over.'],
      affected: waiting,
    },
  ];
}

function hasTarget({ namespace }: KnownGround, migration: VirtualMachineInstanceMigration): boolean {
  const vmi = namespace.vmis.get(migration.spec.vmiName);
  return vmi === undefined || podsOfVmi(namespace.launchers, vmi, migration).target !== undefined;
}

function waitText(migration: VirtualMachineInstanceMigration, forecast: Forecast): string {
  const { first } = splitMessage(forecast.message);
  const refused = isRejectedByQuota(migration)
    ? ' (a quota has refused it before, as happens to healthy ones until the quota is scaled up)'
    : '';
  return `${migration.metadata.name}: ${first}${refused}`;
}

/** How many KubeVirt lets run; what other namespaces have under way is not in sight here. */
function turnTexts({ cluster, namespace }: KnownGround): string[] {
  const { parallelMigrationsPerCluster, parallelOutboundMigrationsPerNode } = cluster.configuration.migrations ?? {};
  const inCluster = parallelMigrationsPerCluster ?? PARALLEL_MIGRATIONS_IN_CLUSTER;
  const outOfNode = parallelOutboundMigrationsPerNode ?? PARALLEL_MIGRATIONS_OUT_OF_NODE;
  const nodes = namespace.underWay.flatMap((migration) => {
    const vmi = namespace.vmis.get(migration.spec.vmiName);
    const runs = vmi !== undefined && podsOfVmi(namespace.launchers, vmi, migration).target !== undefined;
    return runs ? [vmi.status?.nodeName ?? 'an unknown node'] : [];
  });
  const byNode = [...Map.groupBy(nodes, (node) => node)].map(([node, own]) => `${own.length} out of ${node}`);
  const running = `${counted(nodes.length, 'migration')} of this namespace ${nodes.length === 1 ? 'has its' : 'have their'} target pod`;
  return [
    `KubeVirt runs at most ${inCluster} migrations at a time in the cluster and ${outOfNode} out of a node (KubeVirt CR, spec.configuration.migrations); the others stay Pending, without a condition.`,
    byNode.length === 0 ? `${running}.` : `${running}: ${byNode.join(', ')}.`,
  ];
}
