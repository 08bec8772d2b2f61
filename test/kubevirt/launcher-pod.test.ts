import { describe, expect, test } from '@jest/globals';
import { hasHotpluggedVolumes, renderAttachmentPod } from '../../src/kubevirt/attachment-pod.ts';
import { annotatedOverheadBytes, reportedOverheadBytes } from '../../src/kubevirt/reported-overhead.ts';
import { virtualMachineInstanceShape } from '../../src/objects/virtual-machine-instance.ts';
import {
  amountsOf,
  configurationWith,
  harvesterDomain,
  MI,
  podOf,
  refusalOf,
  releaseOf,
  requestAt,
  vmiWith,
} from './objects.ts';

const DISK = { name: 'disk', containerDisk: { image: 'fedora' } };
const gates = (...featureGates: string[]) => configurationWith({ developerConfiguration: { featureGates } });
const guaranteed = { resources: { limits: { cpu: '2', memory: '4Gi' }, requests: { cpu: '2', memory: '4Gi' } } };

function namesOf(...args: Parameters<typeof requestAt>): string[] {
  return Object.keys(amountsOf(requestAt(...args)));
}

describe('the containers beside compute', () => {
  test.each<[string, string, string[]]>([
    ['up to 1.5 the console log is a container', '1.5.3', ['compute', 'guest-console-log']],
    ['from 1.6 a restartable init container', '1.6.0', ['compute', 'init:guest-console-log']],
  ])('%s', (_, version, names) => {
    expect(namesOf(version)).toEqual(names);
    const restart = podOf(requestAt(version)).spec.initContainers?.map(({ restartPolicy }) => restartPolicy);
    expect(restart).toEqual(version === '1.6.0' ? ['Always'] : []);
  });

  test.each<[string, object, object, boolean]>([
    ['a VM logs its console', {}, {}, true],
    ['unless it has none', { autoattachSerialConsole: false, logSerialConsole: true }, {}, false],
    ['unless it says so', { logSerialConsole: false }, {}, false],
    ['unless the cluster says so', {}, { disableSerialConsoleLog: {} }, false],
    ['but the VM has the last word', { logSerialConsole: true }, { disableSerialConsoleLog: {} }, true],
  ])('of the console log: %s', (...row) => {
    const [, devices, virtualMachineOptions, isLogged] = row;
    const configuration = configurationWith({ virtualMachineOptions });
    expect(namesOf('1.6.0', { vmi: vmiWith({ devices }), configuration })).toHaveLength(isLogged ? 2 : 1);
  });

  test.each<[string, object, object]>([
    ['its own figures', {}, { limits: { cpu: '15m', memory: '60M' }, requests: { cpu: '5m', memory: '35M' } }],
    [
      'requests at the limits for a guaranteed VM',
      guaranteed,
      { limits: { cpu: '15m', memory: '60M' }, requests: { cpu: '15m', memory: '60M' } },
    ],
  ])('the console log has %s', (_, domain, expected) => {
    expect(amountsOf(requestAt('1.6.0', { vmi: vmiWith({ ...domain }) }))['init:guest-console-log']).toEqual(expected);
  });

  test("the cluster's own figures win, unless they are zero", () => {
    const entry = (limits: object) => ({
      type: 'guest-console-log',
      resources: { limits, requests: { memory: '9M' } },
    });
    const configuration = configurationWith({ supportContainerResources: [entry({ cpu: '0' }), entry({ cpu: '7m' })] });
    expect(amountsOf(requestAt('1.6.0', { configuration }))['init:guest-console-log']).toEqual({
      limits: { cpu: '7m', memory: '60M' },
      requests: { cpu: '5m', memory: '9M' },
    });
  });

  const withDisk = vmiWith({ firmware: { kernelBoot: { container: { image: 'kernel' } } } }, { volumes: [DISK] });

  test('container disks and a kernel image have a container and an init container each', () => {
    expect(namesOf('1.7.0', { vmi: withDisk })).toEqual([
      'compute',
      'volumedisk',
      'volumekernel-boot-volume',
      'init:guest-console-log',
      'init:container-disk-binary',
      'init:volumedisk-init',
      'init:volumekernel-boot-volume-init',
    ]);
  });

  test.each<[string, string, 'source' | 'target', string[]]>([
    ['1.6 has no containers for them', '1.6.0', 'source', []],
    ['a start of 1.7 learns their digests', '1.7.0', 'source', ['init:volumedisk', 'init:volumekernel-boot-volume']],
    ['a migration knows them already', '1.7.0', 'target', []],
  ])('with image volumes %s', (...row) => {
    const [, version, role, names] = row;
    const rendered = namesOf(version, { vmi: withDisk, role, configuration: gates('ImageVolume') });
    expect(rendered).toEqual(['compute', 'init:guest-console-log', ...names]);
  });

  test('the copy of the container-disk binary is cheaper for a guaranteed VM', () => {
    const amounts = (domain: object) =>
      amountsOf(requestAt('1.6.0', { vmi: vmiWith({ ...domain }, { volumes: [DISK] }) }))['init:container-disk-binary'];
    expect(amounts({})?.limits.cpu).toBe('100m');
    expect(amounts(guaranteed)?.limits.cpu).toBe('10m');
  });

  test('each shared volume has its virtiofsd; a containerPath is left to its webhook from 1.8', () => {
    const devices = { filesystems: [{ name: 'a' }, { name: 'b' }, { name: 'gone' }] };
    const volumes = [{ name: 'a', configMap: {} }, { name: 'b', containerPath: {} }, { name: 'c' }];
    const vmi = vmiWith({ devices }, { volumes });
    expect(namesOf('1.7.0', { vmi })).toContain('virtiofs-b');
    expect(namesOf('1.8.0', { vmi })).toEqual(['compute', 'virtiofs-a', 'init:guest-console-log']);
  });
});

describe('hook sidecars', () => {
  const withHooks = (text: string, domain: object = {}) =>
    vmiWith({ ...domain }, {}, { annotations: { 'hooks.kubevirt.io/hookSidecars': text } });
  const binding = { plug: { sidecarImage: 'plug:1' }, bare: {} };
  const using = (...names: string[]) => ({
    devices: { interfaces: names.map((name, index) => ({ name: `if${index}`, binding: { name } })) },
  });

  test.each<[string, string, number]>([
    ['one for each entry', '[{"image":"a"},{}]', 2],
    ['null entries included', '[null]', 1],
    ['none for an empty list', '[]', 0],
    ['none for null', 'null', 0],
  ])('%s', (_, text, count) => {
    const names = namesOf('1.6.0', { vmi: withHooks(text) }).filter((name) => name.startsWith('hook-sidecar-'));
    expect(names).toHaveLength(count);
  });

  test.each([[''], ['{}'], ['[1]'], ['[[]]'], ['not json']])('an annotation of %p is refused', (text) => {
    expect(refusalOf(requestAt('1.6.0', { vmi: withHooks(text) }))).toContain('no list of sidecars');
  });

  test('one sidecar serves all interfaces of a binding, and none one without an image', () => {
    const request = requestAt('1.6.0', {
      vmi: vmiWith(using('plug', 'plug', 'bare')),
      configuration: configurationWith({ network: { binding } }),
    });
    expect(Object.keys(amountsOf(request))).toEqual(['compute', 'hook-sidecar-0', 'init:guest-console-log']);
  });

  test.each([['unregistered'], ['__proto__'], ['constructor']])('binding %s is not registered: no pod', (name) => {
    const request = requestAt('1.6.0', {
      vmi: vmiWith(using(name)),
      configuration: configurationWith({ network: { binding } }),
    });
    expect(refusalOf(request)).toBe(`network binding ${name} is not registered in the KubeVirt configuration`);
  });

  test('slirp interfaces shared a sidecar up to 1.2', () => {
    const vmi = vmiWith({
      devices: {
        interfaces: [
          { name: 'a', slirp: {} },
          { name: 'b', slirp: {} },
        ],
      },
    });
    expect(namesOf('1.2.0', { vmi })).toContain('hook-sidecar-0');
    expect(namesOf('1.3.0', { vmi })).not.toContain('hook-sidecar-0');
  });

  test('a sidecar has limits only in a guaranteed VM or where the cluster sets them', () => {
    const plain = amountsOf(requestAt('1.6.0', { vmi: withHooks('[{}]') }))['hook-sidecar-0'];
    const strict = amountsOf(requestAt('1.6.0', { vmi: withHooks('[{}]', guaranteed) }))['hook-sidecar-0'];
    expect(plain).toEqual({ limits: {}, requests: {} });
    expect(strict).toEqual({ limits: { cpu: '200m', memory: '64M' }, requests: { cpu: '200m', memory: '64M' } });
  });
});

describe('network bindings', () => {
  const binding = { plug: { computeResourceOverhead: { requests: { memory: '64Mi' } } } };
  const interfaces = [
    { name: 'a', binding: { name: 'plug' } },
    { name: 'b', binding: { name: 'plug' } },
    { name: 'c', passtBinding: {} },
    { name: 'd', passtBinding: {} },
  ];
  const at = (version: string, ...featureGates: string[]) =>
    requestAt(version, {
      vmi: vmiWith({ ...harvesterDomain, devices: { interfaces } }),
      configuration: configurationWith({ network: { binding }, developerConfiguration: { featureGates } }),
    });

  test.each<[string, bigint]>([
    ['1.2.0', 0n],
    ['1.3.0', 64n],
    ['1.8.0', 314n],
  ])('%s adds %p Mi outside the ratio', (version, added) => {
    expect(podOf(at(version)).networkOverheadBytes).toBe(added * MI);
  });

  test('KubeVirt reports the sum from 1.8, behind a gate that 1.9 has on', () => {
    const { overhead, networkOverheadBytes } = podOf(at('1.8.0'));
    expect(reportedOverheadBytes(at('1.7.0'))).toBeUndefined();
    expect(reportedOverheadBytes(at('1.8.0'))).toBe(overhead.totalBytes + networkOverheadBytes);
    expect(annotatedOverheadBytes(at('1.8.0'))).toBeUndefined();
    expect(annotatedOverheadBytes(at('1.8.0', 'VmiMemoryOverheadReport'))).toBe(reportedOverheadBytes(at('1.8.0')));
    expect(annotatedOverheadBytes(at('1.9.0'))).toBe(reportedOverheadBytes(at('1.9.0')));
  });

  test('the architecture is the VMI’s from 1.2 on', () => {
    const vmi = vmiWith(harvesterDomain, { architecture: 'arm64' });
    const extra = (version: string) =>
      podOf(requestAt(version, { vmi })).overhead.totalBytes - podOf(requestAt(version)).overhead.totalBytes;
    expect([extra('1.1.1'), extra('1.2.0')]).toEqual([0n, 128n * MI]);
  });
});

describe('the attachment pod of hotplugged volumes', () => {
  test.each<[string, string, object]>([
    ['1.1.0 requests what it limits', '1.1.0', { cpu: '100m', memory: '80M' }],
    ['1.2 requests little', '1.2.0', { cpu: '10m', memory: '2M' }],
  ])('%s', (_, version, requests) => {
    const { containers } = renderAttachmentPod(releaseOf(version), configurationWith({}));
    const resources = containers?.[0]?.resources;
    expect(Object.fromEntries([...(resources?.limits ?? [])].map(([name, amount]) => [name, `${amount}`]))).toEqual({
      cpu: '100m',
      memory: '80M',
    });
    expect(Object.fromEntries([...(resources?.requests ?? [])].map(([name, amount]) => [name, `${amount}`]))).toEqual(
      requests,
    );
  });

  test.each<[string, object, object, boolean]>([
    ['an attached volume needs it', {}, { volumeStatus: [{ name: 'a', hotplugVolume: {} }] }, true],
    [
      'a hotpluggable claim needs it',
      { volumes: [{ name: 'a', persistentVolumeClaim: { hotpluggable: true } }] },
      {},
      true,
    ],
    ['a hotpluggable data volume needs it', { volumes: [{ name: 'a', dataVolume: { hotpluggable: true } }] }, {}, true],
    [
      'other volumes do not',
      { volumes: [{ name: 'a', persistentVolumeClaim: {} }] },
      { volumeStatus: [{ name: 'a' }] },
      false,
    ],
    ['a VM without volumes does not', {}, {}, false],
  ])('%s', (...row) => {
    const [, spec, status, isNeeded] = row;
    const vmi = virtualMachineInstanceShape.parse({ metadata: { name: 'vm1' }, spec: { domain: {}, ...spec }, status });
    expect(hasHotpluggedVolumes(vmi)).toBe(isNeeded);
  });
});

test.each<[string, boolean]>([
  ['3', true],
  ['loud', false],
  ['', false],
])('a log verbosity of %p is rendered: %p', (logVerbosity, isRendered) => {
  const refusal = refusalOf(requestAt('1.6.0', { vmi: vmiWith({}, {}, { labels: { logVerbosity } }) }));
  expect(refusal === 'rendered').toBe(isRendered);
});
