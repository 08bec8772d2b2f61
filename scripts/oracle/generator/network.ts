import fc from 'fast-check';
import { configuredMemoryText } from './amounts.ts';
import { type Json, maybe, type Part, type Parts, someOf, sometimes, together, weighted } from './part.ts';

const BINDINGS = ['passt', 'mybind', 'nolim', 'bare'];
/** A resource name that the network's device plugin serves; KubeVirt asks for one of it. */
const RESOURCE = 'k8s.v1.cni.cncf.io/resourceName';

const interfaceDetails = someOf(
  {
    model: fc.constantFrom('virtio', 'e1000', 'e1000e', 'rtl8139', ''),
    state: fc.constantFrom('absent', 'down', 'up'),
    ports: fc.constantFrom([{ name: 'http', port: 80 }], []),
    bootOrder: fc.constantFrom(1, 2),
    macAddress: fc.constant('02:00:00:00:00:01'),
  },
  15,
);

/** The pod's own network, in one of the ways that this version has. */
function podInterface(minor: number): Parts {
  const core = weighted<Json>(
    [30, fc.constant({ masquerade: {} })],
    [8, fc.constant({ bridge: {} })],
    [minor <= 2 ? 4 : 0, fc.constant({ passt: {} })],
    [minor <= 2 ? 2 : 0, fc.constant({ slirp: {} })],
    [minor >= 8 ? 4 : 0, fc.constant({ passtBinding: {} })],
  );
  const plugin = fc.constantFrom(...BINDINGS, 'unregistered').map((name): Json => ({ binding: { name } }));
  return fc
    .tuple(
      fc.oneof({ weight: 8, arbitrary: core }, { weight: minor >= 1 ? 1 : 0, arbitrary: plugin }),
      interfaceDetails,
    )
    .map(([kind, details]) => attached({ ...details, ...kind, name: 'default' }, { pod: {} }));
}

function attached(networkInterface: Json & { readonly name: string }, source: Json): Part {
  return { lists: { interfaces: [networkInterface], networks: [{ name: networkInterface.name, ...source }] } };
}

const resourceAnnotations = maybe(
  30,
  fc.constantFrom('bridge.network.kubevirt.io/br1', 'intel.com/ovs', 'nvidia.com/A100'),
).map((resource): Json => (resource === undefined ? {} : { [RESOURCE]: resource }));

/** One of twenty is not there; KubeVirt then makes no pod, unless it leaves the lookup to somebody else. */
const networkNames = weighted(
  [19, fc.constantFrom('vlan1', 'vlan2', 'otherns/vlan9')],
  [1, fc.constantFrom('missing', 'otherns/vlan1')],
);

/** Multus can also give a pod its first network. */
const multusPodNetwork: Parts = networkNames.map((networkName) =>
  attached({ name: 'default', bridge: {} }, { multus: { networkName, default: true } }),
);

/** A secondary network over Multus; several interfaces may share one, which is then asked for several times. */
function multusInterface(index: number): Parts {
  const binding = fc.constantFrom<Json>(
    { bridge: {} },
    { bridge: {} },
    { bridge: {} },
    { sriov: {} },
    { binding: { name: 'mybind' } },
  );
  return fc
    .tuple(binding, interfaceDetails, networkNames)
    .map(([kind, details, networkName]) =>
      attached({ ...details, ...kind, name: `net${index}` }, { multus: { networkName } }),
    );
}

const networkAttachments: Parts = fc
  .record({ vlan1: resourceAnnotations, vlan2: resourceAnnotations, 'otherns/vlan9': resourceAnnotations })
  .map((given) => ({ networkAttachments: given }));

const claimedInterface: Parts = fc.constant({
  lists: {
    interfaces: [{ name: 'claimed', sriov: {} }],
    networks: [{ name: 'claimed', resourceClaim: { claimName: 'claim-net', requestName: 'request-net' } }],
    resourceClaims: [{ name: 'claim-net', resourceClaimTemplateName: 'template-net' }],
  },
});

/** The network bindings that the cluster's administrator registered. */
function registeredBindings(minor: number): Parts {
  const amount = fc.oneof(fc.constantFrom('500Mi', '250M', '64Mi', '0'), configuredMemoryText);
  const overhead = someOf(
    { requests: someOf({ memory: amount, cpu: fc.constant('100m') }, 70), limits: someOf({ memory: amount }) },
    70,
  );
  const binding = (sidecarImage: string | undefined) =>
    maybe(minor >= 3 ? 70 : 0, overhead).map((computeResourceOverhead) => ({
      sidecarImage,
      networkAttachmentDefinition: 'vlan1',
      computeResourceOverhead,
    }));
  return fc
    .record({
      passt: binding('passt:1'),
      mybind: binding(undefined),
      nolim: binding('sidecar:2'),
      bare: fc.constant({}),
    })
    .map((given) => ({ config: { network: { binding: given } } }));
}

/** Interfaces, their networks, and what the cluster holds for them. */
export function network(minor: number): fc.Arbitrary<Part[]> {
  const withoutPodInterface: Parts = maybe(60, fc.boolean()).map((value) => ({
    devices: { autoattachPodInterface: value },
  }));
  return together(
    weighted<Part>([80, podInterface(minor)], [3, multusPodNetwork], [17, withoutPodInterface]),
    sometimes(18, multusInterface(0)),
    sometimes(9, multusInterface(1)),
    sometimes(4, multusInterface(2)),
    sometimes(minor >= 9 ? 4 : 0, claimedInterface),
    networkAttachments,
    sometimes(minor >= 1 ? 85 : 0, registeredBindings(minor)),
    sometimes(
      10,
      fc.boolean().map((value) => ({ devices: { networkInterfaceMultiqueue: value } })),
    ),
  );
}
