import type { ClusterClient, Reference } from './cluster.ts';

/** One verb on one kind, as a Role grants it. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Of the one object that it is granted for. */
  readonly object?: string;
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** `get secrets/headroom-certificates`, `list virtualmachines.kubevirt.io`. */
export function rightText({ verb, group, resource, object }: Right): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${object === undefined ? '' : `/${object}`}`;
}

function rightsIn(rules: readonly Rule[]): readonly Right[] {
  return rules.flatMap(({ apiGroups = [], resources = [], resourceNames = [], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) =>
          resourceNames.length === 0
            ? [{ verb, group, resource }]
            : resourceNames.map((object) => ({ verb, group, resource, object })),
        ),
      ),
    ),
  );
}

function ruleOf({ verb, group, resource, object }: Right): Rule {
  return {
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
    ...(object !== undefined && { resourceNames: [object] }),
  };
}

/** Rights that a Role or ClusterRole grants. */
export async function rightsOf(cluster: ClusterClient, role: Reference): Promise<readonly Right[]> {
  return rightsIn((await cluster.get(role)).rules as readonly Rule[]);
}

/** Does something while a role lacks one right. */
export async function without(
  cluster: ClusterClient,
  role: Reference,
  taken: string,
  act: () => Promise<void>,
): Promise<void> {
  const { rules } = await cluster.get(role);
  const kept = rightsIn(rules as readonly Rule[]).filter((right) => rightText(right) !== taken);
  await cluster.patch(role, { rules: kept.map(ruleOf) });
  try {
    await act();
  } finally {
    await cluster.patch(role, { rules });
  }
}

/** What whoever owns the connection of `own` may do in a namespace, cluster-wide rights included. */
export async function rightsGranted(own: ClusterClient, namespace: string): Promise<readonly Right[]> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  };
  const answer = await own.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', review);
  return rightsIn((answer as { status: { resourceRules: readonly Rule[] } }).status.resourceRules);
}
