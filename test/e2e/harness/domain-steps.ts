import type { Json } from '../../builders/json.ts';
import type { Stored } from './cluster.ts';
import { MACHINE_TYPE } from './node-objects.ts';

export interface MigrationState {
  readonly migrationUid?: string;
  readonly sourcePod?: string;
  readonly targetPod?: string;
  readonly targetNode?: string;
  readonly targetNodeAddress?: string;
  readonly startTimestamp?: string;
  readonly endTimestamp?: string;
  readonly completed?: boolean;
  readonly failed?: boolean;
  readonly abortRequested?: boolean;
}

interface Interface {
  readonly name: string;
  readonly macAddress?: string;
}

/** A VMI, as much of it as virt-handlers look at. */
export interface Vmi extends Stored {
  readonly spec: Json & {
    readonly domain: { readonly memory?: { readonly guest?: string }; readonly devices: { interfaces?: Interface[] } };
  };
  readonly status: Json & {
    readonly phase?: string;
    readonly nodeName?: string;
    readonly conditions?: readonly Json[];
    readonly phaseTransitionTimestamps?: readonly Json[];
    readonly migrationState?: MigrationState;
    readonly memory?: Json;
  };
}

export interface DomainStep {
  readonly name: string;
  /** It can be held back in a namespace. */
  readonly hold?: 'running';
  due(vmi: Vmi): boolean;
  /** A merge patch. */
  patch(vmi: Vmi, now: string): Json;
}

const TARGET_NODE_LABEL = 'kubevirt.io/migrationTargetNodeName';
const OUTDATED_LABEL = 'kubevirt.io/outdatedLauncherImage';
const MIGRATABLE = ['LiveMigratable', 'StorageLiveMigratable'];

export function isFinal({ status }: Vmi): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}

function isDeleted({ metadata }: Vmi): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function phasePatch({ status }: Vmi, phase: string, now: string): Json {
  const transition = { phase, phaseTransitionTimestamp: now };
  return { phase, phaseTransitionTimestamps: [...(status.phaseTransitionTimestamps ?? []), transition] };
}

/** A migration that virt-controller has handed over and that is not at its end. */
function underWay({ status }: Vmi): MigrationState | undefined {
  const state = status.migrationState;
  const isHandedOver = state?.migrationUid !== undefined && status.phase === 'Running';
  return isHandedOver && state.completed !== true && state.failed !== true ? state : undefined;
}

function migrationPatch(state: MigrationState & Json): Json {
  return { status: { migrationState: state } };
}

/**
 * With both times, which Go writes as null where there are none: virt-controller's patches name word for word what they
 * replace, and a merge patch cannot store a null.
 */
function condition(type: string, now: string): Json {
  return { type, status: 'True', lastProbeTime: now, lastTransitionTime: now };
}

function bootPatch(vmi: Vmi, now: string): Json {
  const { conditions = [], memory } = vmi.status;
  const others = conditions.filter(({ type }) => !MIGRATABLE.includes(String(type)));
  const interfaces = vmi.spec.domain.devices.interfaces ?? [];
  return {
    status: {
      ...phasePatch(vmi, 'Running', now),
      conditions: [...others, ...MIGRATABLE.map((type) => condition(type, now))],
      migrationMethod: 'LiveMigration',
      migrationTransport: 'Unix',
      selinuxContext: 'none',
      machine: { type: MACHINE_TYPE },
      ...(memory !== undefined && { memory: { guestCurrent: vmi.spec.domain.memory?.guest } }),
      interfaces: interfaces.map(({ name, macAddress }) => ({
        name,
        ...(macAddress !== undefined && { mac: macAddress }),
        infoSource: 'domain',
        queueCount: 1,
      })),
    },
  };
}

/** The VM is on the other node: what the virt-handler there writes. */
function arrivalPatch({ status }: Vmi, now: string): Json {
  const { targetNode } = status.migrationState ?? {};
  return {
    metadata: { labels: { 'kubevirt.io/nodeName': targetNode, [OUTDATED_LABEL]: null } },
    status: {
      nodeName: targetNode,
      evacuationNodeName: null,
      launcherContainerImageVersion: null,
      migrationState: {
        targetNodeDomainDetected: true,
        targetNodeDomainReadyTimestamp: now,
        endTimestamp: now,
      },
    },
  };
}

/** What virt-handlers do about a VMI, the first that is due: its life, then each step of a migration. */
export const DOMAIN_STEPS: readonly DomainStep[] = [
  {
    name: 'the domain is shut down',
    due: (vmi) => isDeleted(vmi) && (vmi.status.phase === 'Scheduled' || vmi.status.phase === 'Running'),
    patch: (vmi, now) => ({ status: phasePatch(vmi, 'Succeeded', now) }),
  },
  {
    name: 'the domain is started',
    due: (vmi) => !isDeleted(vmi) && vmi.status.phase === 'Scheduled' && vmi.status.nodeName !== undefined,
    patch: bootPatch,
  },
  {
    name: 'the migration is aborted',
    due: (vmi) => {
      const state = underWay(vmi);
      return state?.abortRequested === true && state.startTimestamp !== undefined;
    },
    patch: (_vmi, now) =>
      migrationPatch({
        abortStatus: 'Succeeded',
        failed: true,
        completed: true,
        endTimestamp: now,
        failureReason: 'Live migration has been aborted',
      }),
  },
  {
    name: 'the target is prepared',
    due: (vmi) =>
      vmi.metadata.labels?.[TARGET_NODE_LABEL] !== undefined && underWay(vmi) !== undefined && !hasTarget(vmi),
    patch: () =>
      migrationPatch({
        targetNodeAddress: '10.0.1.9',
        targetDirectMigrationNodePorts: { 41231: 0, 39219: 49152, 40777: 49153 },
      }),
  },
  {
    name: 'the migration starts',
    due: (vmi) => hasTarget(vmi) && underWay(vmi)?.startTimestamp === undefined && underWay(vmi) !== undefined,
    patch: (_vmi, now) => migrationPatch({ startTimestamp: now, mode: 'PreCopy' }),
  },
  {
    name: 'the domain arrives',
    hold: 'running',
    due: (vmi) => {
      const state = underWay(vmi);
      return state?.startTimestamp !== undefined && state.endTimestamp === undefined;
    },
    patch: arrivalPatch,
  },
  {
    name: 'the source says that it is done',
    due: (vmi) => underWay(vmi)?.endTimestamp !== undefined,
    patch: () => migrationPatch({ completed: true }),
  },
  {
    name: 'the target node is no longer one',
    due: (vmi) => {
      const { migrationState: state, phase } = vmi.status;
      const isOver = state?.completed === true || state?.failed === true;
      return isOver && phase === 'Running' && vmi.metadata.labels?.[TARGET_NODE_LABEL] !== undefined;
    },
    patch: () => ({ metadata: { labels: { [TARGET_NODE_LABEL]: null } } }),
  },
];

function hasTarget({ status }: Vmi): boolean {
  return (status.migrationState?.targetNodeAddress ?? '') !== '';
}
