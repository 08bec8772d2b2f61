import type { KubeVirtConfiguration } from '../objects/kubevirt.ts';
import type { FeatureGate, KubeVirtRelease } from './release-rules.ts';

/**
 * Whether a gate is on: listing wins over disabling, and only then does the gate's own state count
 * (virt-config featuregate.IsEnabled, KubeVirt v1.9; earlier versions know no gates that are on by default).
 */
export function isGateOn(gate: FeatureGate, release: KubeVirtRelease, configuration: KubeVirtConfiguration): boolean {
  const state = release.pod.gates[gate];
  const developer = configuration.developerConfiguration;
  switch (state) {
    case 'absent':
      return false;
    case 'ga':
      return true;
    case 'alpha':
      return developer?.featureGates?.includes(gate) === true;
    case 'beta':
      return (
        developer?.featureGates?.includes(gate) === true || developer?.disabledFeatureGates?.includes(gate) !== true
      );
    default:
      return state satisfies never;
  }
}
