import type { Forecast, QuotaLine } from '../../../src/forecast/forecast.ts';
import { forecastTogether, prepare } from '../../../src/forecast/forecast-migrations.ts';
import { Quantity } from '../../../src/quantity/quantity.ts';
import { forecastObjects } from '../../builders/forecast-objects.ts';
import type { Amounts, Json } from '../../builders/json.ts';
import type { Room, SituationDraft } from './draft.ts';

/** By quota, the limits of its keys. */
export type Hards = ReadonlyMap<string, Amounts>;

/** More than any VM needs; not so much that sums leave the range of an int64. */
const PLENTY: Readonly<Record<'cpu' | 'memory' | 'count', string>> = { cpu: '100k', memory: '100Ti', count: '100k' };

const OFFSETS: Readonly<Record<Room, Readonly<Record<'cpu' | 'memory' | 'count', bigint>>>> = {
  exact: { cpu: 0n, memory: 0n, count: 0n },
  'one-more': { cpu: 1n, memory: 1n, count: 1n },
  'little-more': { cpu: 20n, memory: 70_000_000n, count: 1n },
  lots: { cpu: 100_000n, memory: 200n * 2n ** 30n, count: 50n },
  'one-less': { cpu: -1n, memory: -1n, count: -1n },
  'one-mi-less': { cpu: -10n, memory: -(2n ** 20n), count: -1n },
  'little-less': { cpu: -16n, memory: -61_000_000n, count: -1n },
  'far-less': { cpu: -5000n, memory: -(3n * 2n ** 30n), count: -2n },
};

function unitOf(key: string): 'cpu' | 'memory' | 'count' {
  if (key.endsWith('cpu')) return 'cpu';
  return key.endsWith('memory') ? 'memory' : 'count';
}

/** Limits under which everything starts. */
export function plentiful({ quotas }: SituationDraft): Hards {
  return new Map(
    quotas.map(({ name, rooms }) => [
      name,
      Object.fromEntries(Object.keys(rooms).map((key) => [key, PLENTY[unitOf(key)]])),
    ]),
  );
}

/**
 * Limits about the edge at which the answer turns: what is used and what the first target pods need, less what Harvester
 * will add for them, and the offset of each room. Where the edge is is the forecast's own word; a wrong one shows as a
 * pod that comes or stays away against it.
 */
export function roomy(draft: SituationDraft, namespace: string, objects: readonly Json[]): Hards {
  const prepared = prepare(forecastObjects(objects, namespace));
  const forecasts = draft.vms.flatMap(({ name }) => forecastTogether(prepared, [name]));
  const counted = forecasts.slice(0, draft.roomFor);
  const own = new Map(
    draft.quotas.map(({ name, rooms }): [string, Amounts] => {
      const hards = Object.entries(rooms).map(([key, room]) => [key, limitOf({ name, key, room }, counted)]);
      return [name, Object.fromEntries(hards)];
    }),
  );
  return sharedLimits(draft, own);
}

/** Harvester gives every default quota the limits of the namespace, which are here those of the first. */
function sharedLimits({ quotas }: SituationDraft, hards: Hards): Hards {
  const defaults = quotas.filter(({ role }) => role === 'default');
  const first = hards.get(defaults[0]?.name ?? '') ?? {};
  const limits = Object.entries(first).filter(([key]) => key.startsWith('limits.'));
  const shared = defaults.map(({ name }) => [name, { ...hards.get(name), ...Object.fromEntries(limits) }] as const);
  return new Map([...hards, ...shared]);
}

interface RoomOfKey {
  readonly name: string;
  readonly key: string;
  readonly room: Room;
}

function limitOf({ name, key, room }: RoomOfKey, forecasts: readonly Forecast[]): string {
  const lines = forecasts.flatMap(({ quotas }) =>
    quotas.filter((line) => line.quota === name && line.resource === key),
  );
  const [first] = lines;
  const unit = unitOf(key);
  if (first === undefined) return PLENTY[unit];
  const wanted = lines.reduce((sum, line) => sum.add(netNeed(line)), first.used);
  const offset = OFFSETS[room][unit];
  const limit = offset < 0n ? wanted.subtract(amount(unit, -offset)) : wanted.add(amount(unit, offset));
  // Harvester leaves a limit of zero alone.
  return limit.isNegative() || limit.isZero() ? '1' : limit.toString();
}

function netNeed({ requested, hard, hardAfterScaleUp }: QuotaLine): Quantity {
  return requested.subtract(hardAfterScaleUp.subtract(hard));
}

function amount(unit: 'cpu' | 'memory' | 'count', value: bigint): Quantity {
  return unit === 'cpu' ? Quantity.parse(`${value}m`) : Quantity.of(value);
}
