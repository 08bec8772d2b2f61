import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterClient } from '../test/e2e/harness/cluster.ts';
import { SECRET } from '../test/e2e/harness/kept-certificates.ts';
import { crowdNamespace } from '../test/e2e/harness/population.ts';
import type { Release } from '../test/e2e/harness/release.ts';
import { migrationReview, podReview } from '../test/reviews/load-reviews.ts';
import { HttpsConnection, postRequest } from './https-connection.ts';
import { residentMegabytesOf } from './processor.ts';

const CONNECTIONS = 12;
const SAMPLES = 9;
const REVIEWS_BETWEEN_SAMPLES = 50;
const MILLISECONDS_BETWEEN_SAMPLES = 50;
const STARTED_MILLISECONDS = 500;

export interface Memory {
  /** Samples of the resident set, in megabytes: of Node alone, of the replica that is ready, and after so many reviews. */
  readonly bareNode: readonly number[];
  readonly whenReady: readonly number[];
  readonly after: ReadonlyMap<number, readonly number[]>;
}

async function samplesOf(pid: number): Promise<readonly number[]> {
  const samples: number[] = [];
  while (samples.length < SAMPLES) {
    samples.push(residentMegabytesOf(pid).all);
    await sleep(MILLISECONDS_BETWEEN_SAMPLES);
  }
  return samples;
}

async function samplesOfBareNode(): Promise<readonly number[]> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e6)'], { stdio: 'ignore' });
  await sleep(STARTED_MILLISECONDS);
  const samples = await samplesOf(child.pid ?? 0);
  child.kill();
  return samples;
}

interface Vm {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What the API server sends about one VM: its migration, twice, and the pod of it. Dry runs, so that nothing is reserved. */
function requestsFor({ namespace, name, uid }: Vm): readonly Buffer[] {
  const migration = migrationReview();
  const { request } = migration;
  const asked = {
    ...migration,
    request: {
      ...request,
      namespace,
      dryRun: true,
      object: { ...request.object, metadata: { generateName: `${name}-`, namespace }, spec: { vmiName: name } },
    },
  };
  const body = JSON.stringify(asked);
  return [
    postRequest('/mutate/migrations', body),
    postRequest('/validate/migrations', body),
    postRequest('/mutate/pods', podBody({ namespace, name, uid })),
  ];
}

function podBody({ namespace, name, uid }: Vm): string {
  const review = podReview();
  const labels = (review.request.object?.metadata.labels ?? {}) as Readonly<Record<string, string>>;
  return JSON.stringify({ ...review, request: { ...review.request, dryRun: true } })
    .replaceAll(labels['kubevirt.io/created-by'] ?? '', uid)
    .replaceAll(new RegExp(`\\b${labels['vm.kubevirt.io/name']}\\b`, 'g'), name)
    .replaceAll(review.request.namespace, namespace);
}

async function vmsOf(cluster: ClusterClient, prefix: string, namespaces: number): Promise<readonly Vm[]> {
  const vms: Vm[] = [];
  for (let number = 0; number < namespaces; number += 1) {
    const namespace = crowdNamespace({ prefix }, number);
    for (const { metadata } of await cluster.list('VirtualMachineInstance', namespace)) {
      vms.push({ namespace, name: metadata.name, uid: metadata.uid });
    }
  }
  // One namespace after the other: within one, migrations take turns.
  return vms.sort((one, other) => one.name.localeCompare(other.name));
}

/** Sends reviews over kept connections, each of the next VM, as many at a time as there are connections. */
class Sender {
  readonly #vms: readonly Vm[];
  readonly #connections: readonly HttpsConnection[];
  #sent = 0;

  constructor(vms: readonly Vm[], connections: readonly HttpsConnection[]) {
    this.#vms = vms;
    this.#connections = connections;
  }

  get sent(): number {
    return this.#sent;
  }

  async sendUntil(count: number): Promise<void> {
    await Promise.all(this.#connections.map((connection) => this.#work(connection, count)));
  }

  async #work(connection: HttpsConnection, count: number): Promise<void> {
    while (this.#sent < count) {
      const vm = this.#vms[Math.floor(this.#sent / 3) % this.#vms.length] as Vm;
      const requests = requestsFor(vm);
      this.#sent += requests.length;
      for (const request of requests) await expectAnswer(connection, request, vm);
    }
  }
}

async function expectAnswer(connection: HttpsConnection, request: Buffer, { namespace, name }: Vm): Promise<void> {
  const { statusCode, body } = await connection.roundTrip(request);
  if (statusCode !== 200 || !/"allowed":true/.test(body) || /"warnings":\[/.test(body)) {
    throw new Error(`${namespace}/${name}: ${statusCode} ${body}`);
  }
}

/** A replica of its own, asked straight, as by an API server with many connections. */
export async function measureMemory(
  cluster: ClusterClient,
  release: Release,
  crowd: { readonly prefix: string; readonly namespaces: number; readonly counts: readonly number[] },
): Promise<Memory> {
  const replica = await release.startReplica({ host: 'localhost' });
  await replica.untilReady();
  const { pid } = replica.child;
  const { data = {} } = await cluster.get(SECRET);
  const ca = Buffer.from(data['ca.crt'] ?? '', 'base64').toString();
  const open = () => HttpsConnection.open(replica.port, ca);
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, open));
  const sender = new Sender(await vmsOf(cluster, crowd.prefix, crowd.namespaces), connections);
  const whenReady = await samplesOf(pid);
  const after = new Map<number, readonly number[]>();
  for (const count of crowd.counts) {
    const samples: number[] = [];
    for (let left = SAMPLES - 1; left >= 0; left -= 1) {
      await sender.sendUntil(count - left * REVIEWS_BETWEEN_SAMPLES);
      samples.push(residentMegabytesOf(pid).all);
    }
    after.set(count, samples);
    console.error(`  ${count} reviews: ${samples.at(-1)?.toFixed(0)} MB`);
  }
  for (const connection of connections) connection.close();
  await release.stopReplica(replica);
  return { bareNode: await samplesOfBareNode(), whenReady, after };
}
