import type { ClusterClient, Stored } from './cluster.ts';
import type { Release } from './release.ts';
import type { PodTemplate, Replica } from './replica.ts';

const PRELOAD = new URL('faults-clock.ts', import.meta.url).href;
const ENVIRONMENT = '/spec/template/spec/containers/0/env';

/** A replica like those of the Deployment, whose clock is so many seconds ahead, or behind if negative. */
export async function addSkewedReplica(cluster: ClusterClient, release: Release, seconds: number): Promise<Replica> {
  const reference = { kind: 'Deployment', name: 'headroom', namespace: release.namespace };
  const before = environmentOf(await cluster.get(reference));
  const setEnvironment = (value: unknown) =>
    cluster.patch(reference, [{ op: 'replace', path: ENVIRONMENT, value }], { type: 'json' });
  const options = before.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '';
  await setEnvironment([
    ...before.filter(({ name }) => name !== 'NODE_OPTIONS'),
    { name: 'NODE_OPTIONS', value: `${options} --import=${PRELOAD}`.trim() },
    { name: 'CLOCK_SHIFT_SECONDS', value: `${seconds}` },
  ]);
  try {
    return await release.addReplica();
  } finally {
    await setEnvironment(before);
  }
}

function environmentOf({ spec }: Stored) {
  return (spec as unknown as { template: { spec: PodTemplate } }).template.spec.containers[0]?.env ?? [];
}

/** By how many seconds the replica's own log is off. */
export async function clockError(replica: Replica): Promise<number> {
  const last = (await replica.lines()).at(-1);
  return (Date.parse(String(last?.time)) - Date.now()) / 1000;
}
