import type { HarvesterFacts } from '../forecast/cluster-facts.ts';
import { OVERHEAD_RATIO_SETTING } from '../harvester/names.ts';
import { podRatioFromSetting, settingValue } from '../harvester/settings.ts';
import { parseGoFloat } from '../kubevirt/go-number.ts';
import type { KubeVirt } from '../objects/kubevirt.ts';
import { type ClusterDiagnosis, kubeVirtsInEffect } from './diagnosis.ts';
import type { Observation, Subject } from './finding.ts';

const SETTING: Subject = { kind: 'Setting', name: OVERHEAD_RATIO_SETTING };
const FIELD = 'spec.configuration.additionalGuestMemoryOverheadRatio';

/** A ratio that Harvester or KubeVirt does not take, or that leaves pods with less than KubeVirt reckons they need. */
export function invalidRatios({ objects, facts }: ClusterDiagnosis): readonly Observation[] {
  const text = settingValue(objects.settings.items, OVERHEAD_RATIO_SETTING);
  const harvester = facts.kind === 'known' ? facts.facts.harvester : undefined;
  return [...ofSetting(text, harvester), ...ofKubeVirts(objects)];
}

function ofSetting(text: string | undefined, harvester: HarvesterFacts | undefined): Observation[] {
  const ratio = podRatioFromSetting(text ?? '');
  if (ratio.kind === 'written') return [];
  return [
    {
      severity: 'error',
      subject: SETTING,
      summary: `The overhead ratio of Harvester's setting is invalid: ${ratio.reason}.`,
      evidence: [
        `Setting ${OVERHEAD_RATIO_SETTING} has ${JSON.stringify(text)} (value, or default where value is empty).`,
        `Harvester leaves the KubeVirt CR as it is${scaleUpText(harvester)}.`,
      ],
      remedy: [`Set the Harvester setting ${OVERHEAD_RATIO_SETTING} to 0 (none) or to a ratio from 1.0 to 10.0.`],
    },
  ];
}

/** 1.4.0 and 1.4.1 have the setting, and reckon scale-ups without it. */
function scaleUpText(harvester: HarvesterFacts | undefined): string {
  if (harvester === undefined) return '';
  return `, and reckons scale-ups with ${harvester.ratio ?? 'no ratio at all'}`;
}

function ofKubeVirts(objects: ClusterDiagnosis['objects']): Observation[] {
  const isFromSetting = settingValue(objects.settings.items, OVERHEAD_RATIO_SETTING) !== undefined;
  return kubeVirtsInEffect(objects).flatMap((kubeVirt) => ofKubeVirt(kubeVirt, isFromSetting ? 'setting' : 'kubevirt'));
}

function ofKubeVirt(kubeVirt: KubeVirt, where: 'setting' | 'kubevirt'): Observation[] {
  const text = kubeVirt.spec?.configuration.additionalGuestMemoryOverheadRatio ?? '';
  const effect = text === '' ? undefined : harmOf(text);
  if (effect === undefined) return [];
  const { name, namespace } = kubeVirt.metadata;
  const place =
    where === 'setting'
      ? `Set the Harvester setting ${OVERHEAD_RATIO_SETTING} anew, which Harvester then writes into the KubeVirt CR.`
      : `Set ${FIELD} of the KubeVirt CR to a ratio from 1.0 on, or remove it.`;
  return [
    {
      severity: 'error',
      subject: { kind: 'KubeVirt', ...(namespace && { namespace }), name },
      summary: `The overhead ratio of the KubeVirt CR is ${JSON.stringify(text)}: ${effect}.`,
      evidence: [
        `${FIELD} is ${JSON.stringify(text)}; KubeVirt multiplies the memory overhead of every new pod by it.`,
      ],
      remedy: [place],
    },
  ];
}

function harmOf(text: string): string | undefined {
  const ratio = parseGoFloat(text);
  if (ratio === undefined) return 'KubeVirt cannot read it, and reckons as if there were none';
  if (!Number.isFinite(ratio)) return 'no pod can be made of that';
  if (ratio >= 1) return undefined;
  return 'pods get less memory than KubeVirt itself reckons they need, and may be killed';
}
