import * as z from 'zod';
import type { Forecast, KnownVerdict } from '../forecast/forecast.ts';
import { Quantity } from '../quantity/quantity.ts';

const stageShape = z.object({
  result: z.enum(['admitted', 'quota-rejected']),
  targetPodCharge: z.record(z.string(), z.string()).nullish(),
});

const migrationShape = z.object({
  vmi: z.string(),
  whileHeld: stageShape,
  settled: stageShape,
  lastMessage: z.string().nullish(),
});

/** What of an `outcome.json` is judged by. */
export const outcomeShape = z.object({
  quotaKind: z.string().nullish(),
  migrations: z.record(z.string(), migrationShape),
});
export type Observed = z.infer<typeof outcomeShape>;
type ObservedMigration = z.infer<typeof migrationShape>;

const RANK: Readonly<Record<KnownVerdict, number>> = { exceeds: 0, waits: 1, fits: 2 };

/**
 * What of the forecasts the control plane contradicts: one migration must be foretold exactly, one of a set between
 * `verdict` and `atBest`; the target pod's charge always, and the refusal's figures where it stood alone.
 */
export function scenarioDifferences(
  names: readonly string[],
  forecasts: readonly Forecast[],
  observed: Observed,
): readonly string[] {
  return names.flatMap((name, index) => {
    const migration = observed.migrations[name];
    const forecast = forecasts[index] as Forecast;
    if (migration === undefined) return [`${name}: outcome.json says nothing of it`];
    if (forecast.verdict === 'unknown') return unknownDifferences(name, forecast, observed);
    const alone = names.length === 1;
    const differences = [...verdictDifferences(migration, forecast), ...chargeDifferences(migration, forecast)];
    return [...differences, ...(alone ? refusalDifferences(migration, forecast) : [])].map(
      (text) => `${name}: ${text}`,
    );
  });
}

/** Of two default quotas Harvester scales whichever it lists first, which the snapshot does not tell. */
function unknownDifferences(name: string, { reason }: Forecast, { quotaKind }: Observed): string[] {
  return quotaKind === 'two-default' ? [] : [`${name}: unknown, ${reason}`];
}

function observedVerdict({ whileHeld, settled }: ObservedMigration): KnownVerdict {
  if (whileHeld.result === 'admitted') return 'fits';
  return settled.result === 'admitted' ? 'waits' : 'exceeds';
}

function verdictDifferences(migration: ObservedMigration, { verdict, atBest = verdict }: Forecast): string[] {
  const actual = observedVerdict(migration);
  const [least, most] = [RANK[verdict as keyof typeof RANK], RANK[atBest as keyof typeof RANK]];
  if (least <= RANK[actual] && RANK[actual] <= most) return [];
  return [`forecast ${verdict === atBest ? verdict : `${verdict} to ${atBest}`}, it was ${actual}`];
}

function chargeDifferences({ whileHeld, settled }: ObservedMigration, { target }: Forecast): string[] {
  const charge = settled.targetPodCharge ?? whileHeld.targetPodCharge ?? {};
  return Object.entries(charge).flatMap(([key, amount]) => {
    const foretold = target.get(key) ?? Quantity.zero;
    return foretold.equals(Quantity.parse(amount)) ? [] : [`target pod ${key}: forecast ${foretold}, it was ${amount}`];
  });
}

const REFUSAL = /exceeded quota: ([^,:]+), requested: ([^:]*), used: ([^:]*), limited: ([^:]*)$/;

/** A refusal that stood to the end names the figures that the forecast must have named. */
function refusalDifferences(migration: ObservedMigration, { quotas }: Forecast): string[] {
  const refusal = observedVerdict(migration) === 'exceeds' ? REFUSAL.exec(migration.lastMessage ?? '') : null;
  if (refusal === null) return [];
  const [, quota, requested, used, limited] = refusal.map(String);
  return [...amounts(requested)].flatMap(([key, amount]) => {
    const line = quotas.find((one) => one.quota === quota && one.resource === key && one.shortBy !== undefined);
    if (line === undefined) return [`${quota} ${key}: refused, but not foretold as short`];
    const foretold = `${line.requested} requested, ${line.used} used, ${line.hardAfterScaleUp} limited`;
    const actual = `${amount} requested, ${amounts(used).get(key)} used, ${amounts(limited).get(key)} limited`;
    return foretold === actual ? [] : [`${quota} ${key}: forecast ${foretold}; it was ${actual}`];
  });
}

function amounts(text: string | undefined): ReadonlyMap<string, string> {
  return new Map((text ?? '').split(',').map((pair) => pair.split('=') as [string, string]));
}
