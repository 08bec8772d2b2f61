import { hasHotpluggedVolumes } from '../kubevirt/attachment-pod.ts';
import type { PodSpec } from '../objects/kubernetes.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { CLAIMS, isHotpluggable } from './alike.ts';
import type { KnownGround } from './forecast-set.ts';
import { SHAPING_ANNOTATIONS, SHAPING_LABELS } from './vm-kinds.ts';

/**
 * A text that two VMIs have in common only if quotas count the same of their pods, at any ratio, in namespaces of the same
 * surroundings (surroundingsText). `model` is the running pod, of which the next one takes what no other object tells.
 */
export function shapeText(vmi: VirtualMachineInstance, model: PodSpec | undefined): string {
  const { metadata, spec, status } = vmi;
  const hasMultus = (spec.networks ?? []).some(({ multus }) => multus !== null && multus !== undefined);
  const compute = hasMultus ? model?.containers?.find(({ name }) => name === 'compute')?.resources.limits : undefined;
  return textOf([
    spec,
    SHAPING_LABELS.map((name) => metadata.labels.get(name)),
    SHAPING_ANNOTATIONS.map((name) => metadata.annotations.get(name)),
    hasHotpluggedVolumes(vmi),
    status?.launcherContainerImageVersion,
    model?.priorityClassName,
    model?.affinity,
    compute,
  ]);
}

const AUTO_LIMIT_LABEL = 'alpha.kubevirt.io/auto-memory-limits-ratio';

/** What of a namespace decides about its pods, but for the ratio. */
export function surroundingsText({ cluster, namespace }: KnownGround): string {
  const { labels } = namespace.namespace.metadata;
  const selector = cluster.configuration.autoCPULimitNamespaceLabelSelector ?? undefined;
  return textOf([
    selector === undefined ? labels.get(AUTO_LIMIT_LABEL) : labels,
    namespace.limitRanges.map(({ spec }) => spec),
    namespace.quotas.map(({ quota: { spec }, specHard, statusHard }) => {
      return [[...specHard.keys()], [...statusHard.keys()], spec?.scopes, spec?.scopeSelector];
    }),
  ]);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (CLAIMS.has(key)) return isHotpluggable(part);
    return part instanceof Map ? [...part] : part;
  });
}
