import { Quantity } from '../../../src/quantity/quantity.ts';
import type { Amounts } from '../../builders/json.ts';
import type { ClusterClient, Stored } from './cluster.ts';
import { eventually } from './eventually.ts';
import { migrationOf } from './kubevirt.ts';

const PREFIX = 'headroom.harvesterhci.io/';

/** The forecast that headroom wrote on a migration. */
export interface WrittenForecast {
  readonly verdict: string;
  readonly next?: string;
  readonly reason?: string;
  readonly needsScaleUp: boolean;
  readonly target: Amounts;
  readonly quotas: readonly {
    readonly quota: string;
    readonly resource: string;
    readonly used: string;
    readonly requested: string;
    readonly hard: string;
    readonly hardAfterScaleUp: string;
    readonly shortBy?: string;
  }[];
}

/** Headroom's annotations, without their prefix. */
export function notesOn({ metadata }: Stored): Readonly<Record<string, string>> {
  const own = Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(PREFIX));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(PREFIX.length), value]));
}

export function forecastOn(migration: Stored): WrittenForecast {
  const { forecast } = notesOn(migration);
  if (forecast === undefined) throw new Error(`${migration.metadata.name} has no forecast`);
  return JSON.parse(forecast);
}

/** What `status.used` and `status.hard` of the quota are to be once the target pod is there. */
export function predictedStatus({ quotas }: WrittenForecast): { readonly used: Amounts; readonly hard: Amounts } {
  const sum = (used: string, requested: string) => Quantity.parse(used).add(Quantity.parse(requested)).toString();
  return {
    used: Object.fromEntries(quotas.map(({ resource, used, requested }) => [resource, sum(used, requested)])),
    hard: Object.fromEntries(quotas.map(({ resource, hardAfterScaleUp }) => [resource, hardAfterScaleUp])),
  };
}

/** Facts of the cluster are kept for some seconds: asks on dry run until the target pod is reckoned to need this much. */
export async function untilReckoned(
  cluster: ClusterClient,
  vmi: { readonly namespace: string; readonly name: string },
  limitsMemory: string,
): Promise<void> {
  await eventually(`headroom reckons with ${limitsMemory} for ${vmi.namespace}/${vmi.name}`, async () => {
    const answer = await cluster.create(migrationOf(vmi.name, vmi.namespace), { dryRun: true });
    // Nothing is denied on facts that have been kept.
    if (answer.kind === 'refused') return;
    const found = forecastOn(answer.object).target['limits.memory'];
    if (found !== limitsMemory) throw new Error(`it reckons with ${found}`);
  });
}
