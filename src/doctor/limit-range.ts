import { launcherReleases } from '../forecast/cluster-facts.ts';
import type { KnownGround } from '../forecast/forecast-set.ts';
import { podsOfVmi } from '../forecast/launchers.ts';
import { targetPodsIn } from '../forecast/target-pod.ts';
import { isFinalVmi } from '../kubevirt/migration-state.ts';
import type { Container, PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import { type NamespaceDiagnosis, namespaceItself, objectIn } from './diagnosis.ts';
import type { Observation, Severity, Subject } from './finding.ts';
import { counted, listed } from './words.ts';

/** LimitRanges that refuse launcher pods, or fill in what KubeVirt has left open in them. */
export function limitRangeEffects(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { ground } = diagnosis;
  if (ground === undefined || ground.namespace.limitRanges.length === 0) return [];
  return [...refusals(diagnosis, ground), ...alterations(diagnosis, ground)];
}

function refusals(diagnosis: NamespaceDiagnosis, ground: KnownGround): Observation[] {
  const refused = [...diagnosis.forecasts.values()].filter(({ reason }) => reason?.startsWith('LimitRange '));
  if (refused.length === 0) return [];
  return [
    {
      severity: 'error',
      subject: subjectOf(diagnosis, ground),
      summary: `${limitRanges(ground)} of namespace ${diagnosis.objects.name} refuses the launcher pods of ${counted(refused.length, 'VM')}: they can neither migrate nor be restarted.`,
      evidence: [
        'A LimitRange is asked when a pod is created; the pods that run were created before it, or were smaller.',
      ],
      remedy: ['Change the bound of the LimitRange that the reason names, or the size of the VM; no quota can help.'],
      affected: refused.map(({ vmi, reason }) => `VM ${vmi}: ${reason}`),
    },
  ];
}

interface Alteration {
  readonly vmi: string;
  readonly containers: readonly { readonly name: string; readonly text: string }[];
}

function alterations(diagnosis: NamespaceDiagnosis, ground: KnownGround): Observation[] {
  const altered = alteredPods(ground);
  if (altered.length === 0) return [];
  const isCompute = altered.some(({ containers }) => containers.some(({ name }) => name === 'compute'));
  return [
    {
      severity: (isCompute ? 'warning' : 'info') satisfies Severity,
      subject: subjectOf(diagnosis, ground),
      summary: `${limitRanges(ground)} of namespace ${diagnosis.objects.name} changes the next launcher pods of ${counted(altered.length, 'VM')}.`,
      evidence: [
        isCompute
          ? 'It sets amounts of the container that the guest runs in (compute): a limit there is one that the VM did not ask for.'
          : 'It sets amounts of sidecars alone; the guest is left as it is.',
        'Its defaults count against quotas, and Harvester leaves them out of a scale-up.',
      ],
      remedy: [
        isCompute
          ? 'Give the VMs limits of their own, or take the default out of the LimitRange.'
          : 'Nothing needs to be done where quotas demand these limits; otherwise take the default out of the LimitRange.',
      ],
      affected: altered.map(({ vmi, containers }) => `VM ${vmi}: ${listed(containers.map(({ text }) => text))}`),
    },
  ];
}

function alteredPods({ cluster, namespace, targetPods }: KnownGround): Alteration[] {
  const withoutLimitRanges = targetPodsIn({
    cluster,
    namespaceLabels: namespace.namespace.metadata.labels,
    limitRanges: [],
    quotaHards: namespace.quotas.map(({ specHard }) => specHard),
  });
  return [...namespace.vmis.values()]
    .filter((vmi) => !isFinalVmi(vmi))
    .flatMap((vmi) => {
      const reading = launcherReleases(cluster, vmi);
      const release = reading.kind === 'known' ? reading.releases[0] : undefined;
      if (release === undefined) return [];
      const model = modelPod(namespace, vmi);
      const altered = targetPods(vmi, release, model);
      const plain = withoutLimitRanges(vmi, release, model);
      if (altered.kind === 'refused' || plain.kind === 'refused') return [];
      const containers = differences(plain.launcher.spec, altered.launcher.spec);
      return containers.length === 0 ? [] : [{ vmi: vmi.metadata.name, containers }];
    });
}

function modelPod(
  { launchers, migrationOf }: KnownGround['namespace'],
  vmi: VirtualMachineInstance,
): PodSpec | undefined {
  const migration = migrationOf.get(vmi.metadata.name);
  return podsOfVmi(launchers, vmi, migration).source?.spec;
}

function differences(plain: PodSpec, altered: PodSpec): { name: string; text: string }[] {
  const before = containersOf(plain);
  return containersOf(altered).flatMap(({ name, resources }, index) => {
    const own = before[index]?.resources;
    const set = (['limits', 'requests'] as const).flatMap((side) => {
      return own === undefined ? [] : added(own[side], resources[side]).map((text) => `${side} ${text}`);
    });
    return set.length === 0 ? [] : [{ name, text: `container ${name} gets ${listed(set)}` }];
  });
}

function containersOf({ containers, initContainers }: PodSpec): readonly Container[] {
  return [...(containers ?? []), ...(initContainers ?? [])];
}

/** LimitRanger fills in, and never changes what is stated. */
function added(before: ResourceList, after: ResourceList): string[] {
  return [...after].filter(([resource]) => !before.has(resource)).map(([resource, amount]) => `${resource} ${amount}`);
}

function subjectOf(diagnosis: NamespaceDiagnosis, { namespace }: KnownGround): Subject {
  const [only, ...others] = namespace.limitRanges;
  if (only === undefined || others.length > 0) return namespaceItself(diagnosis);
  return objectIn(diagnosis, 'LimitRange', only.metadata.name);
}

function limitRanges({ namespace }: KnownGround): string {
  const names = namespace.limitRanges.map(({ metadata }) => metadata.name);
  return names.length === 1 ? `LimitRange ${names[0]}` : `One of the LimitRanges ${listed(names)}`;
}
