import { startCheck } from '../harvester/start-check.ts';
import type { KubeVirtRelease } from '../kubevirt/release.ts';
import { vmiOfVm } from '../kubevirt/vmi-of-vm.ts';
import type { VirtualMachine } from '../objects/kubevirt.ts';
import type { ForecastObjects } from './apply-remedy.ts';
import { type Assessment, assessStart } from './assessment.ts';
import type { Situation } from './candidate.ts';
import { launcherReleases } from './cluster-facts.ts';
import type { Forecast } from './forecast.ts';
import { type Prepared, prepare, remedyContext, unknownForecast } from './forecast-migrations.ts';
import type { Finding, Ground } from './forecast-set.ts';
import { assessmentMessage } from './message.ts';
import { remediesFor } from './remedies.ts';
import { wordedRemedy } from './remedy-text.ts';

/** Whether a stopped VM would start: Harvester's own check first, then every quota of the namespace. */
export function forecastStart(prepared: Prepared, name: string): Forecast {
  const subject = { namespace: prepared.objects.namespace.name, vmi: name };
  const start = startOf(prepared, name);
  if (start.kind === 'unknown') return unknownForecast(subject, start.reason, start.notes);
  const { assessment, harvesterRefusal, notes } = start;
  const reforecast = (objects: ForecastObjects): Finding => startOf(prepare(objects, prepared), name);
  const unworded = remediesFor({ objects: prepared.objects, assessment, reforecast });
  const remedies = unworded.map((remedy) => wordedRemedy(remedy, remedyContext(subject.namespace, prepared.ground)));
  const texts = remedies.map(({ text }) => text);
  const { verdict, needsScaleUp, needsCompensation, lines, target, refused } = assessment;
  const reason =
    harvesterRefusal ?? (refused === undefined ? undefined : `${refused.by} refuses the pod: ${refused.reason}`);
  const message = assessmentMessage({ subject, assessment, remedies: unworded, remedyTexts: texts, action: 'start' });
  return {
    ...subject,
    verdict,
    ...(reason === undefined ? {} : { reason }),
    needsScaleUp,
    needsCompensation,
    quotas: lines,
    target,
    remedies,
    message: harvesterRefusal === undefined ? message : withSecondLine(message, harvesterRefusal),
    notes,
  };
}

function withSecondLine(message: string, line: string): string {
  const [first, ...others] = message.split('\n');
  return [first, line, ...others].join('\n');
}

type Start =
  | {
      readonly kind: 'assessed';
      readonly assessment: Assessment;
      readonly harvesterRefusal: string | undefined;
      readonly notes: readonly string[];
    }
  | Extract<Finding, { kind: 'unknown' }>;

function startOf({ objects, ground }: Prepared, name: string): Start {
  if (ground.kind === 'unknown') return { kind: 'unknown', reason: ground.reason, notes: [] };
  const { items, problems } = objects.namespace.virtualMachines;
  const problem = problems.find((one) => one.name === name);
  if (problem !== undefined) return unknownStart(`VirtualMachine ${name}: ${problem.message}`);
  const vm = items.find((one) => one.metadata.name === name);
  if (vm === undefined) return unknownStart(`VirtualMachine ${name} was not found`);
  const reading = launcherReleases(ground.cluster, undefined);
  if (reading.kind === 'unknown') return unknownStart(reading.reason);
  return assessedStart(ground, vm, reading.releases[0] as KubeVirtRelease, [...ground.cluster.notes, ...reading.notes]);
}

function unknownStart(reason: string): Start {
  return { kind: 'unknown', reason, notes: [] };
}

function assessedStart(
  { cluster, namespace, targetPods }: Extract<Ground, { kind: 'known' }>,
  vm: VirtualMachine,
  release: KubeVirtRelease,
  notes: readonly string[],
): Start {
  const vmi = vmiOfVm(vm, release, cluster.configuration);
  if (vmi === undefined) return unknownStart(`VirtualMachine ${vm.metadata.name} has no template`);
  const situation: Situation = {
    cluster,
    namespace,
    targetPods,
    scaled: namespace.quotas.filter((quota) => quota.isDefault),
  };
  const assessment = assessStart(situation, vmi, release);
  const check = harvesterRefusal(situation, vm);
  if (check === undefined) return { kind: 'assessed', assessment, harvesterRefusal: undefined, notes };
  if (check.kind === 'unknown') return unknownStart(check.reason);
  return {
    kind: 'assessed',
    assessment: { ...assessment, verdict: 'exceeds' },
    harvesterRefusal: check.sentence,
    notes,
  };
}

type Refusal =
  | { readonly kind: 'refused'; readonly sentence: string }
  | { readonly kind: 'unknown'; readonly reason: string };

function harvesterRefusal({ cluster, namespace, scaled }: Situation, vm: VirtualMachine): Refusal | undefined {
  if (cluster.harvester === undefined) return undefined;
  const check = startCheck({
    ...cluster.harvester,
    vm,
    namespace: namespace.namespace,
    quota: scaled[0]?.quota,
    hasLauncherPod: false,
  });
  if (check.kind === 'unknown') return check;
  if (check.kind !== 'refused') return undefined;
  const { resource, needed, available, wording } = check;
  const figures = `it reckons with ${needed} of limits.${resource}, and ${available} are free`;
  return { kind: 'refused', sentence: `Harvester itself refuses the start first ("${wording}"): ${figures}.` };
}

/** The VMs of a namespace that are not running, by name: those whose start can be asked for. */
export function stoppedVms({ namespace }: ForecastObjects): readonly string[] {
  const running = new Set(namespace.virtualMachineInstances.items.map((vmi) => vmi.metadata.name));
  return namespace.virtualMachines.items.map((vm) => vm.metadata.name).filter((name) => !running.has(name));
}
