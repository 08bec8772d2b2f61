import { defaultQuotas } from '../harvester/managed-quota.ts';
import { SKIP_SCALING_ANNOTATION } from '../harvester/names.ts';
import { skipsScaling } from '../harvester/quota-annotations.ts';
import { type NamespaceDiagnosis, objectIn } from './diagnosis.ts';
import type { Observation } from './finding.ts';

/** Somebody has told Harvester to leave a default quota alone; releases before 1.4.2 do not know that annotation. */
export function switchedOffScaling(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const release = diagnosis.cluster?.harvester?.release;
  if (release === undefined || release.skipAnnotationHonoured === 'nowhere') return [];
  const skipped = defaultQuotas(diagnosis.objects.quotas.items).filter(skipsScaling);
  return skipped.map(({ metadata }) => ({
    severity: 'info',
    subject: objectIn(diagnosis, 'ResourceQuota', metadata.name),
    summary: `Scaling is switched off for default quota ${metadata.name}: a migration must fit into what is free.`,
    evidence: [`ResourceQuota ${metadata.name} has annotation ${SKIP_SCALING_ANNOTATION}: "true".`],
    remedy: ['Remove that annotation, if migrations are to be given room.'],
  }));
}
