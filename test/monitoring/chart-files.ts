import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: unknown;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly Target[];
  readonly transformations?: readonly { readonly id: string; readonly options: { readonly renameByName?: object } }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly Panel[];
}

export const RULES_FILE = pathOf('charts/headroom/rules/headroom.yaml');

/** A file of the repository. */
export function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url));
}

export function readText(file: string): string {
  return readFileSync(pathOf(file), 'utf8');
}

export function readAlerts(): readonly Alert[] {
  const { groups } = parse(readFileSync(RULES_FILE, 'utf8')) as { groups: readonly { rules: readonly Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

export function readDashboard(): Dashboard {
  return JSON.parse(readText('charts/headroom/dashboards/headroom.json'));
}

/** A panel's title, one of its expressions, and the labels that the legend or the columns are made of. */
export interface PanelQuery {
  readonly title: string;
  readonly expr: string;
  readonly labels: readonly string[];
}

export function panelQueries({ panels }: Dashboard): readonly PanelQuery[] {
  return panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ expr, refId, legendFormat }) => {
      const ofLegend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      return { title: `${panel.title} ${refId}`, expr, labels: [...ofLegend, ...columnsOf(panel)] };
    }),
  );
}

function columnsOf({ transformations = [] }: Panel): readonly string[] {
  const named = transformations.flatMap(({ options }) => Object.keys(options.renameByName ?? {}));
  return named.filter((name) => name !== 'Value');
}
