import { describe, expect, test } from '@jest/globals';
import { computeOf, configurationWith, refusalOf, requestAt, vmiWith } from './objects.ts';

const gates = (...featureGates: string[]) => configurationWith({ developerConfiguration: { featureGates } });
const kubeVirtDevices = (amounts: Readonly<Record<string, string>>) =>
  Object.keys(amounts)
    .filter((name) => name.startsWith('devices.kubevirt.io/'))
    .map((name) => name.slice('devices.kubevirt.io/'.length));

describe('virtualization devices', () => {
  test.each<[string, object, object, string[]]>([
    ['a VM without interfaces gets a pod interface', {}, {}, ['tun', 'kvm']],
    ['unless it wants none', { autoattachPodInterface: false }, {}, ['kvm']],
    [
      'an interface is virtio unless it says otherwise',
      { interfaces: [{ name: 'a' }] },
      {},
      ['tun', 'vhost-net', 'kvm'],
    ],
    ['e1000 needs no vhost-net', { interfaces: [{ name: 'a', model: 'e1000' }] }, {}, ['tun', 'kvm']],
    ['emulation needs neither', { interfaces: [{ name: 'a' }] }, { useEmulation: true }, ['tun']],
    ['a socket to the host is a device', { autoattachVSOCK: true }, {}, ['tun', 'kvm', 'vhost-vsock']],
  ])('%s', (...row) => {
    const [, devices, developerConfiguration, expected] = row;
    const compute = computeOf('1.6.0', { devices }, { configuration: configurationWith({ developerConfiguration }) });
    expect(kubeVirtDevices(compute.limits)).toEqual(expected);
    expect(kubeVirtDevices(compute.requests)).toEqual([]);
  });

  test('they overrule what the VMI says of them', () => {
    const { limits } = computeOf('1.6.0', { resources: { limits: { 'devices.kubevirt.io/kvm': '7' } } });
    expect(limits['devices.kubevirt.io/kvm']).toBe('1');
  });

  test('Hyper-V replaces KVM where the gate is on and it comes first', () => {
    const hypervisors = [{ name: 'hyperv-direct' }];
    const developerConfiguration = { featureGates: ['ConfigurableHypervisor'] };
    const at = (configuration: object) =>
      kubeVirtDevices(computeOf('1.8.0', {}, { configuration: configurationWith({ ...configuration }) }).limits);
    expect(at({ hypervisors, developerConfiguration })).toContain('mshv');
    expect(at({ hypervisors })).toContain('kvm');
    expect(at({ hypervisors: [{ name: 'kvm' }, ...hypervisors], developerConfiguration })).toContain('kvm');
  });
});

describe('devices that a plugin hands out', () => {
  test('are counted by name, as limit and request', () => {
    const devices = { gpus: [{ deviceName: 'x/a' }, { deviceName: 'x/a' }], hostDevices: [{ deviceName: 'x/a' }] };
    const { limits, requests } = computeOf('1.6.0', { devices });
    expect([limits['x/a'], requests['x/a']]).toEqual(['3', '3']);
  });

  test("are counted in vain where the VMI's resources name them", () => {
    const devices = { gpus: [{ deviceName: 'x/a' }, { deviceName: 'x/a' }] };
    const { limits, requests } = computeOf('1.6.0', { devices, resources: { limits: { 'x/a': '1' } } });
    expect([limits['x/a'], requests['x/a']]).toEqual(['1', '2']);
  });

  const claimed = { gpus: [{ name: 'g', claimName: 'c', requestName: 'r' }] };

  test.each<[string, string, string | undefined]>([
    ['versions before claims ask for the nameless device', '1.5.3', '1'],
    ['later ones leave a claim to the claims', '1.6.0', undefined],
  ])('%s', (_, version, count) => {
    expect(computeOf(version, { devices: claimed }).limits['']).toBe(count);
  });

  test.each<[string, string, object, string[]]>([
    ['SEV', '1.6.0', { launchSecurity: { sev: {} } }, ['sev']],
    ['SNP not before 1.7', '1.6.0', { launchSecurity: { snp: {} } }, []],
    ['SNP from 1.7', '1.7.0', { launchSecurity: { snp: {} } }, ['sev']],
    ['TDX not before 1.9', '1.8.0', { launchSecurity: { tdx: {} } }, []],
    ['TDX from 1.9', '1.9.0', { launchSecurity: { tdx: {} } }, ['tdx']],
    [
      'a reservation of a LUN',
      '1.1.0',
      { devices: { disks: [{ name: 'a', lun: { reservation: true } }] } },
      ['pr-helper'],
    ],
  ])('%s', (...row) => {
    const [, version, domain, expected] = row;
    expect(kubeVirtDevices(computeOf(version, { ...domain }).requests)).toEqual(expected);
  });

  test('every VM asks for an IOMMU descriptor while that gate is on', () => {
    expect(kubeVirtDevices(computeOf('1.9.0', {}, { configuration: gates('IOMMUFD') }).requests)).toEqual(['iommufd']);
  });
});

describe('permitted host devices', () => {
  const permittedHostDevices = {
    pciHostDevices: [{ resourceName: 'x/pci' }],
    mediatedDevices: [{ resourceName: 'x/mdev' }],
    usb: [{ resourceName: 'x/usb' }],
  };
  const at = (version: string, devices: object, developerConfiguration: object = {}) =>
    refusalOf(
      requestAt(version, {
        vmi: vmiWith({ devices }),
        configuration: configurationWith({ permittedHostDevices, developerConfiguration }),
      }),
    );
  const gpuClaim = { gpus: [{ name: 'g', claimName: 'c', requestName: 'r' }] };
  const deviceClaim = { hostDevices: [{ name: 'h', claimName: 'c', requestName: 'r' }] };

  test('what is listed is rendered', () => {
    expect(at('1.6.0', { gpus: [{ deviceName: 'x/mdev' }], hostDevices: [{ deviceName: 'x/usb' }] })).toBe('rendered');
  });

  test('what is not listed is refused', () => {
    expect(at('1.6.0', { gpus: [{ deviceName: 'x/odd' }] })).toBe('GPU x/odd is not permitted in permittedHostDevices');
  });

  test('without a list all is permitted', () => {
    const vmi = vmiWith({ devices: { gpus: [{ deviceName: 'x/odd' }] } });
    expect(refusalOf(requestAt('1.6.0', { vmi }))).toBe('rendered');
  });

  test.each<[string, string, object, string[], boolean]>([
    ['1.6 checks a claimed GPU', '1.6.0', gpuClaim, [], false],
    ['unless its gate is on', '1.6.0', gpuClaim, ['GPUsWithDRA'], true],
    ['which frees every other GPU too', '1.6.0', { gpus: [{ deviceName: 'x/odd' }] }, ['GPUsWithDRA'], true],
    ['and no host device', '1.6.0', deviceClaim, ['GPUsWithDRA', 'HostDevicesWithDRA'], false],
    ['1.9 trusts claims by default', '1.9.0', { ...gpuClaim, ...deviceClaim }, [], true],
    ['and checks the rest', '1.9.0', { gpus: [{ deviceName: 'x/odd' }] }, [], false],
  ])('%s', (...row) => {
    const [, version, devices, featureGates, isRendered] = row;
    expect(at(version, devices, { featureGates }) === 'rendered').toBe(isRendered);
  });

  test('1.9 checks claims where the gates are disabled', () => {
    const disabledFeatureGates = ['GPUsWithDRA', 'HostDevicesWithDRA'];
    expect(at('1.9.0', gpuClaim, { disabledFeatureGates })).toContain('GPU');
    expect(at('1.9.0', deviceClaim, { disabledFeatureGates })).toContain('HostDevice');
  });
});

describe('devices of networks', () => {
  const RESOURCE = 'k8s.v1.cni.cncf.io/resourceName';
  const networks = [
    { name: 'pod', pod: {} },
    { name: 'a', multus: { networkName: 'own' } },
    { name: 'b', multus: { networkName: 'other/vlan' } },
    { name: 'c', multus: { networkName: 'default/plain' } },
  ];
  const networkAttachments = new Map([
    ['own', new Map([[RESOURCE, 'x/net']])],
    ['other/vlan', new Map([[RESOURCE, 'x/net']])],
    ['default/plain', new Map<string, string>()],
  ]);
  const vmi = vmiWith({}, { networks });

  test('each network asks for what its attachment names', () => {
    expect(computeOf('1.6.0', {}, { vmi, networkAttachments }).limits['x/net']).toBe('2');
  });

  test('one that does not exist is refused', () => {
    const few = new Map([...networkAttachments].filter(([name]) => name !== 'other/vlan'));
    expect(refusalOf(requestAt('1.6.0', { vmi, networkAttachments: few }))).toContain('other/vlan does not exist');
  });

  test('unread attachments ask for nothing', () => {
    expect(computeOf('1.6.0', {}, { vmi }).limits).not.toHaveProperty('x/net');
  });

  test('1.9 leaves them to a webhook', () => {
    expect(computeOf('1.9.0', {}, { vmi, networkAttachments: new Map() }).limits).not.toHaveProperty('x/net');
  });
});
