import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What a control plane did with some migrations, and the objects that it did it with. */
export interface Scenario {
  /** Three digits: below 300 by the rules of Harvester 1.7.0, above by those of 1.9. */
  readonly name: string;
  /** YAML: the namespace and its cluster right before the migrations were asked for. */
  readonly before: string;
  /** YAML: the migrations, in the order in which they were created. */
  readonly vmims: string;
  readonly outcome: {
    readonly quotaKind: string;
    readonly class?: string;
    readonly migrations: Readonly<Record<string, { readonly vmi: string }>>;
  };
}

const folder = new URL('.', import.meta.url);

export const scenarioNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json.gz'))
  .map((file) => file.slice(0, 3))
  .sort();

export function loadScenario(name: string): Scenario {
  const text = gunzipSync(readFileSync(new URL(`${name}.json.gz`, folder))).toString('utf8');
  return { name, ...JSON.parse(text) };
}

/** Writes a scenario as the folder that `headroom replay` reads. */
export async function writeScenario({ name, before, vmims, outcome }: Scenario, parent: string): Promise<string> {
  const path = join(parent, name);
  await mkdir(path);
  await writeFile(join(path, 'before.yaml'), before);
  await writeFile(join(path, 'vmims.yaml'), vmims);
  await writeFile(join(path, 'outcome.json'), JSON.stringify(outcome));
  return path;
}
