import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../e2e/harness/eventually.ts';
import { freePorts } from '../e2e/harness/ports.ts';
import { type Child, startChild, tail } from '../e2e/harness/processes.ts';
import { pathOf, RULES_FILE } from './chart-files.ts';

/** What one of Prometheus's programs is called by. */
export function prometheusProgram(name: 'prometheus' | 'promtool'): string {
  const folder = execFileSync('bash', [pathOf('scripts/install-prometheus.sh')], { encoding: 'utf8' }).trim();
  return join(folder, name);
}

export interface ScrapedTarget {
  /** Host and port. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

interface RuleState {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

/** Of each path its own part. */
interface Answer {
  readonly result: readonly Sample[];
  readonly alerts: readonly ActiveAlert[];
  readonly groups: readonly { readonly rules: readonly RuleState[] }[];
}

/** A Prometheus of its own, which reads and evaluates once a second by the rules of the chart. */
export interface Prometheus {
  query(expression: string): Promise<readonly Sample[]>;
  alerts(): Promise<readonly ActiveAlert[]>;
  rules(): Promise<readonly RuleState[]>;
  stop(): Promise<void>;
}

/** `endpoint` is that of the chart's ServiceMonitor. */
export async function startPrometheus(
  folder: string,
  targets: readonly ScrapedTarget[],
  endpoint: { readonly path: string; readonly honorLabels: boolean },
): Promise<Prometheus> {
  const [port = 0] = await freePorts(1);
  mkdirSync(join(folder, 'data'));
  const configFile = join(folder, 'prometheus.yaml');
  const scrape = {
    job_name: 'headroom',
    honor_labels: endpoint.honorLabels,
    metrics_path: endpoint.path,
    static_configs: targets.map(({ address, labels }) => ({ targets: [address], labels })),
  };
  const interval = { scrape_interval: '1s', evaluation_interval: '1s' };
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify({ global: interval, rule_files: [RULES_FILE], scrape_configs: [scrape] }));
  const child = startChild({
    name: 'prometheus',
    program: prometheusProgram('prometheus'),
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    folder,
  });
  const prometheus = clientOf(`http://127.0.0.1:${port}`, child);
  await eventually('prometheus answers', () => prometheus.rules(), { withinSeconds: 30 });
  return prometheus;
}

function clientOf(url: string, child: Child): Prometheus {
  const get = async (path: string, query: Record<string, string> = {}): Promise<Answer> => {
    if (!child.isRunning()) throw new Error(`prometheus has ended\n${tail(child.logFile)}`);
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`, {
      signal: AbortSignal.timeout(5000),
    });
    const { status, data, error } = (await answer.json()) as { status: string; data: Answer; error?: string };
    if (status !== 'success') throw new Error(`${path} ${JSON.stringify(query)}: ${error}`);
    return data;
  };
  return {
    query: async (expression) => (await get('query', { query: expression })).result,
    alerts: async () => (await get('alerts')).alerts,
    rules: async () => {
      const { groups } = await get('rules');
      return groups.flatMap(({ rules }) => rules);
    },
    stop: async () => void (await child.stop('SIGTERM', 20)),
  };
}
