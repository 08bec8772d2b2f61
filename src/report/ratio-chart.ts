import type { Quantity } from '../quantity/quantity.ts';
import { amountText, asNumber } from './amount-text.ts';
import { lineAbove, linearScale, type Point, roundTicks, type Scale } from './chart-scale.ts';
import { type Html, html } from './html.ts';
import type { KeyOutlook } from './report-data.ts';

const WIDTH = 440;
const HEIGHT = 250;
const PLOT = { left: 62, right: 428, top: 14, bottom: 214 } as const;

const MIDDLE = (PLOT.left + PLOT.right) / 2;

interface NeededPoint extends Point {
  readonly amount: Quantity;
}

interface Chart {
  readonly key: KeyOutlook;
  readonly points: readonly NeededPoint[];
  /** The first and the last of the points. */
  readonly ends: readonly NeededPoint[];
  readonly base: number;
  /** The ratio that the page is about; undefined where it is not among those drawn. */
  readonly today: number | undefined;
  readonly x: Scale;
  readonly y: Scale;
}

/** The room needed against the ratio; its figures stand in the table, so the picture has one sentence for them. */
export function ratioChart(key: KeyOutlook, ratios: readonly string[], today: number | undefined): Html {
  const points = pointsOf(key, ratios);
  const base = asNumber(key.base);
  const amounts = [...points.map(({ y }) => y), base];
  const unit = unitOf(key.resource, Math.max(...amounts));
  const ticks = roundTicks(amounts, unit.size);
  const chart: Chart = {
    key,
    points,
    ends: [...points.slice(0, 1), ...points.slice(-1)],
    base,
    today,
    x: linearScale({ from: Number(ratios[0]), to: Number(ratios.at(-1)) }, { from: PLOT.left, to: PLOT.right }),
    y: linearScale({ from: Math.min(...ticks), to: Math.max(...ticks) }, { from: PLOT.bottom, to: PLOT.top }),
  };
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${sentence(chart)}">
${ticks.map((tick) => level(chart, tick, `${trimmed(tick / unit.size)} ${unit.name}`))}${ratioMarks(chart)}${drawn(chart)}</svg>`;
}

function pointsOf({ needed }: KeyOutlook, ratios: readonly string[]): readonly NeededPoint[] {
  return needed.flatMap((amount, index) => {
    return amount === undefined ? [] : [{ x: Number(ratios[index]), y: asNumber(amount), amount }];
  });
}

function unitOf(resource: string, largest: number): { readonly name: string; readonly size: number } {
  if (!/memory|storage|hugepages/.test(resource)) return { name: '', size: 1 };
  return largest < 2 ** 31 ? { name: 'MiB', size: 2 ** 20 } : { name: 'GiB', size: 2 ** 30 };
}

function sentence({ key, points, ends, base }: Chart): string {
  const fitting = points.filter(({ y }) => y <= base).length;
  const needs = ends.map(({ x, amount }) => `${amountText(key.resource, amount)} at ratio ${x}`);
  return `Room of ${key.resource} needed: ${needs.join(', ')}; the base of ${amountText(key.resource, key.base)} is enough at ${fitting} of ${points.length} ratios tried.`;
}

function level({ y }: Chart, amount: number, label: string): Html {
  const at = fixed(y.at(amount));
  return html`<path class="grid" d="M${PLOT.left} ${at}H${PLOT.right}"/><text class="end" x="${PLOT.left - 6}" y="${at}" dy="4">${label}</text>`;
}

function ratioMarks({ x, points, today }: Chart): Html {
  const labels = points.map(
    (point) =>
      html`<text class="middle" x="${fixed(x.at(point.x))}" y="${PLOT.bottom + 16}">${trimmed(point.x)}</text>`,
  );
  const title = html`<text class="middle" x="${MIDDLE}" y="${HEIGHT - 4}">memory overhead ratio</text>`;
  return html`${thinned(labels)}${title}${today === undefined ? html`` : todayMark(x.at(today), today)}`;
}

function todayMark(place: number, today: number): Html {
  const at = fixed(place);
  const isRight = place > MIDDLE;
  return html`<path class="today" d="M${at} ${PLOT.top}V${PLOT.bottom}"/><text class="${isRight ? 'end' : 'start'}" x="${at}" dx="${isRight ? -5 : 5}" y="${PLOT.bottom - 7}">ratio ${trimmed(today)}</text>`;
}

const MOST_LABELS = 10;

function thinned(labels: readonly Html[]): readonly Html[] {
  const every = Math.ceil(labels.length / MOST_LABELS);
  return labels.filter((_, index) => index % every === 0);
}

function drawn({ points, ends, base, x, y, key }: Chart): Html {
  const place = (point: Point): string => `${fixed(x.at(point.x))} ${fixed(y.at(point.y))}`;
  const above = lineAbove(points, base).map(place);
  const [from, to] = ends.map((end) => place({ x: end.x, y: base }));
  const area = html`<path class="over" d="M${from}L${above.join('L')}L${to}Z"/>`;
  const at = y.at(base);
  // Under the base's right end is nothing where the line is above it, and the other way round.
  const isUnder = points.slice(-1).some((last) => last.y > base) && at < PLOT.bottom - 18;
  return html`${area}<path class="baseline" d="M${PLOT.left} ${fixed(at)}H${PLOT.right}"/><path class="line" d="M${points.map(place).join('L')}"/>${points.map((point) => marker(point, base, place(point)))}<text class="halo end" x="${PLOT.right - 4}" y="${fixed(isUnder ? at + 15 : at - 6)}">base ${amountText(key.resource, key.base)}</text>`;
}

/** A cross where the base is too small, a dot where it is enough. */
function marker(point: Point, base: number, place: string): Html {
  if (point.y > base) return html`<path class="cross" d="M${place}m-4-4l8 8m0-8l-8 8"/>`;
  const [cx, cy] = place.split(' ');
  return html`<circle class="dot" cx="${cx}" cy="${cy}" r="3.5"/>`;
}

function fixed(place: number): string {
  return String(Number(place.toFixed(1)));
}

function trimmed(amount: number): string {
  return String(Number(amount.toFixed(2)));
}
