import type { Api } from './api.ts';
import {
  type AskedFor,
  connectionFault,
  isForbidden,
  permissionCheck,
  resourceOf,
  whyNotWithCheck,
} from './api-fault.ts';
import { UnreadableCluster } from './cluster-error.ts';
import { type KubernetesObject, recordOf } from './kubernetes-objects.ts';
import { type Listed, listAll, PAGE_SIZE } from './list-pages.ts';
import { apiVersionOf, OBJECT_KINDS, type ObjectKind } from './object-kinds.ts';
import { pathOf } from './object-reader.ts';
import type { ProgressListener } from './reading-progress.ts';
import { POD_ROLES, reducedObject } from './reduced-object.ts';

/** Of a page, so that a list may be as long as it likes. */
const PAGE_SECONDS = 60;

type Kind = Pick<ObjectKind<never>, 'kind' | 'group' | 'plural' | 'scope'>;

export interface SavingOptions {
  /** Without it, all namespaces. What holds for the whole cluster is read either way. */
  readonly namespace?: string | undefined;
  readonly onProgress?: ProgressListener | undefined;
  /** What leads kubectl to the same cluster. */
  readonly kubectlFlags: readonly string[];
}

/** The objects of one kind, without anything that no forecast reads. */
export interface SavedKind {
  readonly kind: string;
  /** False where the API server knows no such kind. */
  readonly isKnown: boolean;
  readonly objects: readonly KubernetesObject[];
}

/**
 * The quotas come last: a pod is charged before it is stored, so that what quotas count is never less than the pods that
 * were read.
 */
const ORDER: readonly Kind[] = [
  OBJECT_KINDS.kubeVirts,
  OBJECT_KINDS.settings,
  OBJECT_KINDS.nodes,
  OBJECT_KINDS.namespaces,
  OBJECT_KINDS.limitRanges,
  OBJECT_KINDS.virtualMachines,
  OBJECT_KINDS.migrations,
  OBJECT_KINDS.virtualMachineInstances,
  OBJECT_KINDS.pods,
  OBJECT_KINDS.quotas,
];

/** Reads from an API server all that a forecast needs, a kind at a time. Throws UnreadableCluster. */
export async function* savedObjects(api: Api, options: SavingOptions): AsyncGenerator<SavedKind> {
  await requireRights(api, options);
  for (const kind of ORDER) yield await savedKind(api, kind, options);
}

/** Before minutes of reading: whatever right is missing, all that are missing are told. */
async function requireRights(api: Api, options: SavingOptions): Promise<void> {
  const asked = ORDER.map((kind) => askedFor(kind, options));
  const answers = await Promise.all(asked.map((one) => api.call({ method: 'GET', ...callOf(one, '1') }, pageSignal())));
  const missing: AskedFor[] = [];
  for (const [index, answer] of answers.entries()) {
    const one = asked[index];
    if (answer.kind === 'done' || one === undefined) continue;
    const fault = connectionFault(api, answer);
    if (fault !== undefined) throw new UnreadableCluster(fault);
    if (isForbidden(answer)) missing.push(one);
  }
  if (missing.length > 0) throw new UnreadableCluster(missingRights(api, missing, options));
}

function missingRights({ server, origin }: Api, missing: readonly AskedFor[], { kubectlFlags }: SavingOptions): string {
  const resources = missing.map(({ verb, kind }) => `${verb} ${resourceOf(kind)}`).join(', ');
  const where = missing.some(({ namespace, kind }) => namespace === undefined && kind.scope === 'namespace')
    ? ' in all namespaces'
    : '';
  return [
    `the API server ${server} (${origin ?? 'of unknown origin'}) does not permit: ${resources}${where}`,
    ...missing.map((one) => `to check: ${permissionCheck(one, kubectlFlags)}`),
  ].join('\n');
}

async function savedKind(api: Api, kind: Kind, options: SavingOptions): Promise<SavedKind> {
  const asked = askedFor(kind, options);
  const listed = asked.name === undefined ? await listKind(api, kind, options) : await getNamed(api, kind, options);
  switch (listed.kind) {
    case 'read':
      return { kind: kind.kind, isKnown: true, objects: listed.objects };
    case 'absent':
      return { kind: kind.kind, isKnown: false, objects: [] };
    case 'failed': {
      const why = whyNotWithCheck(listed.answer, asked, options.kubectlFlags);
      throw new UnreadableCluster(`kind ${kind.kind} could not be read from ${api.server}: ${why}`);
    }
    default:
      return listed satisfies never;
  }
}

function listKind(api: Api, kind: Kind, options: SavingOptions): Promise<Listed<KubernetesObject>> {
  return listAll(api, {
    ...callOf(askedFor(kind, options), String(PAGE_SIZE)),
    signal: pageSignal,
    keep: (object) => reducedObject(typed(kind, object)),
    onPage: (done, total) =>
      options.onProgress?.({
        doing: `reading ${kind.kind}s`,
        done,
        unit: 'objects',
        ...(total !== undefined && { total }),
      }),
  });
}

async function getNamed(api: Api, kind: Kind, options: SavingOptions): Promise<Listed<KubernetesObject>> {
  const answer = await api.call({ method: 'GET', path: callOf(askedFor(kind, options), '').path }, pageSignal());
  if (answer.kind === 'done') {
    const reduced = reducedObject(typed(kind, answer.body));
    return { kind: 'read', objects: reduced === undefined ? [] : [reduced] };
  }
  if (answer.kind === 'refused' && answer.code === 404) {
    throw new UnreadableCluster(`there is no namespace ${options.namespace} on the API server ${api.server}`);
  }
  return { kind: 'failed', answer };
}

/** Lists of built-in kinds do not say in each item what it is. */
function typed({ group, kind }: Kind, object: unknown): KubernetesObject {
  return { ...recordOf(object), apiVersion: apiVersionOf(group), kind };
}

function askedFor(kind: Kind, { namespace }: SavingOptions): AskedFor {
  if (namespace === undefined || kind === OBJECT_KINDS.kubeVirts) return { kind, verb: 'list' };
  if (kind === OBJECT_KINDS.namespaces) return { kind, verb: 'get', name: namespace };
  return kind.scope === 'cluster' ? { kind, verb: 'list' } : { kind, verb: 'list', namespace };
}

function callOf({ kind, namespace, name }: AskedFor, limit: string) {
  const path = pathOf(kind, namespace);
  if (name !== undefined) return { path: `${path}/${encodeURIComponent(name)}`, query: {} };
  const isPods = kind === OBJECT_KINDS.pods;
  return { path, query: { limit, ...(isPods && { labelSelector: `kubevirt.io in (${POD_ROLES.join(',')})` }) } };
}

function pageSignal(): AbortSignal {
  return AbortSignal.timeout(PAGE_SECONDS * 1000);
}
