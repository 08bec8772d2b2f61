import type { Forecast } from '../forecast/forecast.ts';
import type { KnownGround } from '../forecast/forecast-set.ts';
import { isHopeless } from '../forecast/verdict-of.ts';
import { storedScaleUpsOf } from '../harvester/quota-annotations.ts';
import { scaleUpDelta } from '../harvester/scale-up.ts';
import { isRejectedByQuota } from '../kubevirt/migration-state.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import { type NamespaceDiagnosis, objectIn } from './diagnosis.ts';
import type { Observation, Severity } from './finding.ts';
import { isQuotaMoving, isScaled } from './moving-quota.ts';
import { pendingRemedies } from './pending-remedies.ts';
import { listed, splitMessage } from './words.ts';

/**
 * Migrations that are asked for and will not get their pod. Neither the condition of a refusal nor an event proves
 * that: healthy migrations show both until Harvester has scaled the quota up. The forecast alone does.
 */
export function stuckMigrations(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { ground, forecasts } = diagnosis;
  if (ground === undefined) return [];
  return ground.namespace.underWay.flatMap((migration) => {
    const forecast = forecasts.get(migration.spec.vmiName);
    return forecast?.verdict === 'exceeds' ? [stuck(diagnosis, ground, { migration, forecast })] : [];
  });
}

interface Refused {
  readonly migration: VirtualMachineInstanceMigration;
  readonly forecast: Forecast;
}

function stuck(diagnosis: NamespaceDiagnosis, ground: KnownGround, { migration, forecast }: Refused): Observation {
  const { first, figures } = splitMessage(forecast.message);
  const severity = severityOf(ground, { migration, forecast });
  const moment = `Migration ${migration.metadata.name} is without a pod for the moment: Harvester has not done with the quota yet.`;
  return {
    severity,
    subject: objectIn(diagnosis, 'VirtualMachineInstanceMigration', migration.metadata.name),
    summary: severity === 'info' ? moment : first,
    evidence: [
      stateText(migration),
      ...(severity === 'info' ? [first] : []),
      ...figures,
      ...scaleUpTexts(ground, migration),
    ],
    remedy: pendingRemedies(diagnosis, ground, { migration, forecast }),
  };
}

/** One that a lucky order lets in may just be a moment old. */
function severityOf(ground: KnownGround, { migration, forecast }: Refused): Severity {
  if (isHopeless(forecast)) return 'error';
  return isQuotaMoving(ground) || isScaleUpMissing(ground, migration) ? 'info' : 'warning';
}

/** Harvester has not noticed the migration yet. */
function isScaleUpMissing({ cluster, namespace }: KnownGround, { spec }: VirtualMachineInstanceMigration): boolean {
  const vmi = namespace.vmis.get(spec.vmiName);
  const { harvester } = cluster;
  if (vmi === undefined || harvester === undefined) return false;
  const scaled = namespace.quotas.filter(({ bases }) => bases !== undefined && isScaled(bases));
  return (
    scaled.some(({ quota }) => scaleUpDelta({ ...harvester, vmi, quota }).size > 0) &&
    scaled.every(({ stored }) => storedScaleUpsOf(stored, vmi).length === 0)
  );
}

function stateText(migration: VirtualMachineInstanceMigration): string {
  const { metadata, status } = migration;
  const since = metadata.creationTimestamp ? `, asked for at ${metadata.creationTimestamp}` : '';
  const state = `Migration ${metadata.name} is in phase ${status?.phase || 'none yet'}${since}`;
  return isRejectedByQuota(migration)
    ? `${state}; its condition migrationRejectedByResourceQuota says that a quota has refused its pod.`
    : `${state}; it has no condition migrationRejectedByResourceQuota.`;
}

/** A scale-up that is stored stays as it was reckoned, whatever the ratio has become. */
function scaleUpTexts({ cluster, namespace }: KnownGround, { spec }: VirtualMachineInstanceMigration): string[] {
  const vmi = namespace.vmis.get(spec.vmiName);
  const { harvester } = cluster;
  if (vmi === undefined || harvester === undefined) return [];
  return namespace.quotas.flatMap(({ quota, stored }) =>
    storedScaleUpsOf(stored, vmi).map(({ key, delta }) => {
      const kept = `ResourceQuota ${quota.metadata.name} holds its scale-up (annotation ${key}): ${amounts(delta)}`;
      const fresh = scaleUpDelta({ ...harvester, vmi, quota });
      if (isSameList(delta, fresh)) return `${kept}.`;
      return `${kept}. It was reckoned when the migration was asked for, and stays; asked for now it would be ${amounts(fresh)}.`;
    }),
  );
}

function amounts(list: ResourceList): string {
  return listed([...list].map(([key, amount]) => `${key} ${amount}`)) || 'nothing';
}

function isSameList(one: ResourceList, other: ResourceList): boolean {
  return one.size === other.size && [...one].every(([key, amount]) => other.get(key)?.equals(amount) === true);
}
