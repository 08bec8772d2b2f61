import { type Json, merged } from './json.ts';

/** As Harvester 1.7.0 runs it, with SUSE's suffix. */
const KUBEVIRT_VERSION = '1.6.3-150700.3.13.1';

export function kubeVirt(version: string = KUBEVIRT_VERSION, changes: Json = {}): Json {
  const object = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'KubeVirt',
    metadata: { name: 'kubevirt', namespace: 'harvester-system' },
    spec: { configuration: { developerConfiguration: { featureGates: ['LiveMigration', 'HotplugVolumes'] } } },
    status: {
      phase: 'Deployed',
      observedKubeVirtVersion: version,
      targetKubeVirtVersion: version,
      defaultArchitecture: 'amd64',
    },
  };
  return merged(object, changes);
}

function setting(name: string, value: string, fallback = ''): Json {
  return {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'Setting',
    metadata: { name },
    value,
    default: fallback,
  };
}

export function serverVersion(version: string): Json {
  return setting('server-version', version);
}

export function ratioSetting(ratio: string): Json {
  return setting('additional-guest-memory-overhead-ratio', ratio, '1.5');
}

export function node(name: string, architecture = 'amd64'): Json {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { nodeInfo: { architecture } } };
}
