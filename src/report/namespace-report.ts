import type { Forecast, QuotaLine, Verdict } from '../forecast/forecast.ts';
import type { Prepared } from '../forecast/forecast-migrations.ts';
import type { QuotaFacts } from '../forecast/namespace-facts.ts';
import { baseOfKey } from '../harvester/managed-quota.ts';
import type { Quantity } from '../quantity/quantity.ts';
import type { NamespaceOutlook, NamespaceReport, Room } from './report-data.ts';
import { spareShare } from './standing.ts';

/** A namespace with the room that each quota key has for the most demanding of its migrations. */
export function namespaceReport(
  prepared: Prepared,
  forecasts: readonly Forecast[],
  outlook: NamespaceOutlook | undefined,
): NamespaceReport {
  return { name: prepared.objects.namespace.name, forecasts, rooms: roomsOf(prepared, forecasts), outlook };
}

function roomsOf({ ground }: Prepared, forecasts: readonly Forecast[]): readonly Room[] {
  const rooms = new Map<string, RoomOfVm>();
  for (const { vmi, verdict, quotas } of forecasts) {
    for (const line of quotas) {
      const key = JSON.stringify([line.quota, line.resource]);
      rooms.set(key, tighter(rooms.get(key), { line, vmi, outcome: outcomeOf(verdict, line) }));
    }
  }
  const facts = ground.kind === 'known' ? ground.namespace.quotas : [];
  return [...rooms.values()].map((room) => ({ ...room, base: baseOf(facts, room.line) }));
}

type RoomOfVm = Omit<Room, 'base'>;

const OUTCOMES: readonly Room['outcome'][] = ['exceeds', 'waits', 'fits'];

function outcomeOf(verdict: Verdict, { cause }: QuotaLine): Room['outcome'] {
  if (cause === undefined) return 'fits';
  return verdict === 'waits' ? 'waits' : 'exceeds';
}

/** Of two VMs that ask of the same key, the one that is worse off; how many are short is counted on the way. */
function tighter(room: RoomOfVm | undefined, other: Omit<RoomOfVm, 'shortCount'>): RoomOfVm {
  const shortCount = (room?.shortCount ?? 0) + (other.outcome === 'fits' ? 0 : 1);
  if (room === undefined) return { ...other, shortCount };
  const difference = OUTCOMES.indexOf(room.outcome) - OUTCOMES.indexOf(other.outcome);
  const isKept = difference < 0 || (difference === 0 && spareShare(room.line) <= spareShare(other.line));
  return isKept ? { ...room, shortCount } : { ...other, shortCount };
}

/** The figure that somebody has set, without what Harvester adds to it for migrations. */
function baseOf(quotas: readonly QuotaFacts[], line: QuotaLine): Quantity | undefined {
  const facts = quotas.find(({ quota }) => quota.metadata.name === line.quota);
  const base = facts?.bases && baseOfKey(facts.bases, facts.quota, line.resource);
  return base?.kind === 'scaled' ? base.base : facts?.specHard.get(line.resource);
}
