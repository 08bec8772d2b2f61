import type { Amounts, Json } from '../../builders/json.ts';
import { namespaceLimits } from '../../builders/namespace.ts';
import type { ClusterClient, Stored } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { billionthsOf } from '../harness/harvester-amounts.ts';
import type { KubeVirtCluster } from '../harness/kubevirt-cluster.ts';
import type { QuotaScaling } from '../harness/quota-scaling.ts';
import { removeNamespace, untilPodsCanBe } from '../harness/situation.ts';
import type { QuotaDraft, SituationDraft } from './draft.ts';
import { countsWrong, recount, requireInForce } from './quota-state.ts';
import type { Refusals } from './refusals.ts';
import { type Hards, plentiful, roomy } from './room.ts';
import { vmiOf } from './vmi.ts';

/** Where situations are played. */
export interface Theatre {
  readonly kubeVirt: KubeVirtCluster;
  readonly scaling: QuotaScaling;
  readonly refusals: Refusals;
}

const DEFAULT_LABEL = 'resourcequota.management.cattle.io/default-resource-quota';
const LIMITS_ANNOTATION = 'field.cattle.io/resourceQuota';
const SKIP_ANNOTATION = 'harvesterhci.io/skipResourceQuotaAutoScaling';
/** Scale-ups and compensations. */
const NOTES = /^harvesterhci\.io\/migrating(?:UID-|-|Compensation)/;
/** Eight namespaces at a time on two cores. */
const LOOKS_BEFORE_RECOUNT = 25;
const PATIENCE = { withinSeconds: 90, everyMilliseconds: 200 };

/** One namespace with the VMs, quotas and whatever else a draft says. */
export class Stage {
  readonly draft: SituationDraft;
  readonly namespace: string;
  readonly theatre: Theatre;
  readonly cluster: ClusterClient;
  /** How often a quota went on counting a pod that there was not. */
  recounts = 0;
  #hards: Hards = new Map();

  constructor(draft: SituationDraft, theatre: Theatre) {
    this.draft = draft;
    this.namespace = `situation-${draft.number}`;
    this.theatre = theatre;
    this.cluster = theatre.kubeVirt.cluster;
  }

  /** With more room than anything needs; resolves when all VMs run. */
  async setUp(): Promise<void> {
    const { draft, cluster, namespace } = this;
    this.#hards = plentiful(draft);
    this.theatre.kubeVirt.nodes.hold('running', namespace);
    const annotations = this.#annotations();
    await cluster.created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, annotations } });
    await untilPodsCanBe(cluster, namespace);
    for (const range of limitRangesOf(draft)) await cluster.created(inNamespace(range, namespace));
    if (draft.quotasCome === 'before-the-vms') await this.#createQuotas();
    for (let index = 0; index < draft.otherPods; index += 1)
      await cluster.created(inNamespace(otherPod(index), namespace));
    for (const vm of draft.vms) await cluster.created(vmiOf(vm, namespace));
    await eventually(`the VMs of ${namespace} run`, () => this.#requireRunning(), PATIENCE);
    if (draft.quotasCome === 'after-the-vms') await this.#createQuotas();
  }

  /** Leaves the room that the draft says, by the ratio of now. */
  async narrow(): Promise<void> {
    await this.settled();
    this.#hards = roomy(this.draft, this.namespace, await this.objects());
    const reference = { kind: 'Namespace', name: this.namespace };
    await this.cluster.patch(reference, { metadata: { annotations: this.#annotations() } });
    // Harvester sets the limits to those that it knows the namespace to have, which may still be the old ones.
    await eventually(`the limits of ${this.namespace} are set`, () => this.#setHards(), PATIENCE);
    await this.settled();
  }

  async #setHards(): Promise<void> {
    for (const [name, hard] of this.#hards) {
      await this.cluster.patch({ kind: 'ResourceQuota', name, namespace: this.namespace }, { spec: { hard } });
    }
    await this.theatre.scaling.untilQuiet(this.namespace);
    await this.requireBase();
  }

  /** Throws unless every quota has the limits that it has without migrations, and no note of one. */
  async requireBase(): Promise<void> {
    for (const { metadata, spec } of await this.cluster.list('ResourceQuota', this.namespace)) {
      const { hard = {} } = spec as { readonly hard?: Amounts };
      const base = this.#hards.get(metadata.name) ?? {};
      const off = Object.keys(hard).filter((key) => billionthsOf(hard[key] ?? '0') !== billionthsOf(base[key] ?? '0'));
      if (off.length > 0) throw new Error(`${metadata.name} has ${JSON.stringify(hard)}, not ${JSON.stringify(base)}`);
      const notes = Object.keys(metadata.annotations ?? {}).filter((key) => NOTES.test(key));
      if (notes.length > 0) throw new Error(`${metadata.name} still has ${notes.join(', ')}`);
    }
  }

  /** Nobody has anything left to do about the quotas: they are scaled, in force, and count every pod. */
  async settled(): Promise<void> {
    let looks = 0;
    await eventually(
      `the quotas of ${this.namespace} have settled`,
      async () => {
        looks += 1;
        await this.theatre.scaling.untilQuiet(this.namespace);
        const pods = await this.cluster.list('Pod', this.namespace);
        const quotas = await this.cluster.list('ResourceQuota', this.namespace);
        if (looks % LOOKS_BEFORE_RECOUNT === 0) await this.#recount(quotas.filter((quota) => countsWrong(quota, pods)));
        for (const quota of quotas) requireInForce(quota, pods);
      },
      PATIENCE,
    );
  }

  async #recount(quotas: readonly Stored[]): Promise<void> {
    for (const quota of quotas) await recount(this.cluster, quota);
    this.recounts += quotas.length;
  }

  /** The namespace and what is the whole cluster's, as a snapshot has it. */
  async objects(): Promise<readonly Json[]> {
    const { cluster, namespace } = this;
    const wide = ['KubeVirt', 'Setting', 'Node'].map((kind) => listed(cluster, kind));
    const narrow = [
      'LimitRange',
      'VirtualMachineInstance',
      'VirtualMachineInstanceMigration',
      'Pod',
      'ResourceQuota',
    ].map((kind) => listed(cluster, kind, namespace));
    const own = await cluster.get({ kind: 'Namespace', name: namespace });
    const lists = await Promise.all([...wide, ...narrow]);
    return [own as unknown as Json, ...lists.flat()].map(withoutManagedFields);
  }

  async remove(): Promise<void> {
    this.theatre.kubeVirt.nodes.release('running', this.namespace);
    await removeNamespace(this.cluster, this.namespace);
  }

  async #requireRunning(): Promise<void> {
    const vmis = await this.cluster.list('VirtualMachineInstance', this.namespace);
    const late = vmis.filter(({ status }) => status?.phase !== 'Running');
    if (late.length > 0)
      throw new Error(late.map(({ metadata, status }) => `${metadata.name}: ${JSON.stringify(status)}`).join());
  }

  async #createQuotas(): Promise<void> {
    for (const quota of this.draft.quotas) {
      await this.cluster.created(inNamespace(this.#quotaJson(quota), this.namespace));
    }
    await this.settled();
  }

  #quotaJson({ name, role, scopes }: QuotaDraft): Json {
    const isDefault = role === 'default';
    const annotations = isDefault && this.draft.scaling === 'skipped' ? { [SKIP_ANNOTATION]: 'true' } : {};
    const labels = isDefault ? { [DEFAULT_LABEL]: 'true' } : {};
    const spec = { hard: this.#hards.get(name), ...(scopes.length > 0 && { scopes }) };
    return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, labels, annotations }, spec };
  }

  /** Rancher's, of the limits of the default quota. */
  #annotations(): Readonly<Record<string, string>> {
    const { quotas, annotation } = this.draft;
    const found = quotas.find(({ role }) => role === 'default');
    if (found === undefined || annotation === 'none') return {};
    const { 'limits.cpu': cpu, 'limits.memory': memory } = this.#hards.get(found.name) ?? {};
    const kept = {
      ...(cpu !== undefined &&
        annotation !== 'memory-only' && { 'limits.cpu': annotation === 'cpu-is-zero' ? '0' : cpu }),
      ...(memory !== undefined && { 'limits.memory': memory }),
    };
    return { [LIMITS_ANNOTATION]: namespaceLimits(kept) };
  }
}

function inNamespace(object: Json, namespace: string): Json {
  return { ...object, metadata: { ...(object.metadata as Json), namespace } };
}

function limitRangesOf({ limitRange }: SituationDraft): readonly Json[] {
  if (limitRange === 'none') return [];
  const item =
    limitRange === 'defaults'
      ? { default: { cpu: '40', memory: '60Gi' }, defaultRequest: { cpu: '20m', memory: '30Mi' } }
      : { max: { cpu: '500', memory: '900Gi' } };
  const limits = [{ type: 'Container', ...item }];
  return [{ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'bounds' }, spec: { limits } }];
}

function otherPod(index: number): Json {
  const amounts = { cpu: `${(index + 1) * 130}m`, memory: `${(index + 1) * 211}Mi` };
  const container = { name: 'web', image: 'web', resources: { limits: amounts, requests: amounts } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `web-${index + 1}` },
    spec: { containers: [container], automountServiceAccountToken: false },
  };
}

async function listed(cluster: ClusterClient, kind: string, namespace?: string): Promise<readonly Json[]> {
  const items = await cluster.list(kind, namespace);
  const apiVersions: Readonly<Record<string, string>> = {
    KubeVirt: 'kubevirt.io/v1',
    Setting: 'harvesterhci.io/v1beta1',
  };
  const apiVersion = kind.startsWith('Virtual') ? 'kubevirt.io/v1' : (apiVersions[kind] ?? 'v1');
  return items.map((item) => ({ ...(item as unknown as Json), apiVersion, kind }));
}

function withoutManagedFields(object: Json): Json {
  const { managedFields, ...metadata } = object.metadata as Json;
  return { ...object, metadata };
}
