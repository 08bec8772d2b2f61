import { resourcesJson } from '../forecast/forecast-json.ts';
import type { VmOverhead } from './vm-overhead.ts';

/** One VM of `overhead -o json`; bytes are decimal strings, amounts of pods canonical quantities. */
export function overheadJson(vm: VmOverhead): object {
  const { namespace, name } = vm;
  if (vm.kind === 'unknown') return { namespace, name, reason: vm.reason };
  const { overhead, nowBytes, totalBytes, ratio, guestMemory, podMemoryLimit, podMemoryRequest } = vm;
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
    ...(nowBytes === undefined ? {} : { nowBytes: `${nowBytes}`, differenceBytes: `${totalBytes - nowBytes}` }),
    ...(guestMemory === undefined ? {} : { guestMemory: `${guestMemory}` }),
    ...(podMemoryLimit === undefined ? {} : { podMemoryLimit: `${podMemoryLimit}` }),
    ...(podMemoryRequest === undefined ? {} : { podMemoryRequest: `${podMemoryRequest}` }),
    savings: vm.savings.map(({ change, limits, requests }) => {
      return { change, limits: resourcesJson(limits), requests: resourcesJson(requests) };
    }),
  };
}
