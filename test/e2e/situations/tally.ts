import type { Judged } from './situation-run.ts';

export interface Tally {
  readonly migrations: number;
  /** `fits`, `exceeds to fits`, …, each with how often it came so. */
  readonly verdicts: ReadonlyMap<string, number>;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly denied: number;
  /** Of those that fit, how many do so by Harvester's doing alone. */
  readonly scaledUp: number;
  readonly compensated: number;
  readonly unknownReasons: readonly string[];
}

export function tallyOf(judged: readonly Judged[]): Tally {
  const said = ({ foretold: { verdict, atBest } }: Judged) =>
    atBest === undefined ? verdict : `${verdict} to ${atBest}`;
  const unknown = judged.filter(({ foretold }) => foretold.verdict === 'unknown');
  const fitting = judged.filter(({ foretold }) => foretold.verdict === 'fits');
  return {
    migrations: judged.length,
    verdicts: counted(judged.map(said)),
    outcomes: counted(judged.map(({ outcome }) => outcome)),
    scaledUp: fitting.filter(({ foretold }) => foretold.needsScaleUp).length,
    compensated: fitting.filter(({ foretold }) => foretold.needsCompensation).length,
    denied: judged.filter(({ wasDenied }) => wasDenied).length,
    unknownReasons: [...new Set(unknown.map(({ foretold }) => foretold.reason ?? ''))],
  };
}

export function shareOf(tally: Tally, verdict: string): number {
  return (tally.verdicts.get(verdict) ?? 0) / Math.max(1, tally.migrations);
}

/** Where more than one thing may come, as it does of migrations that race for room. */
export function uncertainShareOf(tally: Tally): number {
  const names = [...tally.verdicts.keys()].filter((name) => name.includes(' to '));
  return names.reduce((sum, name) => sum + shareOf(tally, name), 0);
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    [...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]).sort() as [string, number][],
  );
}

export function tallyText(tally: Tally): string {
  const text = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
  return [
    `${tally.migrations} migrations`,
    `foretold: ${text(tally.verdicts)}`,
    `fits by scale-up: ${tally.scaledUp}, by compensation: ${tally.compensated}`,
    `came: ${text(tally.outcomes)}`,
    `denied to users: ${tally.denied}`,
    ...tally.unknownReasons.map((reason) => `unknown: ${reason}`),
  ].join('; ');
}
