import { resourcesJson } from '../forecast/forecast-json.ts';
import { NO_RATIO } from '../kubevirt/overhead-change.ts';
import { overcommitPercent, type PodAmounts } from './pod-amounts.ts';
import { overheadDifference, type RunningFigures, type VmOverhead } from './vm-overhead.ts';

/** One VM of `overhead -o json`; bytes are decimal strings, amounts of pods canonical quantities. */
export function overheadJson(vm: VmOverhead): object {
  const { namespace, name } = vm;
  if (vm.kind === 'unknown') return { namespace, name, reason: vm.reason };
  const { overhead, totalBytes, ratio, guestMemory, running } = vm;
  const nowBytes = running?.overheadBytes;
  const difference = overheadDifference(vm);
  return {
    namespace,
    name,
    occasion: vm.occasion,
    kubeVirtVersion: vm.kubeVirtVersion,
    architecture: vm.architecture,
    ...(ratio === undefined ? {} : { ratio }),
    terms: overhead.terms.map(({ name: term, bytes, source }) => ({ name: term, bytes: `${bytes}`, source })),
    baseBytes: `${overhead.baseBytes}`,
    ratioShareBytes: `${overhead.ratioShareBytes}`,
    networkBytes: `${vm.networkBytes}`,
    totalBytes: `${totalBytes}`,
    ...(nowBytes === undefined ? {} : { nowBytes: `${nowBytes}` }),
    ...(difference === undefined ? {} : { differenceBytes: `${difference}`, why: running?.changes }),
    ...(guestMemory === undefined ? {} : { guestMemory: `${guestMemory}` }),
    ...amountsJson(vm.amounts),
    ...(running === undefined ? {} : { running: runningJson(running) }),
    savings: vm.savings.map(({ change, limits, requests }) => {
      return { change, limits: resourcesJson(limits), requests: resourcesJson(requests) };
    }),
  };
}

function amountsJson({ workloadBytes, limit, request, overcommit }: PodAmounts): object {
  return {
    ...(workloadBytes === undefined ? {} : { workloadBytes: `${workloadBytes}` }),
    ...(limit === undefined ? {} : { podMemoryLimit: `${limit}` }),
    ...(request === undefined ? {} : { podMemoryRequest: `${request}` }),
    ...(overcommit === undefined ? {} : { overcommitPercent: Number(overcommitPercent(overcommit)) }),
  };
}

/** The running pod's overhead itself is `nowBytes`. */
function runningJson({ amounts, overheadBytes, source, circumstances }: RunningFigures): object {
  return {
    ...(overheadBytes === undefined ? {} : { overheadFrom: source }),
    ...(circumstances && { ratio: circumstances.ratio || NO_RATIO, kubeVirtVersion: circumstances.version }),
    ...amountsJson(amounts),
  };
}
