import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';
import { isPresent } from './vmi-facts.ts';

const PULL_POLICIES = ['', 'Always', 'Never', 'IfNotPresent'];
const POD_INTERFACES = ['', 'bridge', 'slirp', 'masquerade'];

/**
 * What makes KubeVirt refuse its whole configuration, which the API server has taken; undefined where nothing does. It then
 * goes on with the last valid one, or with its defaults where it has seen none since it started (virt-config validateConfig
 * and GetConfig, KubeVirt 1.1 to 1.9).
 */
export function configurationFault({
  imagePullPolicy,
  developerConfiguration,
  network,
}: KubeVirtConfiguration): string | undefined {
  const { memoryOvercommit, cpuAllocationRatio, pvcTolerateLessSpaceUpToPercent } = developerConfiguration ?? {};
  const podInterface = network?.defaultNetworkInterface;
  const checks = [
    ['imagePullPolicy', imagePullPolicy, PULL_POLICIES.includes(imagePullPolicy ?? '')],
    ['developerConfiguration.memoryOvercommit', memoryOvercommit, (memoryOvercommit ?? 0) >= 0],
    ['developerConfiguration.cpuAllocationRatio', cpuAllocationRatio, (cpuAllocationRatio ?? 0) >= 0],
    [
      'developerConfiguration.pvcTolerateLessSpaceUpToPercent',
      pvcTolerateLessSpaceUpToPercent,
      isPercentage(pvcTolerateLessSpaceUpToPercent ?? 0),
    ],
    ['network.defaultNetworkInterface', podInterface, POD_INTERFACES.includes(podInterface ?? '')],
  ] as const;
  const wrong = checks.find(([, value, isValid]) => isPresent(value) && !isValid);
  return wrong && `${wrong[0]} is ${JSON.stringify(wrong[1])}`;
}

function isPercentage(value: number): boolean {
  return value >= 0 && value <= 100;
}
