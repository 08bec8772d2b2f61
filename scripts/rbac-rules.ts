// Whatever the chart's ServiceAccounts may do, right by right: one more or one less is a failure.
import { deepStrictEqual } from 'node:assert/strict';
import type { Manifest, RenderedChart } from './rendered-chart.ts';

/** Lists come from the API server's cache; what decides is read by its name. */
const LISTED = [
  'limitranges',
  'nodes',
  'pods',
  'resourcequotas',
  'settings.harvesterhci.io',
  'kubevirts.kubevirt.io',
  'virtualmachineinstancemigrations.kubevirt.io',
  'virtualmachineinstances.kubevirt.io',
];
const READ_BY_NAME = [
  'namespaces',
  'resourcequotas',
  'virtualmachineinstancemigrations.kubevirt.io',
  'virtualmachineinstances.kubevirt.io',
];
const WEBHOOK_CONFIGURATIONS = [
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
];

function rights(verbs: readonly string[], resources: readonly string[], name = ''): string[] {
  return resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}${name && ` called ${name}`}`));
}

/** A line for each verb, resource and name that a role allows. */
function rightsOf(role: Manifest): string[] {
  const rows: string[] = role.rules.flatMap(({ apiGroups, resources, verbs, resourceNames = [''] }: Manifest) =>
    apiGroups.flatMap((group: string) =>
      resourceNames.flatMap((name: string) =>
        rights(
          verbs,
          resources.map((resource: string) => `${resource}${group && `.${group}`}`),
          name,
        ),
      ),
    ),
  );
  return rows.sort();
}

/** The rights that a ServiceAccount has, and where. */
function grantedTo(chart: RenderedChart, account: string): Record<string, string[]> {
  const bindings = chart.objects.filter(
    ({ kind, subjects }) =>
      /^(Cluster)?RoleBinding$/.test(kind) &&
      subjects.some((one: Manifest) => one.name === account && one.namespace === chart.namespace),
  );
  return Object.fromEntries(
    bindings.map(({ kind, roleRef, metadata }) => {
      const role = chart.objects.find(
        (one) =>
          one.kind === roleRef.kind &&
          one.metadata.name === roleRef.name &&
          one.metadata.namespace === metadata.namespace,
      );
      return [kind === 'ClusterRoleBinding' ? 'everywhere' : metadata.namespace, rightsOf(role)];
    }),
  );
}

/** As its pods are told, whatever the values say. */
function writesEvents(chart: RenderedChart): boolean {
  const [container] = chart.objects.find(({ kind }) => kind === 'Deployment').spec.template.spec.containers;
  return container.args.includes('--events=on');
}

export const RBAC_RULES: Readonly<Record<string, (chart: RenderedChart) => void>> = {
  'headroom may do what it does, and nothing else': (chart) => {
    const { name, namespace, mode } = chart;
    const isSelfManaged = mode === 'self-managed';
    deepStrictEqual(grantedTo(chart, name), {
      everywhere: [
        ...rights(['list'], LISTED),
        ...rights(['get'], READ_BY_NAME),
        ...(isSelfManaged ? rights(['get', 'patch'], WEBHOOK_CONFIGURATIONS, name) : []),
        ...(writesEvents(chart) ? rights(['create', 'patch'], ['events']) : []),
      ].sort(),
      [namespace]: [
        ...rights(['get', 'update'], ['configmaps'], `${name}-reservations`),
        ...rights(['create'], ['configmaps']),
        ...(isSelfManaged ? rights(['get', 'update'], ['secrets'], `${name}-certificates`) : []),
        ...(isSelfManaged ? rights(['create'], ['secrets']) : []),
      ].sort(),
    });
  },

  'the self-test may create migrations in one namespace, and nothing else': (chart) => {
    const [argument] = chart.objects.find(({ kind }) => kind === 'Pod').spec.containers[0].args.slice(1);
    deepStrictEqual(grantedTo(chart, `${chart.name}-self-test`), {
      [argument.replace('--namespace=', '')]: ['create virtualmachineinstancemigrations.kubevirt.io'],
    });
  },

  'no other account is given anything': (chart) => {
    const accounts = chart.objects.flatMap(({ subjects = [] }) =>
      subjects.map((one: Manifest) => `${one.kind} ${one.name}`),
    );
    deepStrictEqual([...new Set(accounts)].sort(), [
      `ServiceAccount ${chart.name}`,
      `ServiceAccount ${chart.name}-self-test`,
    ]);
  },
};
