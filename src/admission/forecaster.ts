import type { Forecast } from '../forecast/forecast.ts';
import type { Prepared } from '../forecast/forecast-migrations.ts';
import type { LauncherDrift } from '../forecast/launcher-drift.ts';
import type { Unknown } from '../forecast/unknown-reasons.ts';
import type { Pod } from '../objects/kubernetes.ts';

/** Both names have been checked to be what Kubernetes allows, so that they can become part of an API path. */
export interface MigrationRequest {
  readonly namespace: string;
  readonly vmi: string;
  /** Absent while the API server has still to make one from `generateName`. */
  readonly migrationName?: string;
  /** Nothing may be written on its account. */
  readonly isDryRun: boolean;
  /** The mutating webhook promises room; the validating one, right after it, finds what was promised. */
  readonly stage: 'promise' | 'confirm';
}

export interface MigrationForecast {
  readonly forecast: Forecast;
  /** The Namespace's annotation `headroom.harvesterhci.io/policy` as its owner wrote it. */
  readonly namespacePolicy?: string;
  /**
   * Harvester up to 1.6 pins the VM to a chosen node before it creates the migration, and only a migration that it can
   * follow undoes that: were this one denied, the VM could never be migrated again.
   */
  readonly denialPins: boolean;
  /** The namespace of the KubeVirt CR, whose service accounts act for the platform. Absent where it is not known. */
  readonly kubeVirtNamespace?: string;
  /** The facts that the forecast stands on; absent where none were read. */
  readonly basis?: Prepared;
}

export interface PodAnnotations {
  readonly memoryOverheadBytes: bigint;
  readonly overheadRatio: string;
  /** Absent where the compute container has no memory limit. */
  readonly workloadMemoryBytes?: bigint;
  readonly kubeVirtVersion: string;
}

export type PodDescription = ({ readonly kind: 'described'; readonly annotations: PodAnnotations } | Unknown) & {
  readonly namespacePolicy?: string;
  /** Present where the pod is not as KubeVirt was reckoned to make it. */
  readonly drift?: LauncherDrift;
  /** The facts that the description stands on; absent where none were read. */
  readonly basis?: Prepared;
};

/** The port through which admission asks its questions. What needs no reading is answered at once. */
export interface Forecaster {
  forecastMigration(request: MigrationRequest): MigrationForecast | Promise<MigrationForecast>;
  /** `pod` is a virt-launcher pod that is about to be created in `namespace`. */
  describePod(pod: Pod, namespace: string): PodDescription | Promise<PodDescription>;
}
