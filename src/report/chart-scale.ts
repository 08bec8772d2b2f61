/** From amounts to places in a picture. */
export interface Scale {
  readonly at: (amount: number) => number;
  readonly low: number;
  readonly high: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

export function linearScale(amounts: Span, places: Span): Scale {
  const width = amounts.to - amounts.from;
  const at = (amount: number): number => {
    return places.from + ((amount - amounts.from) / width) * (places.to - places.from);
  };
  return { at, low: amounts.from, high: amounts.to };
}

const STEPS = [1, 2, 5];
const MOST_TICKS = 5;

/** Round amounts that span all of the given ones: the ends of an axis and what is written at it. */
export function roundTicks(amounts: readonly number[], unit: number): readonly number[] {
  const low = Math.min(...amounts) / unit;
  const high = Math.max(...amounts) / unit;
  const rough = Math.max(high - low, Math.abs(high) * 0.02, Number.MIN_VALUE * 2 ** 20) / (MOST_TICKS - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const count = Math.max(1, Math.ceil(high / step) - first);
  return Array.from({ length: count + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)) * unit);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The line where it is above a level, the level where it is below, with a point where they cross. */
export function lineAbove(points: readonly Point[], level: number): readonly Point[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    const own = { x: point.x, y: Math.max(point.y, level) };
    const crosses = before !== undefined && before.y - level !== 0 && before.y > level !== point.y > level;
    if (!crosses) return [own];
    const share = (level - before.y) / (point.y - before.y);
    return [{ x: before.x + (point.x - before.x) * share, y: level }, own];
  });
}
