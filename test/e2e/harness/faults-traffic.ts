import { startTraffic, type Tally, type Target } from './traffic.ts';

/** Migrations are created before, while and after something is done. */
export async function trafficDuring(targets: readonly Target[], act: () => Promise<unknown>): Promise<Tally> {
  const traffic = startTraffic(targets);
  try {
    await traffic.another();
    await act();
    await traffic.another();
  } catch (error) {
    await traffic.stop();
    throw error;
  }
  return traffic.stop();
}
