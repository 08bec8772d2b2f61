import type { Unworded } from './apply-remedy.ts';
import type { DefaultLimit, QuotaChange, Remedy } from './forecast.ts';

/** What the words need besides the remedy: where somebody would have to click or type. */
export interface RemedyContext {
  readonly namespace: string;
  readonly isHarvester: boolean;
  /** Where the overhead ratio is set; Harvester has a setting for it from 1.4.0 on. */
  readonly ratioPlace: 'harvester-setting' | 'kubevirt-cr';
  /** Harvester refuses to change a namespace's limits while a migration is pending in it. */
  readonly refusesEditWhilePending: boolean;
}

export function wordedRemedy(remedy: Unworded, context: RemedyContext): Remedy {
  return { ...remedy, text: textOf(remedy, context) } as Remedy;
}

function textOf(remedy: Unworded, context: RemedyContext): string {
  switch (remedy.kind) {
    case 'raise-quota':
      return raiseText(remedy.changes, context);
    case 'lower-ratio':
      return ratioText(remedy.ratio, context);
    case 'free-room':
      return `Free ${listed(remedy.amounts.map(amountText))} in namespace ${context.namespace}, by stopping or shrinking other VMs or pods.`;
    case 'enable-scaling':
      return `Let Harvester scale quota ${remedy.quota} during migrations: remove its annotation harvesterhci.io/skipResourceQuotaAutoScaling and set the limits of namespace ${context.namespace} on Rancher's project or namespace page.`;
    case 'set-container-limits':
      return `Give containers of type ${remedy.container} requests and limits in the KubeVirt CR (spec.configuration.supportContainerResources), for example cpu 200m and memory 64M.`;
    case 'add-limit-range':
      return `Create a LimitRange in namespace ${context.namespace} whose Container default is ${limitsText(remedy.defaults)}; it holds for pods created from then on.`;
    default:
      return remedy satisfies never;
  }
}

function limitsText(defaults: readonly DefaultLimit[]): string {
  return listed(defaults.map(({ resource, limit }) => `${resource} ${limit}`));
}

const PAGE_FIELDS: Readonly<Record<string, string>> = { 'limits.cpu': 'limitsCpu', 'limits.memory': 'limitsMemory' };

function raiseText(changes: readonly QuotaChange[], context: RemedyContext): string {
  const onPage = changes.filter(({ where }) => where === 'namespace-annotation');
  const onQuota = changes.filter(({ where }) => where === 'resource-quota');
  const sentences: string[] = [];
  if (onPage.length > 0) sentences.push(pageText(onPage, context));
  if (onQuota.length > 0) sentences.push(`Set ${listed(onQuota.map(quotaText))}.`);
  return sentences.join(' ');
}

function pageText(changes: readonly QuotaChange[], context: RemedyContext): string {
  const figures = changes.map(({ resource, to }) => `${PAGE_FIELDS[resource] ?? resource} to at least ${to}`);
  const set = `Set ${listed(figures)} for namespace ${context.namespace} on Rancher's project or namespace page (annotation field.cattle.io/resourceQuota); Harvester resets an edit of the ResourceQuota itself.`;
  if (!context.refusesEditWhilePending) return set;
  return `${set} Harvester refuses this change while a migration is pending in the namespace: abort that one first.`;
}

function quotaText({ quota, resource, to }: QuotaChange): string {
  return `${resource} of ResourceQuota ${quota} to at least ${to}`;
}

function amountText({ resource, to, quota }: QuotaChange): string {
  return `${to} of ${resource} (quota ${quota})`;
}

function ratioText(ratio: string, { isHarvester, ratioPlace }: RemedyContext): string {
  const where =
    ratioPlace === 'harvester-setting'
      ? 'the Harvester setting additional-guest-memory-overhead-ratio'
      : 'additionalGuestMemoryOverheadRatio in the KubeVirt CR';
  const alternative = isHarvester
    ? ' For one VM alone, reservedMemory is the alternative, from its next start on.'
    : '';
  return `Set ${where} to ${ratio} or less; every VM then has less memory beside the guest before the kernel kills it.${alternative}`;
}

/** `a`, `a and b`, `a, b and c`. */
function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The part of a remedy that fits into one line after the shortfall. */
export function briefRemedy(remedy: Unworded | undefined, namespace: string): string | undefined {
  if (remedy === undefined) return undefined;
  switch (remedy.kind) {
    case 'raise-quota':
      return `set ${listed(remedy.changes.map((change) => briefChange(change, namespace)))}`;
    case 'lower-ratio':
      return `lower the overhead ratio to ${remedy.ratio}`;
    case 'free-room':
      return `free ${listed(remedy.amounts.map(({ to, resource }) => `${to} of ${resource}`))} in ${namespace}`;
    case 'enable-scaling':
      return `let Harvester scale quota ${remedy.quota}`;
    case 'set-container-limits':
      return `give ${remedy.container} containers limits in the KubeVirt CR`;
    case 'add-limit-range':
      return `create a LimitRange with default limits ${limitsText(remedy.defaults)}`;
    default:
      return remedy satisfies never;
  }
}

function briefChange({ quota, resource, to, where }: QuotaChange, namespace: string): string {
  return where === 'namespace-annotation'
    ? `${PAGE_FIELDS[resource] ?? resource} of namespace ${namespace} to ${to}`
    : `${resource} of quota ${quota} to ${to}`;
}
