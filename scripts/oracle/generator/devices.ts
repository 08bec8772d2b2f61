import fc from 'fast-check';
import { type Json, maybe, type Part, type Parts, someOf, sometimes, together } from './part.ts';

const GPUS = ['nvidia.com/A100', 'nvidia.com/GRID_T4-1Q'];
const HOST_DEVICES = ['intel.com/qat', 'nvidia.com/A100', 'kubevirt.io/usb-key'];

function plugged(list: 'gpus' | 'hostDevices', names: readonly string[]): Parts {
  return fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }).map((given) => ({
    lists: { [list]: given.map((deviceName, index) => ({ name: `${list}${index}`, deviceName })) },
  }));
}

/** A device that a DRA driver provides: it goes to the container's claims, where the gate is on. */
function claimed(list: 'gpus' | 'hostDevices', gate: string): Parts {
  const claimName = `claim-${list.toLowerCase()}`;
  const device = { name: `claimed-${list.toLowerCase()}`, claimName, requestName: 'request' };
  const names = fc.constantFrom(undefined, undefined, undefined, 'nvidia.com/A100', '');
  return fc.tuple(fc.boolean(), names).map(([isListed, deviceName]) => ({
    lists: {
      [list]: [{ ...device, deviceName }],
      resourceClaims: [{ name: claimName, resourceClaimTemplateName: `template-${claimName}` }],
      featureGates: isListed ? [gate] : [],
    },
  }));
}

const permitted = (minor: number): Json => ({
  pciHostDevices: [
    { pciVendorSelector: '10DE:20B0', resourceName: 'nvidia.com/A100' },
    { pciVendorSelector: '8086:37C8', resourceName: 'intel.com/qat', externalResourceProvider: true },
  ],
  mediatedDevices: [{ mdevNameSelector: 'GRID T4-1Q', resourceName: 'nvidia.com/GRID_T4-1Q' }],
  ...(minor >= 1
    ? { usb: [{ resourceName: 'kubevirt.io/usb-key', selectors: [{ vendor: '46f4', product: '0001' }] }] }
    : {}),
});

/** Mostly all that VMs ask for; sometimes some of it, so that KubeVirt refuses the pod. */
function permittedHostDevices(minor: number): Parts {
  const all = permitted(minor);
  const given = fc.constantFrom<Json>(
    all,
    all,
    all,
    all,
    all,
    { ...all, mediatedDevices: [] },
    { pciHostDevices: [] },
    {},
  );
  return given.map((permittedHostDevices) => ({ config: { permittedHostDevices } }));
}

const plainDevices = someOf(
  {
    watchdog: fc.constant({ name: 'watchdog', i6300esb: { action: 'poweroff' } }),
    blockMultiQueue: fc.constant(true),
    rng: fc.constant({}),
    inputs: fc.constant([{ bus: 'usb', name: 'tablet', type: 'tablet' }]),
    disableHotplug: fc.constant(true),
    clientPassthrough: fc.constant({}),
    sound: fc.constant({ name: 'sound', model: 'ich9' }),
    downwardMetrics: fc.constant({}),
    autoattachMemBalloon: fc.boolean(),
    autoattachInputDevice: fc.boolean(),
    panicDevices: fc.constant([{ model: 'isa' }]),
    video: fc.constant({ type: 'virtio' }),
    useVirtioTransitional: fc.boolean(),
  },
  7,
).map((devices): Part => ({ devices }));

const consoles = fc
  .record({
    autoattachGraphicsDevice: maybe(35, fc.boolean()),
    autoattachSerialConsole: maybe(14, fc.boolean()),
    logSerialConsole: maybe(22, fc.boolean()),
    autoattachVSOCK: maybe(5, fc.boolean()),
  })
  .map((devices): Part => ({ devices }));

function tpm(minor: number): Parts {
  return fc
    .record({ persistent: maybe(40, fc.boolean()), enabled: maybe(minor >= 4 ? 35 : 0, fc.boolean()) })
    .map((given) => ({ devices: { tpm: given } }));
}

const ENCRYPTED = [
  { sev: {} },
  { sev: {} },
  { sev: { policy: { encryptedState: true } } },
  { sev: { attestation: {} } },
  {},
];
const ENCRYPTED_SINCE_7 = [{ snp: {} }, { snp: {} }, { tdx: {} }, { tdx: {} }];

function launchSecurity(minor: number): Parts {
  const kinds: readonly Json[] = [...ENCRYPTED, ...(minor >= 7 ? ENCRYPTED_SINCE_7 : [])];
  return fc.constantFrom(...kinds).map((given) => ({ domain: { launchSecurity: given } }));
}

/** Everything plugged into the VM but networks and disks. */
export function devices(minor: number): fc.Arbitrary<Part[]> {
  const claims = minor >= 6 ? 4 : 0;
  const pluggable = together(
    sometimes(9, plugged('gpus', GPUS)),
    sometimes(7, plugged('hostDevices', HOST_DEVICES)),
    sometimes(claims, claimed('gpus', 'GPUsWithDRA')),
    sometimes(claims, claimed('hostDevices', 'HostDevicesWithDRA')),
  );
  const withPermission = pluggable.chain((parts) =>
    fc.tuple(
      ...parts.map((part) => fc.constant(part)),
      sometimes(parts.some(hasDevice) ? 90 : 5, permittedHostDevices(minor)),
    ),
  );
  const others = together(consoles, plainDevices, sometimes(14, tpm(minor)), sometimes(8, launchSecurity(minor)));
  return fc.tuple(withPermission, others).map(([first, second]) => [...first, ...second]);
}

function hasDevice({ lists }: Part): boolean {
  return lists?.gpus !== undefined || lists?.hostDevices !== undefined;
}
