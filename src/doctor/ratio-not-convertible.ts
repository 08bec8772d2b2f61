import { OVERHEAD_RATIO_SETTING } from '../harvester/names.ts';
import { podRatioFromSetting, settingValue } from '../harvester/settings.ts';
import { type ClusterDiagnosis, kubeVirtsInEffect } from './diagnosis.ts';
import type { Observation } from './finding.ts';

/**
 * Before 1.4.0 Harvester had no setting for the ratio, and people wrote it into the KubeVirt CR. The upgrade makes a
 * setting of it where it is empty, "0" or from "1.0" to "10.0", and of nothing else.
 */
export function inconvertibleRatios({ objects, facts }: ClusterDiagnosis): readonly Observation[] {
  const hasSetting = settingValue(objects.settings.items, OVERHEAD_RATIO_SETTING) !== undefined;
  if (facts.kind === 'unknown' || facts.facts.harvester === undefined || hasSetting) return [];
  const { version } = facts.facts.harvester.release;
  return kubeVirtsInEffect(objects).flatMap((kubeVirt) => {
    const text = kubeVirt.spec?.configuration.additionalGuestMemoryOverheadRatio ?? '';
    if (podRatioFromSetting(text).kind === 'written') return [];
    const { name, namespace } = kubeVirt.metadata;
    return [
      {
        severity: 'warning',
        subject: { kind: 'KubeVirt', ...(namespace && { namespace }), name },
        summary: `The overhead ratio ${JSON.stringify(text)} of the KubeVirt CR cannot be made a setting when Harvester is upgraded to 1.4.0 or later.`,
        evidence: [
          `spec.configuration.additionalGuestMemoryOverheadRatio is ${JSON.stringify(text)}; valid are empty, "0" and "1.0" to "10.0".`,
          `Harvester here goes by the rules of ${version} and has no Setting ${OVERHEAD_RATIO_SETTING}.`,
        ],
        remedy: ['Before the upgrade, set that field of the KubeVirt CR to a ratio from 1.0 to 10.0, or remove it.'],
      } satisfies Observation,
    ];
  });
}
