import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Json } from '../../builders/json.ts';
import { amountText } from '../harness/harvester-amounts.ts';
import type { Charge } from './charge.ts';
import type { Outcome } from './judgement.ts';

export interface Observed {
  readonly migration: Json;
  readonly vmi: string;
  readonly outcome: Outcome;
  readonly charge?: Charge;
  readonly lastMessage: string;
}

/** Writes what was asked of what, and what became of it, as a folder for `headroom replay`; gives its path. */
export async function writeScenario(
  parent: string,
  name: string,
  before: readonly Json[],
  observed: readonly Observed[],
): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder, { recursive: true });
  const yaml = (objects: readonly Json[]): string => objects.map((object) => stringify(object)).join('---\n');
  await writeFile(join(folder, 'before.yaml'), yaml(before));
  await writeFile(join(folder, 'vmims.yaml'), yaml(observed.map(({ migration }) => asAsked(migration))));
  const migrations = observed.map((one) => [nameOf(one.migration), outcomeOf(one)] as const);
  const outcome = { migrations: Object.fromEntries(migrations) };
  await writeFile(join(folder, 'outcome.json'), `${JSON.stringify(outcome, undefined, 2)}\n`);
  return folder;
}

function nameOf(migration: Json): string {
  return String((migration.metadata as Json).name);
}

/** Without what headroom and the API server added. */
function asAsked({ apiVersion, kind, metadata, spec }: Json): Json {
  const { name, namespace, labels } = metadata as Json;
  return { apiVersion, kind, metadata: { name, namespace, labels }, spec };
}

function outcomeOf({ vmi, outcome, charge, lastMessage }: Observed): Json {
  const amounts = [...(charge ?? [])].map(([key, amount]) => [key, amountText(amount)]);
  const targetPodCharge = charge === undefined ? null : Object.fromEntries(amounts);
  const stage = (isIn: boolean): Json => ({
    result: isIn ? 'admitted' : 'quota-rejected',
    targetPodCharge: isIn ? targetPodCharge : null,
  });
  return { vmi, whileHeld: stage(outcome === 'admitted'), settled: stage(outcome !== 'refused'), lastMessage };
}
