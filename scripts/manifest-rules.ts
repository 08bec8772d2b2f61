// What holds of the chart's objects in every way to install it. A rule throws where it does not.
import { deepStrictEqual, ok } from 'node:assert/strict';
import { webhooks } from '../src/admission/answer-review.ts';
import { describedSettings, serveConfig } from '../src/config/serve-config.ts';
import { isDashboard, monitoringKinds } from './monitoring-rules.ts';
import type { Manifest, RenderedChart } from './rendered-chart.ts';

/** For what is still being answered once draining is over, as src/server/listen.ts has it. */
const CLOSING_SECONDS = 10;
const CLUSTER_SCOPED = /^(ClusterRole|ClusterRoleBinding|(Validating|Mutating)WebhookConfiguration)$/;

const CREATED = { apiVersions: ['v1'], operations: ['CREATE'], scope: 'Namespaced' };
const OF_MIGRATIONS = {
  rules: [{ ...CREATED, apiGroups: ['kubevirt.io'], resources: ['virtualmachineinstancemigrations'] }],
  objectSelector: undefined,
  sideEffects: 'NoneOnDryRun',
};
const OF_PODS = {
  rules: [{ ...CREATED, apiGroups: [''], resources: ['pods'] }],
  objectSelector: { matchLabels: { 'kubevirt.io': 'virt-launcher' } },
  sideEffects: 'None',
};

function ofKind({ objects }: RenderedChart, ...kinds: readonly string[]): Manifest[] {
  return objects.filter(({ kind }) => kinds.includes(kind));
}
function isHook(object: Manifest): boolean {
  return object.metadata.annotations?.['helm.sh/hook'] !== undefined;
}
function deploymentOf(chart: RenderedChart): Manifest {
  const [deployment, ...others] = ofKind(chart, 'Deployment');
  deepStrictEqual(others, []);
  return deployment;
}
function containerOf(chart: RenderedChart): Manifest {
  return deploymentOf(chart).spec.template.spec.containers[0];
}
function webhooksOf(chart: RenderedChart): Manifest[] {
  return ofKind(chart, 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration').flatMap((one) => one.webhooks);
}
/** The one that the API server calls. */
function serviceOf(chart: RenderedChart): Manifest {
  return ofKind(chart, 'Service').find(({ metadata }) => metadata.name === chart.name);
}
/** The authorities of clients, where the values give some. */
function clientAuthorityOf(chart: RenderedChart): Manifest {
  return ofKind(chart, 'ConfigMap').find(({ metadata }) => metadata.name === `${chart.name}-client-ca`);
}
/** What headroom fills in itself. */
function stateOf(chart: RenderedChart, ...kinds: readonly string[]): Manifest[] {
  return ofKind(chart, ...kinds).filter((object) => object !== clientAuthorityOf(chart) && !isDashboard(object));
}
/** The settings that the Deployment gives, by their names in camel case. */
function flagsOf(chart: RenderedChart): Record<string, string> {
  const [command, ...args]: string[] = containerOf(chart).args;
  deepStrictEqual(command, 'serve');
  return Object.fromEntries(
    args.map((arg) => {
      const [, name = '', value = ''] = /^--([a-z-]+)=(.+)$/.exec(arg) ?? [];
      ok(name !== '', `${arg} is not --name=value`);
      return [name.replace(/-[a-z]/g, (letter) => letter.slice(1).toUpperCase()), value];
    }),
  );
}

export const MANIFEST_RULES: Readonly<Record<string, (chart: RenderedChart) => void>> = {
  'the objects are those of the mode': (chart) => {
    const expected = [
      'ServiceAccount Deployment PodDisruptionBudget Service ClusterRole ClusterRoleBinding Role RoleBinding ConfigMap',
      'ValidatingWebhookConfiguration MutatingWebhookConfiguration',
      chart.mode === 'self-managed' ? 'Secret' : '',
      clientAuthorityOf(chart) === undefined ? '' : 'ConfigMap',
      chart.args.some((arg) => arg.includes('networkPolicy.enabled=true')) ? 'NetworkPolicy' : '',
      ...monitoringKinds(chart),
    ].flatMap((kinds) => kinds.split(' ').filter((kind) => kind !== ''));
    const issued = chart.objects.filter(({ apiVersion }) => apiVersion === 'cert-manager.io/v1');
    deepStrictEqual(issued.length > 0, chart.mode === 'cert-manager');
    const kinds = chart.objects.filter((one) => !isHook(one) && !issued.includes(one)).map(({ kind }) => kind);
    deepStrictEqual(kinds.sort(), expected.sort());
  },

  'every namespaced object says its namespace, and every one has the labels': (chart) => {
    for (const { kind, metadata } of chart.objects) {
      ok(CLUSTER_SCOPED.test(kind) ? metadata.namespace === undefined : metadata.namespace, `${kind} ${metadata.name}`);
      for (const label of ['name', 'instance', 'version', 'managed-by']) {
        ok(metadata.labels[`app.kubernetes.io/${label}`], `${kind} ${metadata.name} has no label ${label}`);
      }
    }
  },

  'pods are restricted': (chart) => {
    const specs = [deploymentOf(chart).spec.template.spec, ...ofKind(chart, 'Pod').map(({ spec }) => spec)];
    for (const spec of specs) {
      const { hostNetwork, hostPID, hostIPC, volumes = [], containers, enableServiceLinks, securityContext } = spec;
      deepStrictEqual(
        { hostNetwork, hostPID, hostIPC },
        { hostNetwork: undefined, hostPID: undefined, hostIPC: undefined },
      );
      deepStrictEqual(enableServiceLinks, false);
      deepStrictEqual(spec.automountServiceAccountToken, true);
      deepStrictEqual(securityContext, {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { name, ...source } of volumes) {
        deepStrictEqual(
          [name, ...Object.keys(source)],
          name === 'tls' ? ['tls', 'secret'] : ['client-ca', 'configMap'],
        );
      }
      for (const container of containers) {
        deepStrictEqual(container.securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        ok(container.resources.requests.memory && container.resources.limits.memory, 'no amount of memory');
      }
    }
  },

  'the Deployment replaces a pod before it takes one away, and lets each end in peace': (chart) => {
    const { spec } = deploymentOf(chart);
    deepStrictEqual(spec.strategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
    const drainSeconds = Number(flagsOf(chart).drain);
    ok(spec.template.spec.terminationGracePeriodSeconds >= drainSeconds + CLOSING_SECONDS + 5, 'killed while closing');
    const [spread] = spec.template.spec.topologySpreadConstraints;
    deepStrictEqual([spread.topologyKey, spread.whenUnsatisfiable], ['kubernetes.io/hostname', 'ScheduleAnyway']);
    const evicting = spec.template.spec.tolerations.filter((one: Manifest) => one.effect === 'NoExecute');
    deepStrictEqual(
      evicting.map((one: Manifest) => one.key),
      ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'],
    );
    for (const { tolerationSeconds } of evicting) ok(tolerationSeconds <= 30, 'stays too long on a dead node');
  },

  'every selector finds the pods that answer, and none the self-test': (chart) => {
    const { spec } = deploymentOf(chart);
    const { labels } = spec.template.metadata;
    const selectors = [
      spec.selector.matchLabels,
      spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels,
      ...ofKind(chart, 'Service').map((service) => service.spec.selector),
      ...ofKind(chart, 'PodDisruptionBudget').map((budget) => budget.spec.selector.matchLabels),
      ...ofKind(chart, 'NetworkPolicy').map((policy) => policy.spec.podSelector.matchLabels),
    ];
    for (const selector of selectors) deepStrictEqual(selector, labels);
    for (const { metadata } of ofKind(chart, 'Pod')) {
      ok(metadata.labels['app.kubernetes.io/component'] !== labels['app.kubernetes.io/component']);
    }
  },

  'ports and probes are those that the program is told': (chart) => {
    const { port, adminPort } = flagsOf(chart);
    const container = containerOf(chart);
    deepStrictEqual(container.ports, [
      { name: 'webhook', containerPort: Number(port) },
      { name: 'admin', containerPort: Number(adminPort) },
    ]);
    const paths = [container.startupProbe, container.readinessProbe, container.livenessProbe].map(
      ({ httpGet }) => httpGet,
    );
    deepStrictEqual(paths, [
      { path: '/livez', port: 'admin' },
      { path: '/readyz', port: 'admin' },
      { path: '/livez', port: 'admin' },
    ]);
    deepStrictEqual(serviceOf(chart).spec.ports, [{ name: 'webhook', port: 443, targetPort: 'webhook' }]);
  },

  'every argument is a setting that serve knows, with a value that it takes': (chart) => {
    const known = describedSettings().map(({ flag }) => flag);
    for (const arg of containerOf(chart).args.slice(1)) ok(known.includes(arg.split('=')[0]), `${arg} is no setting`);
    const flags = flagsOf(chart);
    const { decisionTimeoutSeconds } = serveConfig(flags, {});
    for (const { timeoutSeconds } of webhooksOf(chart)) ok(decisionTimeoutSeconds < timeoutSeconds, 'decides too late');
    deepStrictEqual(flags.ownNamespace, chart.namespace);
    deepStrictEqual(flags.reservations, stateOf(chart, 'ConfigMap')[0].metadata.name);
    deepStrictEqual(flags.clientCa, clientAuthorityOf(chart) && '/etc/headroom/client-ca/ca.crt');
    deepStrictEqual(flags.clientName, clientAuthorityOf(chart) && 'kube-apiserver,other one');
    const [secret] = ofKind(chart, 'Secret');
    deepStrictEqual(flags.certificateSecret, secret?.metadata.name);
    deepStrictEqual(flags.webhookConfiguration, secret && chart.name);
    deepStrictEqual(flags.serviceName, secret && serviceOf(chart).metadata.name);
  },

  'what headroom fills in comes without data, so that an upgrade keeps it': (chart) => {
    for (const object of stateOf(chart, 'ConfigMap', 'Secret')) {
      deepStrictEqual([object.data, object.stringData, object.immutable], [undefined, undefined, undefined]);
    }
  },

  'webhooks are called for creations alone, and at the paths that are served': (chart) => {
    deepStrictEqual(
      webhooksOf(chart)
        .map(({ clientConfig }) => clientConfig.service.path)
        .sort(),
      [...webhooks.keys()].sort(),
    );
    for (const webhook of webhooksOf(chart)) {
      const isOfPods = webhook.clientConfig.service.path === '/mutate/pods';
      const { rules, objectSelector, sideEffects } = webhook;
      deepStrictEqual({ rules, objectSelector, sideEffects }, isOfPods ? OF_PODS : OF_MIGRATIONS);
      deepStrictEqual(webhook.matchPolicy, 'Equivalent');
      const isStrict = chart.args.some((arg) => arg.includes('failurePolicy=Fail'));
      deepStrictEqual(webhook.failurePolicy, isStrict && !isOfPods ? 'Fail' : 'Ignore');
    }
  },

  'webhooks lead to the Service, and are not called for its own namespace': (chart) => {
    for (const { clientConfig, namespaceSelector } of webhooksOf(chart)) {
      const { service, caBundle } = clientConfig;
      deepStrictEqual([service.name, service.namespace, service.port], [chart.name, chart.namespace, 443]);
      deepStrictEqual(typeof caBundle, chart.mode === 'secret' ? 'string' : 'undefined');
      const [{ key, operator, values }] = namespaceSelector.matchExpressions;
      deepStrictEqual([key, operator], ['kubernetes.io/metadata.name', 'NotIn']);
      ok(values.includes(chart.namespace), 'asked about its own namespace');
    }
  },

  'helm test takes away what it made': (chart) => {
    const hooks = chart.objects.filter(isHook);
    deepStrictEqual(hooks.map(({ kind }) => kind).sort(), ['Pod', 'Role', 'RoleBinding', 'ServiceAccount']);
    for (const { metadata } of hooks) {
      deepStrictEqual(metadata.annotations['helm.sh/hook-delete-policy'], 'before-hook-creation,hook-succeeded');
    }
  },
};
