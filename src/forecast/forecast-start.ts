import { type StartCheck, startCheck } from '../harvester/start-check.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { vmiOfVm } from '../kubevirt/vmi-of-vm.ts';
import type { VirtualMachine } from '../objects/kubevirt.ts';
import { Quantity } from '../quantity/quantity.ts';
import type { ForecastObjects } from './apply-remedy.ts';
import { type Assessment, assessStart } from './assessment.ts';
import type { Situation } from './candidate.ts';
import { launcherReleases } from './cluster-facts.ts';
import type { Forecast } from './forecast.ts';
import { forecastOf, type Prepared, prepare } from './forecast-migrations.ts';
import {
  type Agreement,
  agreed,
  boundlessRatio,
  type Finding,
  type Ground,
  type Possibility,
  underWayObstacle,
} from './forecast-set.ts';
import { isSameKey } from './quota-lines.ts';
import type { Shortfall } from './shortfalls.ts';
import { type Unknown, type UnknownReason, unknownBecause } from './unknown-reasons.ts';

/** Whether a stopped VM would start: Harvester's own check first, then every quota of the namespace. */
export function forecastStart(prepared: Prepared, name: string): Forecast {
  const reforecast = (changed: ForecastObjects): Finding => startOf(prepare(changed, prepared), name);
  return forecastOf(prepared, startOf(prepared, name), { vmi: name, action: 'start', reforecast });
}

function startOf({ objects, ground }: Prepared, name: string): Finding {
  if (ground.kind === 'unknown') return { ...ground, notes: [] };
  const { items, problems, unreadable } = objects.namespace.virtualMachines;
  if (unreadable !== undefined) return unknownStart('cluster-unreadable', unreadable);
  const obstacle = boundlessRatio(ground.cluster) ?? underWayObstacle(ground);
  if (obstacle !== undefined) return { ...obstacle, notes: [] };
  const problem = problems.find((one) => one.name === name);
  if (problem !== undefined) return unknownStart('object-not-understood', `VirtualMachine ${name}: ${problem.message}`);
  const vm = items.find((one) => one.metadata.name === name);
  if (vm === undefined) return unknownStart('vm-not-found', `VirtualMachine ${name} was not found`);
  if (vm.spec.instancetype !== undefined && vm.spec.instancetype !== null) {
    return unknownStart(
      'instance-type-not-read',
      `VirtualMachine ${name} takes its size from an instance type, which is not among the objects read`,
    );
  }
  const reading = launcherReleases(ground.cluster, undefined);
  if (reading.kind === 'unknown') return { ...reading, notes: [] };
  return agreedStart(ground, vm, reading.releases, [...ground.cluster.notes, ...reading.notes]);
}

function unknownStart(unknown: UnknownReason, reason: string): Finding {
  return { ...unknownBecause(unknown, reason), notes: [] };
}

/** An answer only where every KubeVirt that may render the pod gives the same. */
function agreedStart(
  ground: Extract<Ground, { kind: 'known' }>,
  vm: VirtualMachine,
  releases: readonly KubeVirtRelease[],
  notes: readonly string[],
): Finding {
  const possibilities: Possibility<Assessment>[] = [];
  for (const release of releases) {
    const found = assessedStart(ground, vm, release);
    if (found.kind === 'unknown') return { ...found, notes };
    possibilities.push({
      assumption: `KubeVirt ${release.version} renders the pod`,
      open: 'kubevirt-upgrade',
      found: found.assessment,
    });
  }
  return { ...agreed(possibilities), notes };
}

function assessedStart(
  { cluster, namespace, targetPods }: Extract<Ground, { kind: 'known' }>,
  vm: VirtualMachine,
  release: KubeVirtRelease,
): Agreement {
  const vmi = vmiOfVm(vm, release, cluster.configuration);
  if (vmi === undefined) {
    return unknownBecause('object-not-understood', `VirtualMachine ${vm.metadata.name} has no template`);
  }
  const situation: Situation = {
    cluster,
    namespace,
    targetPods,
    scaled: namespace.quotas.filter((quota) => quota.isDefault),
  };
  const assessment = assessStart(situation, vmi, release);
  const check = harvesterCheck(situation, vm);
  if (check === undefined || check.kind === 'not-checked' || check.kind === 'passes')
    return { kind: 'assessed', assessment };
  if (check.kind === 'unknown') return check;
  return { kind: 'assessed', assessment: refusedStart(situation, assessment, check) };
}

/** Harvester asks the first default quota that its cache lists; of several, any may be the one. */
function harvesterCheck(
  { cluster, namespace, scaled }: Situation,
  vm: VirtualMachine,
): StartCheck | Unknown | undefined {
  const { harvester } = cluster;
  if (harvester === undefined) return undefined;
  const asked = scaled.length === 0 ? [undefined] : scaled.map(({ quota }) => quota);
  const checks = asked.map((quota) =>
    startCheck({ ...harvester, vm, namespace: namespace.namespace, quota, hasLauncherPod: false }),
  );
  const differs = checks.some(({ kind }) => kind !== checks[0]?.kind);
  return differs
    ? unknownBecause('several-default-quotas', 'Harvester checks the start against one of several default quotas')
    : checks[0];
}

type Refusal = Extract<StartCheck, { kind: 'refused' }>;

function refusedStart({ namespace, scaled }: Situation, assessment: Assessment, refusal: Refusal): Assessment {
  const { resource, needed, available, wording } = refusal;
  const key = `limits.${resource}`;
  const room = available.isNegative()
    ? `its limit is passed by ${Quantity.zero.subtract(available)} already`
    : `${available} are free`;
  const figures = `it reckons with ${needed} of ${key}, and ${room}`;
  const limits = namespace.limits.kind === 'read' ? namespace.limits : undefined;
  const shortBy = needed.subtract(available);
  const own: Shortfall = {
    quota: scaled[0]?.quota.metadata.name ?? '',
    resource: key,
    base: (resource === 'cpu' ? limits?.limitsCpu : limits?.limitsMemory) ?? Quantity.zero,
    where: 'namespace-annotation',
    shortBy,
    shortByAlone: shortBy,
    usedByOthers: scaled[0]?.used.get(key) ?? Quantity.zero,
    scaling: 'scaled',
  };
  const { atBest: _, ...certain } = assessment;
  return {
    ...certain,
    verdict: 'exceeds',
    harvesterRefusal: `Harvester itself refuses the start first ("${wording}"): ${figures}`,
    shortfalls: withLarger(assessment.shortfalls, own),
  };
}

/** Of two shortfalls of one key the larger is what a remedy has to cover. */
function withLarger(shortfalls: readonly Shortfall[], own: Shortfall): readonly Shortfall[] {
  const other = shortfalls.find((one) => isSameKey(one, own));
  if (other !== undefined && !own.shortBy.exceeds(other.shortBy)) return shortfalls;
  return [...shortfalls.filter((one) => !isSameKey(one, own)), own];
}
