/** What was measured at a size. */
export interface Sized {
  readonly size: number;
  readonly amount: number;
}

/**
 * By which power of the size an amount grows: the slope of the straight line that comes closest (least squares) to the
 * logarithms of both. 1 is linear, 0 is constant.
 */
export function exponentOf(points: readonly Sized[]): number {
  const logs = points.map(({ size, amount }) => ({ x: Math.log(size), y: Math.log(amount) }));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middleX, middleY] = [mean(logs.map(({ x }) => x)), mean(logs.map(({ y }) => y))];
  const covariance = logs.reduce((sum, { x, y }) => sum + (x - middleX) * (y - middleY), 0);
  const variance = logs.reduce((sum, { x }) => sum + (x - middleX) ** 2, 0);
  return covariance / variance;
}
