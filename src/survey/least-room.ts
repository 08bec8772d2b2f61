import type { NamespaceSurvey } from './survey.ts';

/** Each namespace is six series in every scrape, and each room two more. */
export interface SurveyBounds {
  readonly mostNamespaces: number;
  readonly mostRooms: number;
}

/** Those to keep where there are too many: namespaces with migrations that exceed, then those with the least room. */
export function withLeastRoom(
  surveys: readonly NamespaceSurvey[],
  { mostNamespaces, mostRooms }: SurveyBounds,
): readonly NamespaceSurvey[] {
  const kept: NamespaceSurvey[] = [];
  let rooms = 0;
  for (const survey of surveys.toSorted(byNeed).slice(0, mostNamespaces)) {
    rooms += survey.rooms.length;
    if (rooms > mostRooms) break;
    kept.push(survey);
  }
  return kept;
}

function byNeed(one: NamespaceSurvey, other: NamespaceSurvey): number {
  const byExcess = Number(other.vms.exceeds > 0) - Number(one.vms.exceeds > 0);
  return byExcess || compared(leastSpare(one), leastSpare(other)) || compared(one.namespace, other.namespace);
}

function leastSpare({ rooms }: NamespaceSurvey): bigint | undefined {
  const spares = rooms.map(({ headroomBytes, shortfallBytes }) => headroomBytes - shortfallBytes);
  return spares.reduce<bigint | undefined>(
    (least, spare) => (least === undefined || spare < least ? spare : least),
    undefined,
  );
}

/** What is not there comes last. */
function compared<T extends bigint | string>(one: T | undefined, other: T | undefined): number {
  if (one === other) return 0;
  if (one === undefined || other === undefined) return one === undefined ? 1 : -1;
  return one < other ? -1 : 1;
}
