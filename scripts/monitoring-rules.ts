// What holds of the objects that Prometheus's operator and Grafana read, in every way to install the chart.
import { deepStrictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Manifest, type RenderedChart, readYaml } from './rendered-chart.ts';

const RULES_FILE = 'charts/headroom/rules/headroom.yaml';
const DASHBOARD_FILE = 'charts/headroom/dashboards/headroom.json';

/** Kinds that monitoring adds to the chart's objects. */
export function monitoringKinds(chart: RenderedChart): readonly string[] {
  if (!isSet(chart, 'monitoring.enabled=true')) return [];
  return [
    'Service',
    'ServiceMonitor',
    ...(isSet(chart, 'monitoring.rules.enabled=false') ? [] : ['PrometheusRule']),
    ...(isSet(chart, 'monitoring.dashboard.enabled=false') ? [] : ['ConfigMap']),
  ];
}

/** Of the chart's ConfigMaps the one that is Grafana's. */
export function isDashboard({ kind, metadata }: Manifest): boolean {
  return kind === 'ConfigMap' && metadata.labels.grafana_dashboard !== undefined;
}

function isSet({ args }: RenderedChart, value: string): boolean {
  return args.some((arg) => arg.includes(value));
}

function only(chart: RenderedChart, kind: string, name: string): Manifest | undefined {
  return chart.objects.find((object) => object.kind === kind && object.metadata.name === name);
}

/** What a ServiceMonitor's selector and port find, of the Services of its own namespace. */
function scraped({ objects }: RenderedChart, monitor: Manifest): readonly Manifest[] {
  const wanted = Object.entries(monitor.spec.selector.matchLabels);
  return objects
    .filter(({ kind, metadata }) => kind === 'Service' && metadata.namespace === monitor.metadata.namespace)
    .filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels[key] === value))
    .flatMap(({ spec }) => spec.ports.filter(({ name }: Manifest) => name === monitor.spec.endpoints[0].port));
}

export const MONITORING_RULES: Readonly<Record<string, (chart: RenderedChart) => void>> = {
  'the ServiceMonitor finds the port of the metrics, once, and the webhook keeps a Service of its own': (chart) => {
    const monitor = only(chart, 'ServiceMonitor', chart.name);
    if (monitor === undefined) return;
    deepStrictEqual(scraped(chart, monitor), [{ name: 'metrics', port: 8080, targetPort: 'admin' }]);
    deepStrictEqual(only(chart, 'Service', `${chart.name}-metrics`)?.spec.clusterIP, 'None');
    const [endpoint, ...others] = monitor.spec.endpoints;
    deepStrictEqual([endpoint.path, endpoint.honorLabels, others], ['/metrics', true, []]);
    deepStrictEqual(endpoint.interval, isSet(chart, 'monitoring.interval') ? '15s' : undefined);
  },

  'the alerts are those of the file that promtool tests': (chart) => {
    const rule = only(chart, 'PrometheusRule', chart.name);
    if (rule === undefined) return;
    const expected = readYaml(RULES_FILE);
    if (isSet(chart, 'runbookURL')) {
      for (const { annotations } of expected.groups[0].rules) {
        const section = annotations.runbook.replace('docs/runbook.md', '');
        annotations.runbook_url = `https://docs.example.internal/runbook.html${section}`;
      }
    }
    deepStrictEqual(rule.spec, expected);
  },

  'the dashboard is the file, where the sidecar of Grafana looks for it': (chart) => {
    const dashboard = chart.objects.find(isDashboard);
    if (dashboard === undefined) return;
    const { namespace, labels } = dashboard.metadata;
    deepStrictEqual(namespace, isSet(chart, 'dashboard.namespace') ? 'grafana' : 'cattle-dashboards');
    deepStrictEqual(labels.grafana_dashboard, '1');
    deepStrictEqual(Object.keys(dashboard.data), ['headroom.json']);
    deepStrictEqual(dashboard.data['headroom.json'], readFileSync(DASHBOARD_FILE, 'utf8').trim());
  },

  'labels by which a Prometheus chooses are on what it chooses, and change none of the chart': (chart) => {
    for (const kind of ['ServiceMonitor', 'PrometheusRule']) {
      const labels = only(chart, kind, chart.name)?.metadata.labels;
      if (labels === undefined) continue;
      deepStrictEqual(labels.release, isSet(chart, 'monitoring.labels') ? 'prometheus' : undefined);
      deepStrictEqual(labels['app.kubernetes.io/name'], 'headroom');
    }
  },
};
