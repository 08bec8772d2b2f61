import type { Json } from '../../builders/json.ts';

/** Of KubeVirt's and Harvester's own definitions what the API server acts on; no schema, as they are not under test. */
interface Definition {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Cluster' | 'Namespaced';
  readonly versions: readonly string[];
  readonly hasStatusSubresource: boolean;
  /** Printed where a Table is asked for: titles and where their texts are. */
  readonly columns?: Readonly<Record<string, string>>;
}

const KUBEVIRT = { group: 'kubevirt.io', scope: 'Namespaced', versions: ['v1', 'v1alpha3'] } as const;

// KubeVirt pkg/virt-operator/resource/generate/components/crds.go: a VMI's status is written with the VMI itself.
const DEFINITIONS: readonly Definition[] = [
  { ...KUBEVIRT, kind: 'KubeVirt', plural: 'kubevirts', shortNames: ['kv', 'kvs'], hasStatusSubresource: true },
  {
    ...KUBEVIRT,
    kind: 'VirtualMachine',
    plural: 'virtualmachines',
    shortNames: ['vm', 'vms'],
    hasStatusSubresource: true,
  },
  {
    ...KUBEVIRT,
    kind: 'VirtualMachineInstance',
    plural: 'virtualmachineinstances',
    shortNames: ['vmi', 'vmis'],
    hasStatusSubresource: false,
  },
  {
    ...KUBEVIRT,
    kind: 'VirtualMachineInstanceMigration',
    plural: 'virtualmachineinstancemigrations',
    shortNames: ['vmim', 'vmims'],
    hasStatusSubresource: true,
    columns: { Phase: '.status.phase', VMI: '.spec.vmiName' },
  },
  {
    group: 'harvesterhci.io',
    kind: 'Setting',
    plural: 'settings',
    shortNames: [],
    scope: 'Cluster',
    versions: ['v1beta1'],
    hasStatusSubresource: false,
  },
  {
    group: 'harvesterhci.io',
    kind: 'Addon',
    plural: 'addons',
    shortNames: [],
    scope: 'Namespaced',
    versions: ['v1beta1'],
    hasStatusSubresource: false,
  },
];

function definitionJson(definition: Definition): Json {
  const { group, kind, plural, shortNames, scope, versions, hasStatusSubresource, columns = {} } = definition;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        // The first is the one stored.
        storage: index === 0,
        schema,
        additionalPrinterColumns: Object.entries(columns).map(([title, jsonPath]) => {
          return { name: title, jsonPath, type: 'string' };
        }),
        ...(hasStatusSubresource && { subresources: { status: {} } }),
      })),
    },
  };
}

export const customResourceDefinitions: readonly Json[] = DEFINITIONS.map(definitionJson);
