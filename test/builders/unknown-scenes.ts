import type { UnknownReason } from '../../src/forecast/unknown-reasons.ts';
import type { Json } from './json.ts';
import { defaultQuota } from './namespace.ts';
import { type Scene, scene } from './scene.ts';
import { vmi } from './virtual-machine.ts';

/** Something that makes the migration of vm1 unknown, and the code that it has then. */
interface UnknownScene {
  readonly title: string;
  readonly unknown: UnknownReason;
  readonly broken: (whole: Scene) => Scene;
}

const LIMITS = { 'limits.cpu': '3', 'limits.memory': '5000Mi' };

function configured(configuration: Json) {
  return (whole: Scene): Scene => whole.changedKubeVirt({ spec: { configuration } });
}

function versions(observedKubeVirtVersion?: string, targetKubeVirtVersion = observedKubeVirtVersion) {
  return (whole: Scene): Scene => whole.changedKubeVirt({ status: { observedKubeVirtVersion, targetKubeVirtVersion } });
}

function annotatedQuota(key: string, text: string) {
  return (whole: Scene): Scene => whole.changedQuota({ metadata: { annotations: { [key]: text } } });
}

/** Between what KubeVirt 1.5.2 and 1.6.3 ask for. */
function upgrading(): Scene {
  const old = scene({ kubeVirt: 'v1.5.2' }).base({ 'limits.cpu': '3', 'limits.memory': '4820M' });
  return versions('v1.5.2', 'v1.6.3')(old);
}

const anotherDefaultQuota = defaultQuota(LIMITS, { metadata: { name: 'default-aaaaa' } });
const garbledVmi = { spec: { domain: { cpu: { cores: 'two' } } } };

/** Each on its own makes the forecast of vm1, in a scene where it fits, unknown. */
export const UNKNOWN_SCENES: readonly UnknownScene[] = [
  {
    title: 'a Setting that is not understood',
    unknown: 'object-not-understood',
    broken: (whole) => whole.changed('Setting', 'server-version', { value: 7 }),
  },
  {
    title: 'a quota that is not understood',
    unknown: 'object-not-understood',
    broken: (whole) => whole.changedQuota({ spec: { hard: { 'limits.memory': '1GB' } } }),
  },
  {
    title: 'a VMI that is not understood',
    unknown: 'object-not-understood',
    broken: (whole) => whole.changedVmi(garbledVmi),
  },
  {
    title: 'a VMI under way that is not understood',
    unknown: 'object-not-understood',
    broken: (whole) => whole.started(vmi('vm2')).pending('vm2').changedVmi(garbledVmi, 'vm2'),
  },
  {
    title: 'no KubeVirt object',
    unknown: 'no-kubevirt',
    broken: (whole) => whole.without('KubeVirt', 'kubevirt'),
  },
  {
    title: 'two KubeVirt objects that are deployed',
    unknown: 'several-kubevirts',
    broken: (whole) => whole.with({ ...whole.find('KubeVirt', 'kubevirt'), metadata: { name: 'other' } }),
  },
  {
    title: 'a version that neither KubeVirt nor the VMI tells',
    unknown: 'kubevirt-version-missing',
    broken: (whole) => versions()(whole).changedVmi({ status: { launcherContainerImageVersion: undefined } }),
  },
  { title: 'a KubeVirt older than 1.1', unknown: 'kubevirt-version-not-known', broken: versions('v0.59.0') },
  { title: 'a KubeVirt without a number', unknown: 'kubevirt-version-not-known', broken: versions('devel') },
  {
    title: 'a configuration that KubeVirt refuses',
    unknown: 'kubevirt-configuration-refused',
    broken: configured({ developerConfiguration: { cpuAllocationRatio: -1 } }),
  },
  { title: 'an upgrade that decides', unknown: 'kubevirt-upgrade', broken: upgrading },
  { title: 'a ratio below zero', unknown: 'ratio-impossible', broken: (whole) => whole.ratio('-1') },
  {
    title: 'a Harvester older than 1.1',
    unknown: 'harvester-version-not-known',
    broken: (whole) => whole.changed('Setting', 'server-version', { value: 'v1.0.3' }),
  },
  {
    title: 'a Harvester without a number',
    unknown: 'harvester-version-not-known',
    broken: (whole) => whole.changed('Setting', 'server-version', { value: 'latest' }),
  },
  {
    title: 'a namespace that is not there',
    unknown: 'namespace-not-found',
    broken: (whole) => whole.without('Namespace', 'quota-test'),
  },
  {
    title: 'a quota that is not counted yet',
    unknown: 'quota-status-empty',
    broken: (whole) => whole.changedQuota({ status: {} }),
  },
  {
    title: 'limits of the namespace that are no JSON',
    unknown: 'garbled-annotation',
    broken: (whole) => whole.annotatedNamespace('{"limit":{'),
  },
  {
    title: 'a scale-up that is no JSON',
    unknown: 'garbled-annotation',
    broken: annotatedQuota('harvesterhci.io/migratingUID-1', 'x'),
  },
  {
    title: 'two default quotas, of which one decides',
    unknown: 'several-default-quotas',
    broken: (whole) => whole.with(anotherDefaultQuota),
  },
  {
    title: 'a VMI that is not there',
    unknown: 'vm-not-found',
    broken: (whole) => whole.without('VirtualMachineInstance', 'vm1'),
  },
  {
    title: 'a VMI that has ended',
    unknown: 'vm-ended',
    broken: (whole) => whole.changedVmi({ status: { phase: 'Succeeded' } }),
  },
];
