import { OVERHEAD_RATIO_SETTING } from '../harvester/names.ts';
import { podRatioFromSetting, settingValue } from '../harvester/settings.ts';
import { parseGoFloat } from '../kubevirt/go-number.ts';
import type { KubeVirt } from '../objects/kubevirt.ts';
import { type ClusterDiagnosis, kubeVirtsInEffect } from './diagnosis.ts';
import type { Observation } from './finding.ts';

/**
 * The KubeVirt CR has another ratio than Harvester writes there for its setting: pods are made at one, scale-ups
 * reckoned at the other. For a setting of 0 the CR has none, which is no difference.
 */
export function differingRatios({ objects, facts }: ClusterDiagnosis): readonly Observation[] {
  const text = settingValue(objects.settings.items, OVERHEAD_RATIO_SETTING);
  if (text === undefined || facts.kind === 'unknown' || facts.facts.harvester === undefined) return [];
  const expected = podRatioFromSetting(text);
  if (expected.kind === 'refused') return [];
  const scaleUpRatio = facts.facts.harvester.ratio;
  return kubeVirtsInEffect(objects).flatMap((kubeVirt) => {
    const actual = ratioOf(kubeVirt);
    if (Object.is(factorOf(actual), factorOf(expected.ratio))) return [];
    return [difference(kubeVirt, { text, expected: expected.ratio, scaleUpRatio })];
  });
}

interface Wanted {
  readonly text: string;
  readonly expected: string | undefined;
  readonly scaleUpRatio: string | undefined;
}

function difference(kubeVirt: KubeVirt, { text, expected, scaleUpRatio }: Wanted): Observation {
  const { name, namespace } = kubeVirt.metadata;
  const actual = ratioOf(kubeVirt);
  const found = shown(actual);
  return {
    severity: 'warning',
    subject: { kind: 'KubeVirt', ...(namespace && { namespace }), name },
    summary: `The KubeVirt CR has ${found} as overhead ratio, where Harvester's setting makes it ${shown(expected)}.`,
    evidence: [
      `spec.configuration.additionalGuestMemoryOverheadRatio is ${found}: new launcher pods are made with that.`,
      `Setting ${OVERHEAD_RATIO_SETTING} is ${JSON.stringify(text)}: Harvester reckons scale-ups with ${shown(scaleUpRatio)}.`,
      'Harvester writes the CR when the setting changes and when it starts; an edit of the CR itself lasts until then.',
    ],
    remedy: [remedyText(actual)],
  };
}

/** The setting can only be made what Harvester takes and then writes into the CR as it is. */
function remedyText(actual: string | undefined): string {
  const again = `set ${OVERHEAD_RATIO_SETTING} to another value and back, so that Harvester writes the CR again`;
  const written = podRatioFromSetting(actual ?? '0');
  if (written.kind === 'refused' || written.ratio !== actual) {
    return `To have that of the setting, ${again}; that of the CR is none that Harvester would write there.`;
  }
  return `Decide for one: to keep that of the setting, ${again}; to keep that of the CR, set ${OVERHEAD_RATIO_SETTING} to ${actual ?? '0'}.`;
}

function ratioOf(kubeVirt: KubeVirt): string | undefined {
  return kubeVirt.spec?.configuration.additionalGuestMemoryOverheadRatio || undefined;
}

/** What the overhead is multiplied by; a ratio that KubeVirt cannot read multiplies by nothing. */
function factorOf(ratio: string | undefined): number {
  return ratio === undefined ? 1 : (parseGoFloat(ratio) ?? 1);
}

function shown(ratio: string | undefined): string {
  return ratio === undefined ? 'none' : JSON.stringify(ratio);
}
