import { parseGoFloat } from '../kubevirt/go-number.ts';
import type { Setting } from '../objects/harvester.ts';
import { isJsonObject, memberOf, readJson } from './json-text.ts';
import { OVERCOMMIT_SETTING, OVERHEAD_RATIO_SETTING } from './names.ts';
import type { HarvesterRelease, OvercommitPercent } from './release-table.ts';

const DEFAULT_RATIO = '1.5';
const LEAST_RATIO = 1;
const GREATEST_RATIO = 10;

/** The value of a Setting, or else its default; undefined where there is no such Setting. */
export function settingValue(settings: readonly Setting[], name: string): string | undefined {
  const setting = settings.find(({ metadata }) => metadata.name === name);
  if (setting === undefined) return undefined;
  return setting.value || setting.default || '';
}

/**
 * The ratio that Harvester hands to the overhead formula of a scale-up: undefined for none
 * (pkg/util/setting.go GetAdditionalGuestMemoryOverheadRatioWithoutError).
 */
export function scaleUpRatio(release: HarvesterRelease, settings: readonly Setting[]): string | undefined {
  if (release.scaleUpRatio === 'ignored') return undefined;
  const text = settingValue(settings, OVERHEAD_RATIO_SETTING);
  const ratio = podRatioFromSetting(text || DEFAULT_RATIO);
  if (ratio.kind === 'refused') return DEFAULT_RATIO;
  if (ratio.ratio === undefined && release.zeroRatioMeans === 'default-ratio') return DEFAULT_RATIO;
  return ratio.ratio;
}

/** What a ratio Setting makes of KubeVirt's configuration. */
export type PodRatio =
  /** Undefined: the ratio is taken out of KubeVirt's configuration. */
  | { readonly kind: 'written'; readonly ratio: string | undefined }
  /** KubeVirt's configuration stays as it is. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Takes the Setting's value or, where that is empty, its default. `NaN` passes, for it is neither below 1 nor above 10
 * (pkg/settings/settings_helper.go NewAdditionalGuestMemoryOverheadRatioConfig).
 */
export function podRatioFromSetting(text: string): PodRatio {
  if (text === '') return { kind: 'written', ratio: undefined };
  const ratio = parseGoFloat(text);
  if (ratio === undefined || (ratio < LEAST_RATIO && ratio !== 0) || ratio > GREATEST_RATIO) {
    const got = JSON.stringify(text.slice(0, 60));
    return { kind: 'refused', reason: `expected 0 or a ratio from 1.0 to 10.0, got ${got}` };
  }
  return { kind: 'written', ratio: ratio === 0 ? undefined : text };
}

export interface Overcommit extends OvercommitPercent {
  /** What was assumed, and why. */
  readonly note?: string;
}

const OVERCOMMIT_KEYS = ['cpu', 'memory', 'storage'] as const;

/** How much of a VM's limits its requests are, in percent. What the Setting does not say is as in a new Harvester. */
export function overcommit(settings: readonly Setting[], release: HarvesterRelease): Overcommit {
  const text = settingValue(settings, OVERCOMMIT_SETTING);
  const json = readJson(text ?? '');
  const given = json.kind === 'read' ? json.value : undefined;
  if (!isJsonObject(given)) {
    const why = text === undefined ? 'is not there' : 'is not a JSON object';
    const note = `Setting ${OVERCOMMIT_SETTING} ${why}: the default of Harvester ${release.version} is assumed`;
    return { ...release.defaultOvercommit, note };
  }
  const percent = { ...release.defaultOvercommit };
  const assumed: string[] = [];
  for (const key of OVERCOMMIT_KEYS) {
    const value = memberOf(given, key);
    if (isPercent(value)) percent[key] = value;
    else assumed.push(`${key} ${percent[key]}`);
  }
  if (assumed.length === 0) return percent;
  return { ...percent, note: `Setting ${OVERCOMMIT_SETTING} does not say all: ${assumed.join(', ')} assumed` };
}

function isPercent(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}
