import { setTimeout as sleep } from 'node:timers/promises';
import type { Amounts } from '../../builders/json.ts';
import { type ClusterClient, referenceOf, type Stored } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { OverheadFormula } from './harvester-overhead.ts';
import {
  COMPENSATION,
  compensationOf,
  isScalable,
  limitsOfNamespace,
  memoryNeed,
  quotaLimits,
  scaleUpOf,
} from './quota-scaling-rules.ts';
import { type Change, keyOf, type Watch, watchKind } from './watch.ts';

const KINDS = [
  'VirtualMachineInstanceMigration',
  'VirtualMachineInstance',
  'ResourceQuota',
  'Namespace',
  'Setting',
  'KubeVirt',
] as const;
type Kind = (typeof KINDS)[number];

const DEFAULT_LABEL = 'resourcequota.management.cattle.io/default-resource-quota';
const SKIP_ANNOTATION = 'harvesterhci.io/skipResourceQuotaAutoScaling';
const LIMITS_ANNOTATION = 'field.cattle.io/resourceQuota';
const RATIO_SETTING = 'additional-guest-memory-overhead-ratio';
const DEFAULT_RATIO = '1.5';
const ABORT_CONDITION = 'migrationAbortRequested';
const REJECTED_CONDITION = 'migrationRejectedByResourceQuota';
/** Of 1.9: a note or a compensation that the limits do not have in them yet. */
const RESYNC_ANNOTATION = 'harvesterhci.io/migratingScalingResyncNeeded';
const LATER_MILLISECONDS = 1000;

/** What the releases differ in. 1.7 does as 1.8. */
interface Rules {
  readonly reservedOverhead: OverheadFormula['reservedOverhead'];
  readonly compensation: 'none' | 'of-memory';
}
const RULES = {
  '1.8': { reservedOverhead: 'ignored', compensation: 'none' },
  '1.9': { reservedOverhead: 'counted', compensation: 'of-memory' },
} as const satisfies Readonly<Record<string, Rules>>;
export type HarvesterRules = keyof typeof RULES;

const FIRST_PAUSE_MILLISECONDS = 5;
const LONGEST_PAUSE_MILLISECONDS = 1000;

/** Harvester's controllers of quotas and of the overhead ratio while they run. */
export interface QuotaScaling {
  /** Once all that is in a namespace now has been seen and acted upon. */
  untilQuiet(namespace: string): Promise<void>;
  /** An upgrade of Harvester, for what happens from now on. */
  setRules(version: HarvesterRules): void;
  stop(): Promise<void>;
}

/**
 * Harvester's quota controllers beside a KubeVirt, of 1.8 or 1.9: the default quota is raised while VMs migrate, and set
 * back. The parts are those of pkg/controller/master: migration (annotates the quota), resourcequota (sets its limits) and setting (hands the
 * ratio on to KubeVirt). They act on what they have been told of, which may be old, and are refused then, and try again.
 */
export async function startQuotaScaling(cluster: ClusterClient): Promise<QuotaScaling> {
  const watches = new Map<Kind, Watch>();
  for (const kind of KINDS) {
    // A kind that has just been defined is served a moment later.
    await eventually(`there are lists of ${kind}`, () => cluster.list(kind), { withinSeconds: 30 });
    watches.set(kind, await watchKind(cluster.connection, kind));
  }
  const scaling = new Scaling(cluster, watches);
  scaling.start();
  return scaling;
}

type Work = () => Promise<void>;

class Scaling implements QuotaScaling {
  readonly #cluster: ClusterClient;
  readonly #watches: ReadonlyMap<Kind, Watch>;
  /** What is to be done of each object, again if it changes meanwhile; never twice at a time. */
  readonly #waiting = new Map<string, Work>();
  readonly #running = new Map<string, Promise<void>>();
  #isStopped = false;
  #rules: Rules = RULES['1.8'];

  constructor(cluster: ClusterClient, watches: ReadonlyMap<Kind, Watch>) {
    this.#cluster = cluster;
    this.#watches = watches;
  }

  start(): void {
    this.#on('VirtualMachineInstanceMigration', (migration) => this.#onMigration(migration));
    this.#on('ResourceQuota', (quota) => this.#onQuota(quota));
    this.#on('Setting', (setting) => this.#onSetting(setting));
  }

  setRules(version: HarvesterRules): void {
    this.#rules = RULES[version];
  }

  async untilQuiet(namespace: string): Promise<void> {
    await eventually(
      `Harvester has done its work in ${namespace}`,
      async () => {
        const kinds = ['VirtualMachineInstanceMigration', 'VirtualMachineInstance', 'ResourceQuota'] as const;
        for (const kind of kinds) {
          const listed = await this.#cluster.list(kind, namespace);
          const known = this.#watch(kind).in(namespace);
          if (versionsOf(listed) !== versionsOf(known)) throw new Error(`it has not seen every ${kind}`);
        }
        const busy = [...this.#waiting.keys(), ...this.#running.keys()].filter((key) => key.includes(` ${namespace}/`));
        if (busy.length > 0) throw new Error(`it is busy with ${busy.join(', ')}`);
      },
      { withinSeconds: 60, everyMilliseconds: 100 },
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting.clear();
    await Promise.all([...this.#watches.values()].map((watch) => watch.stop()));
    await Promise.all(this.#running.values());
  }

  #watch(kind: Kind): Watch {
    return this.#watches.get(kind) as Watch;
  }

  #on(kind: Kind, act: (object: Stored) => Promise<void>): void {
    this.#watch(kind).onChange(({ kind: change, object }: Change) => {
      if (change === 'deleted') return;
      const { name, namespace } = object.metadata;
      // What has been deleted meanwhile is acted upon as it was last: an aborted migration goes as soon as it has failed.
      this.#enqueue(`${kind} ${keyOf(name, namespace)}`, () => act(this.#watch(kind).find(name, namespace) ?? object));
    });
  }

  #enqueue(key: string, work: Work): void {
    if (this.#isStopped) return;
    this.#waiting.set(key, work);
    if (this.#running.has(key)) return;
    const running = this.#carryOut(key).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
  }

  async #carryOut(key: string): Promise<void> {
    for (let pause = FIRST_PAUSE_MILLISECONDS; !this.#isStopped; ) {
      const work = this.#waiting.get(key);
      if (work === undefined) return;
      this.#waiting.delete(key);
      try {
        await work();
        pause = FIRST_PAUSE_MILLISECONDS;
      } catch {
        // Somebody else was first (409), or what it needs is not there yet.
        if (!this.#waiting.has(key)) this.#waiting.set(key, work);
        await sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
      }
    }
  }

  // pkg/controller/master/migration/vmim_controller.go OnVmimChanged
  async #onMigration(migration: Stored): Promise<void> {
    const { phase } = (migration.status ?? {}) as MigrationStatus;
    const { vmiName } = migration.spec as { readonly vmiName: string };
    const { name, namespace = '' } = migration.metadata;
    const vmi = this.#watch('VirtualMachineInstance').find(vmiName, namespace);
    if (vmi === undefined) {
      if (this.#watch('VirtualMachineInstanceMigration').find(name, namespace) === undefined) return;
      throw new Error(`${vmiName} is not known`);
    }
    if (phase === 'Succeeded' || phase === 'Failed') return this.#restore(vmi);
    if (phase !== 'Pending' || hasCondition(migration, ABORT_CONDITION)) return;
    await this.#noteScaleUp(vmi);
    if (hasCondition(migration, REJECTED_CONDITION)) await this.#compensate(migration, vmi);
  }

  /** Once for each VMI: a later migration finds it there, whatever the ratio has become. */
  async #noteScaleUp(vmi: Stored): Promise<void> {
    const quota = this.#defaultQuota(vmi);
    if (quota === undefined || notesOf(quota, vmi).length > 0) return;
    if (this.#compensates() && !this.#isManaged(quota, ['limits.cpu', 'limits.memory'])) return;
    const delta = scaleUpOf(vmi, hardOf(quota), this.#formula());
    if (delta !== undefined) await this.#annotate(quota, { [uidKey(vmi)]: JSON.stringify(delta) });
  }

  /** With the scale-up goes the one compensation, whosever it was. */
  async #restore(vmi: Stored): Promise<void> {
    const quota = this.#defaultQuota(vmi);
    if (quota === undefined) return;
    const noted = notesOf(quota, vmi);
    if (noted.length === 0) return;
    const gone = this.#compensates() ? [...noted, COMPENSATION] : noted;
    await this.#annotate(quota, Object.fromEntries(gone.map((key) => [key, null])));
  }

  // Of 1.9: vmim_controller.go compensatePendingMigration
  async #compensate(migration: Stored, vmi: Stored): Promise<void> {
    const quota = this.#defaultQuota(vmi);
    if (!this.#compensates() || quota === undefined || !hasMemoryLimit(vmi)) return;
    if (!this.#isManaged(quota, ['limits.memory'])) return;
    if (notesOf(quota, vmi).length === 0 || quota.metadata.annotations?.[RESYNC_ANNOTATION] === 'true') {
      this.#later(migration);
      return;
    }
    const { used = {} } = (quota.status ?? {}) as { readonly used?: Amounts };
    const compensation = compensationOf(memoryNeed(vmi, this.#formula()), used, hardOf(quota));
    if (compensation !== undefined) await this.#annotate(quota, { [COMPENSATION]: JSON.stringify(compensation) });
  }

  #later(migration: Stored): void {
    const { name, namespace } = migration.metadata;
    const key = `later ${keyOf(name, namespace)}`;
    this.#enqueue(key, async () => {
      await sleep(LATER_MILLISECONDS);
      const now = this.#watch('VirtualMachineInstanceMigration').find(name, namespace);
      if (now !== undefined)
        this.#enqueue(`VirtualMachineInstanceMigration ${keyOf(name, namespace)}`, () => this.#onMigration(now));
    });
  }

  #compensates(): boolean {
    return this.#rules.compensation === 'of-memory';
  }

  #isManaged(quota: Stored, keys: readonly string[]): boolean {
    if (quota.metadata.annotations?.[SKIP_ANNOTATION] === 'true') return false;
    const text = this.#limitsText(quota);
    return text !== '' && isScalable(limitsOfNamespace(text), hardOf(quota), keys);
  }

  #limitsText({ metadata: { namespace = '' } }: Stored): string {
    const owner = this.#watch('Namespace').find(namespace);
    return owner?.metadata.annotations?.[LIMITS_ANNOTATION] ?? '';
  }

  /** The first that the cache has; of several, any. */
  #defaultQuota(vmi: Stored): Stored | undefined {
    return this.#watch('ResourceQuota')
      .in(vmi.metadata.namespace ?? '')
      .find(({ metadata }) => metadata.labels?.[DEFAULT_LABEL] === 'true');
  }

  // pkg/controller/master/resourcequota/resourcequota_controller.go OnResourceQuotaChanged
  async #onQuota(quota: Stored): Promise<void> {
    const { labels, annotations = {}, deletionTimestamp } = quota.metadata;
    if (labels?.[DEFAULT_LABEL] !== 'true' || annotations[SKIP_ANNOTATION] === 'true') return;
    if (deletionTimestamp !== undefined) return;
    const text = this.#limitsText(quota);
    const hard = text === '' ? undefined : quotaLimits(limitsOfNamespace(text), hardOf(quota), annotations);
    const isResynced = annotations[RESYNC_ANNOTATION] === 'true';
    if (hard === undefined && !isResynced) return;
    const metadata = isResynced ? { annotations: { [RESYNC_ANNOTATION]: 'false' } } : {};
    await this.#update(quota, { metadata, ...(hard !== undefined && { spec: { hard } }) });
  }

  #annotate(quota: Stored, notes: Readonly<Record<string, string | null>>): Promise<void> {
    const flag = this.#compensates() ? { [RESYNC_ANNOTATION]: 'true' } : {};
    return this.#update(quota, { metadata: { annotations: { ...notes, ...flag } } });
  }

  /** Refused unless the quota is still as it was seen, as an update by a controller is. */
  async #update(quota: Stored, patch: { readonly metadata?: object; readonly spec?: object }): Promise<void> {
    const { resourceVersion } = quota.metadata;
    const metadata = { ...patch.metadata, resourceVersion };
    try {
      await this.#cluster.patch({ ...referenceOf(quota), kind: 'ResourceQuota' }, { ...patch, metadata });
    } catch (error) {
      // With its namespace it may be gone.
      if (!(error instanceof Error && error.message.startsWith('404 '))) throw error;
    }
  }

  /** A ratio of 0 takes it out of KubeVirt's configuration, and is 1.5 here even so. */
  #formula(): OverheadFormula {
    const text = settingText(this.#watch('Setting').find(RATIO_SETTING)) || DEFAULT_RATIO;
    return { ratio: isRatio(text) ? text : DEFAULT_RATIO, reservedOverhead: this.#rules.reservedOverhead };
  }

  // pkg/controller/master/setting/additional_guest_memory_overhead.go
  async #onSetting(setting: Stored): Promise<void> {
    if (setting.metadata.name !== RATIO_SETTING) return;
    const text = settingText(setting);
    const isNone = text === '' || Number(text) === 0;
    if (!isNone && !isRatio(text)) return;
    const [kubeVirt] = this.#watch('KubeVirt').objects.values();
    if (kubeVirt === undefined) throw new Error('KubeVirt is not known');
    const { configuration = {} } = kubeVirt.spec as { configuration?: { additionalGuestMemoryOverheadRatio?: string } };
    const wanted = isNone ? null : text;
    if ((configuration.additionalGuestMemoryOverheadRatio ?? null) === wanted) return;
    await this.#cluster.patch(
      { ...referenceOf(kubeVirt), kind: 'KubeVirt' },
      { spec: { configuration: { additionalGuestMemoryOverheadRatio: wanted } } },
    );
  }
}

interface MigrationStatus {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

function versionsOf(objects: readonly Stored[]): string {
  return objects
    .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
    .sort()
    .join();
}

function hardOf(quota: Stored): Readonly<Record<string, string>> {
  return (quota.spec as { hard?: Record<string, string> } | undefined)?.hard ?? {};
}

/** Keys of what is noted of a VMI; by name as before 1.4.2, which is still read and taken away. */
function notesOf(quota: Stored, vmi: Stored): readonly string[] {
  const keys = [uidKey(vmi), `harvesterhci.io/migrating-${vmi.metadata.name}`];
  return keys.filter((key) => quota.metadata.annotations?.[key] !== undefined);
}

function hasMemoryLimit({ spec }: Stored): boolean {
  const { domain } = spec as { readonly domain: { readonly resources?: { readonly limits?: Amounts } } };
  return (domain.resources?.limits?.memory ?? '0') !== '0';
}

function hasCondition({ status }: Stored, type: string): boolean {
  const { conditions = [] } = (status ?? {}) as MigrationStatus;
  return conditions.some((condition) => condition.type === type && condition.status === 'True');
}

function uidKey(vmi: Stored): string {
  return `harvesterhci.io/migratingUID-${vmi.metadata.uid}`;
}

function settingText(setting: Stored | undefined): string {
  const { value, default: fallback } = (setting ?? {}) as { value?: string; default?: string };
  return value || fallback || '';
}

function isRatio(text: string): boolean {
  const ratio = Number(text);
  return ratio >= 1 && ratio <= 10;
}
