import { obstacles } from '../forecast/cluster-facts.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { type NamespaceDiagnosis, namespaceItself } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { counted } from './words.ts';

/** VMs whose migration cannot be forecast, and why; objects that are not understood are told of by another rule. */
export function unknownForecasts(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { cluster, forecasts, objects } = diagnosis;
  if (cluster === undefined) return [];
  const broken = new Set(objects.virtualMachineInstances.problems.map(({ name }) => name));
  const unknown = [...forecasts.values()].filter(({ vmi, verdict }) => verdict === 'unknown' && !broken.has(vmi));
  if (unknown.length === 0 || isToldOf(diagnosis)) return [];
  const reasons = Map.groupBy(unknown, ({ reason }) => reason ?? 'no reason is given');
  return [...reasons].map(([reason, own]) => finding(diagnosis, reason, own));
}

/** Whether the namespace has what makes every forecast in it unknown by itself. */
function isToldOf({ objects, ground }: NamespaceDiagnosis): boolean {
  const { namespaces, quotas, limitRanges, migrations, pods, virtualMachineInstances } = objects;
  const isUnreadable = [pods, virtualMachineInstances].some(({ unreadable }) => unreadable !== undefined);
  return (
    ground === undefined &&
    ([namespaces, quotas, limitRanges, migrations].flatMap(obstacles).length > 0 || isUnreadable)
  );
}

function finding(diagnosis: NamespaceDiagnosis, reason: string, forecasts: readonly Forecast[]): Observation {
  return {
    severity: 'unknown',
    subject: namespaceItself(diagnosis),
    summary: `Nobody can tell whether ${counted(forecasts.length, 'VM')} of namespace ${diagnosis.objects.name} can migrate: ${reason}.`,
    evidence: ['A forecast is unknown where a fact is missing or leaves more than one answer; it is never a refusal.'],
    remedy: ['Supply or repair what the reason names.'],
    affected: forecasts.map(({ vmi }) => `VM ${vmi}`),
  };
}
