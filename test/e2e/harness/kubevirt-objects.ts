import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Json } from '../../builders/json.ts';
import type { ClusterClient } from './cluster.ts';
import { programPath } from './control-plane.ts';
import { customResourceDefinitions } from './crds.ts';
import { eventuallyTrue } from './eventually.ts';

const REGISTRY = 'registry.suse.com/suse/sles/15.7';
const MODULES = new URL('../../../tools/kubevirt/go.mod', import.meta.url);

/** The version that virt-controller is built from, `1.8.2`. */
function kubeVirtVersion(): string {
  const version = /^\s*kubevirt\.io\/kubevirt v(\S+)$/m.exec(readFileSync(MODULES, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${MODULES.pathname} names no version of kubevirt.io/kubevirt`);
  return version;
}

/** virt-controller tells pods by it, and headroom the version that renders them. */
export function launcherImage(): string {
  return `${REGISTRY}/virt-launcher:${kubeVirtVersion()}`;
}

export const HARVESTER_ACCOUNT = { name: 'harvester', namespace: 'harvester-system' };

/** What KubeVirt's operator installs and Harvester's settings; resolves when all kinds are served. */
export async function installDefinitions(cluster: ClusterClient): Promise<void> {
  const { stdout } = await promisify(execFile)(programPath('kubevirt-crds'), { maxBuffer: 64 * 1024 * 1024 });
  const kubeVirts = stdout
    .trimEnd()
    .split('\n')
    .map((line): Json => JSON.parse(line));
  const settings = customResourceDefinitions.filter(({ metadata }) =>
    String((metadata as Json).name).startsWith('settings.'),
  );
  await Promise.all([...kubeVirts, ...settings].map((definition) => cluster.created(definition)));
  await eventuallyTrue(
    'all kinds are served',
    async () => {
      const definitions = await cluster.list('CustomResourceDefinition');
      return definitions.every(({ status }) => hasCondition(status, 'Established'));
    },
    { withinSeconds: 60, everyMilliseconds: 100 },
  );
}

function hasCondition(status: Json | undefined, type: string): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly Json[] };
  return conditions.some((condition) => condition.type === type && condition.status === 'True');
}

/** A ServiceAccount that may do everything: rights of KubeVirt's and Harvester's controllers are not under test. */
export function accountObjects({ name, namespace }: { name: string; namespace: string }): readonly Json[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}

/** What virt-operator would have put beside the CR for virt-controller. */
export function authorityObjects(namespace: string, ca: string): readonly Json[] {
  return ['kubevirt-ca', 'kubevirt-export-ca'].map((name) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: { 'ca-bundle': ca },
  }));
}

/** As Harvester's chart makes it (deploy/charts/harvester, values.yaml, kubevirt.spec). */
export function kubeVirtObject(namespace: string, configuration: Json): Json {
  const version = kubeVirtVersion();
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'KubeVirt',
    metadata: { name: 'kubevirt', namespace, labels: { 'app.kubernetes.io/name': 'harvester' } },
    spec: {
      configuration: {
        developerConfiguration: {
          featureGates: [
            'LiveMigration',
            'HotplugVolumes',
            'HostDevices',
            'GPU',
            'CPUManager',
            'VMPersistentState',
            'ExpandDisks',
          ],
        },
        network: { defaultNetworkInterface: 'bridge', permitBridgeInterfaceOnPodNetwork: true },
        vmRolloutStrategy: 'LiveUpdate',
        vmStateStorageClass: 'vmstate-persistence',
        ...configuration,
      },
      customizeComponents: {},
      workloadUpdateStrategy: { workloadUpdateMethods: ['LiveMigrate'] },
    },
    status: {
      phase: 'Deployed',
      defaultArchitecture: 'amd64',
      observedKubeVirtVersion: version,
      targetKubeVirtVersion: version,
      operatorVersion: version,
      observedKubeVirtRegistry: REGISTRY,
      targetKubeVirtRegistry: REGISTRY,
    },
  };
}

export function settingObject(name: string, defaultValue: string, value = ''): Json {
  return { apiVersion: 'harvesterhci.io/v1beta1', kind: 'Setting', metadata: { name }, default: defaultValue, value };
}
