// Whether a page of metrics and what a server publishes are the same metrics.

/** A row of a table in docs/metrics.md. */
interface DocumentedMetric {
  readonly type: string;
  readonly labels: readonly string[];
}

/** Published by the Prometheus client, and documented as one. */
const GROUPS = ['process_', 'nodejs_'];
const ROW = /^\| `(headroom_[a-z_]+)` \| (\w+) \|([^|]*)\| \S/gm;

function documentedMetrics(page: string): ReadonlyMap<string, DocumentedMetric> {
  const rows = [...page.matchAll(ROW)].map(([, name = '', type = '', labels = '']): [string, DocumentedMetric] => {
    return [name, { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).sort() }];
  });
  return new Map(rows);
}

/** What is published and not documented, documented and not published, or otherwise than documented. */
export function metricFaults(exposition: string, page: string): readonly string[] {
  const documented = documentedMetrics(page);
  const published = new Map(
    [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => [name, type]),
  );
  const own = [...published].filter(([name]) => !GROUPS.some((group) => name.startsWith(group)));
  return [
    ...[...documented.keys()]
      .filter((name) => !published.has(name))
      .map((name) => `${name}: documented, not published`),
    ...own.flatMap(([name, type]) => {
      const row = documented.get(name);
      if (row === undefined) return [`${name}: published, not documented`];
      return row.type === type ? [] : [`${name}: published as ${type}, documented as ${row.type}`];
    }),
    ...[...documented].flatMap(([name, { labels }]) => labelFaults(exposition, name, labels)),
    ...GROUPS.filter((group) => !page.includes(`\`${group}*\``)).map((group) => `${group}*: not documented`),
  ];
}

function labelFaults(exposition: string, name: string, documented: readonly string[]): readonly string[] {
  const samples = exposition.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:\\{(.*)\\})? \\S+$`, 'gm'));
  const found = new Set(
    [...samples].map(([, labels = '']) => {
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
      return names
        .filter((label) => label !== 'le')
        .sort()
        .join();
    }),
  );
  found.delete(documented.join());
  return [...found].map(
    (labels) => `${name}: published with ${labels || 'no labels'}, documented with ${documented.join() || 'none'}`,
  );
}
