import type { Scheduler } from 'fast-check';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import type { MigrationRequest } from '../../src/admission/forecaster.ts';
import { type Decide, decideAmongReplicas } from '../../src/admission/promised-room.ts';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import { configMapReservations } from '../../src/cluster/reservation-config-map.ts';
import type { Cluster, Extent, NamespaceObjects } from '../../src/forecast/cluster-objects.ts';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { type Reservation, withPromised } from '../../src/forecast/reservations.ts';
import { FakeApiServer } from '../builders/fake-api-server.ts';
import { type Json, merged, objectAt } from '../builders/json.ts';
import { targetLauncher } from '../builders/pod.ts';
import { plainScene, type Scene } from '../builders/scene.ts';
import { migration, sizedVmi } from '../builders/virtual-machine.ts';
import { sharedLedger } from './shared-ledger.ts';

const QUOTA = '/api/v1/namespaces/quota-test/resourcequotas/team-quota';
const NOW = '2026-11-22T02:43:10Z';

/** As many VMs, whose quota of pods has room for the target pods of `room` of them. */
export function crowd(vms: number, room: number): Scene {
  const names = Array.from({ length: vms - 1 }, (_, index) => `vm${index + 2}`);
  const others = names.map((name) => sizedVmi(name, { cpu: 1, memoryMi: 1024 }));
  return plainScene({ pods: `${vms + room}` }).started(...others);
}

/** Replicas of headroom before one API server, with KubeVirt behind it; every call takes its turn when it is let. */
export class Replicas {
  readonly api: FakeApiServer;
  readonly #scene: Scene;
  readonly #scheduler: Scheduler;

  constructor(scene: Scene, scheduler: Scheduler) {
    this.#scene = scene;
    this.#scheduler = scheduler;
    this.api = new FakeApiServer(scene.json());
    this.api.clock = () => new Date(NOW);
    this.api.pause = ({ method, path }) => this.#turn(`${method} ${path}`);
  }

  /** What a replica of its own answers to one webhook call. */
  async ask(vmi: string, stage: MigrationRequest['stage'], looks = 3): Promise<Forecast> {
    const request: MigrationRequest = { namespace: 'quota-test', vmi, isDryRun: false, stage };
    const ledger = sharedLedger(configMapReservations(this.api, { namespace: 'headroom-system', name: 'promises' }));
    const live = new LiveCluster(this.api, { recentSeconds: 5, now: () => 0 });
    const { signal } = new AbortController();
    let left = looks;
    const hasTimeToLookAgain = async (): Promise<boolean> => {
      await this.#turn(`${vmi} looks again`);
      left -= 1;
      return left >= 0;
    };
    const decide = decideOn(live, request);
    return (await decideAmongReplicas(request, ledger, decide, { signal, hasTimeToLookAgain })).forecast.forecast;
  }

  /** The API server stores the migration; then virt-controller creates its target pod, which the quota may refuse. */
  async store(vmi: string, podCreation: 'slow' | 'quick'): Promise<void> {
    await this.#turn(`${vmi} is stored`);
    this.api.put(migration(vmi, { metadata: { creationTimestamp: NOW } }));
    await this.#turn(`the target pod of ${vmi} is charged`);
    if (!this.#charge()) return;
    if (podCreation === 'slow') await this.#turn(`the target pod of ${vmi} is stored`);
    const target = targetLauncher(
      this.#scene.find('VirtualMachineInstance', vmi),
      this.#scene.find('KubeVirt', 'kubevirt'),
    );
    this.api.put(target);
  }

  /** Quota admission raises `used` before the pod is stored. */
  #charge(): boolean {
    const quota = this.api.at(QUOTA) as Json;
    const used = Number(objectAt(quota, 'status', 'used').pods) + 1;
    if (used > Number(objectAt(quota, 'spec', 'hard').pods)) return false;
    this.api.put(merged(quota, { status: { used: { pods: String(used) } } }));
    return true;
  }

  #turn(label: string): Promise<unknown> {
    return this.#scheduler.schedule(Promise.resolve(), label);
  }
}

/** As clusterForecaster decides among promised migrations. */
function decideOn(live: Cluster, request: MigrationRequest): Decide {
  return async (promised) => {
    let objects: NamespaceObjects | undefined;
    const namespaceObjects: Cluster['namespaceObjects'] = async (name, extent, options) => {
      objects = withPromised(await live.namespaceObjects(name, widened(extent, promised), options), promised);
      return objects;
    };
    const cluster: Cluster = {
      clusterObjects: (options) => live.clusterObjects(options),
      namespaceNames: () => live.namespaceNames(),
      namespaceObjects,
    };
    const forecast = await clusterForecaster(cluster).forecastMigration(request);
    return { forecast, objects: objects as unknown as NamespaceObjects };
  };
}

function widened(extent: Extent | undefined, promised: readonly Reservation[]): Extent | undefined {
  if (extent?.kind !== 'migrations') return extent;
  return { kind: 'migrations', vmis: [...extent.vmis, ...promised.map(({ vmi }) => vmi)] };
}
