import { defaultQuotas } from '../harvester/managed-quota.ts';
import { COMPENSATION_ANNOTATION } from '../harvester/names.ts';
import { type StoredScaleUp, storedScaleUps } from '../harvester/quota-annotations.ts';
import { namespaceEditRefusal } from '../harvester/quota-edit.ts';
import type { HarvesterRelease } from '../harvester/release.ts';
import { isFinal } from '../kubevirt/migration-state.ts';
import type { ResourceQuota } from '../objects/kubernetes.ts';
import { type NamespaceDiagnosis, objectIn } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { kubectl } from './kubectl.ts';
import { listed } from './words.ts';

/** Scale-ups and compensations on a quota that belong to no migration under way. */
export function leakedScaleUps(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { cluster, objects } = diagnosis;
  const release = cluster?.harvester?.release;
  // Without all migrations nobody can say that one is not there.
  const isBlind = objects.migrations.unreadable !== undefined || objects.migrations.problems.length > 0;
  if (release === undefined || isBlind) return [];
  return defaultQuotas(objects.quotas.items).flatMap((quota) => {
    const leaks = leaksOf(diagnosis, quota);
    return leaks.length === 0 ? [] : [finding(diagnosis, release, { quota, leaks })];
  });
}

interface Leak {
  readonly key: string;
  readonly text: string;
  /** A migration of the VM has just ended, or ended long ago and was not noticed. */
  readonly isMaybeFresh: boolean;
}

function leaksOf(diagnosis: NamespaceDiagnosis, quota: ResourceQuota): Leak[] {
  const stored = storedScaleUps(quota);
  if (stored.kind === 'garbled') return [];
  const leaks = stored.scaleUps.flatMap((scaleUp) => leakOf(diagnosis, scaleUp));
  const isBusy = diagnosis.objects.migrations.items.some((one) => !isFinal(one));
  if (isBusy || stored.compensation.isZero()) return leaks;
  const text = `${COMPENSATION_ANNOTATION}: limits.memory ${stored.compensation}`;
  return [...leaks, { key: COMPENSATION_ANNOTATION, text, isMaybeFresh: leaks.some((leak) => leak.isMaybeFresh) }];
}

function leakOf({ objects }: NamespaceDiagnosis, { key, vm, delta }: StoredScaleUp): Leak[] {
  const vmi = objects.virtualMachineInstances.items.find(({ metadata }) => {
    return 'uid' in vm ? metadata.uid === vm.uid : metadata.name === vm.name;
  });
  const isHidden = objects.virtualMachineInstances.problems.length > 0 && vmi === undefined;
  const name = vmi?.metadata.name ?? ('name' in vm ? vm.name : undefined);
  const own = objects.migrations.items.filter(({ spec }) => spec.vmiName === name);
  if (isHidden || own.some((migration) => !isFinal(migration))) return [];
  const text = `${key}: ${listed([...delta].map(([resource, amount]) => `${resource} ${amount}`)) || 'nothing'}`;
  return [{ key, text, isMaybeFresh: vmi !== undefined && own.length > 0 }];
}

interface Leaky {
  readonly quota: ResourceQuota;
  readonly leaks: readonly Leak[];
}

function finding(diagnosis: NamespaceDiagnosis, release: HarvesterRelease, { quota, leaks }: Leaky): Observation {
  const { name } = quota.metadata;
  const namespace = diagnosis.objects.name;
  const isFresh = leaks.every(({ isMaybeFresh }) => isMaybeFresh);
  const refusal = namespaceEditRefusal(release, namespace, quota);
  const keys = leaks.map(({ key }) => `${key}-`);
  const remedy = [
    isFresh ? 'If they are still there after a minute, remove the annotations.' : 'Remove the annotations.',
    kubectl('-n', namespace, 'annotate', 'resourcequota', name, ...keys),
    ...(release.scaling === 'in-place'
      ? ['Then lower spec.hard of the quota by the same amounts, which were added in place.']
      : []),
  ];
  return {
    severity: isFresh ? 'info' : 'warning',
    subject: objectIn(diagnosis, 'ResourceQuota', name),
    summary: `Quota ${name} still holds what was added for migrations that are no longer under way.`,
    evidence: [
      ...leaks.map(({ text }) => `Annotation ${text}.`),
      isFresh
        ? 'Migrations of these VMs have ended; Harvester takes the annotations away when it notices that.'
        : 'No migration that has not ended belongs to them; Harvester takes them away only at the end of such a migration.',
      'While they are there the quota is larger than the namespace was given.',
      ...(refusal === undefined ? [] : [`Harvester refuses to change the namespace's limits meanwhile: ${refusal}.`]),
    ],
    remedy,
  };
}
