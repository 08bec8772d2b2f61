import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { memoryOverhead, ratioIsReadable } from '../../src/kubevirt/memory-overhead.ts';
import { vendoredRelease } from '../../src/kubevirt/release.ts';
import { RELEASES } from '../../src/kubevirt/release-table.ts';
import { harvesterDomain, MI, releaseOf, vmiWith } from './objects.ts';

const harvesterVm = vmiWith(harvesterDomain);

function overheadAt(version: string, ratio?: string, vmi = harvesterVm, architecture = 'amd64') {
  return memoryOverhead(vmi, { release: releaseOf(version), architecture, ratio });
}

function termOf(version: string, domain: object, name: string, spec: object = {}) {
  const { terms } = overheadAt(version, undefined, vmiWith({ ...domain }, { ...spec }));
  return terms.find((term) => term.name === name)?.bytes ?? 0n;
}

describe('the terms', () => {
  test('a Harvester VM at 1.6 has these, each with its source', () => {
    const { terms, baseBytes, totalBytes } = overheadAt('1.6.3');
    expect(terms.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['page tables', 5591041n],
      ['virt-launcher-monitor', 25n * MI],
      ['virt-launcher', 100n * MI],
      ['virtlogd', 25n * MI],
      ['virtqemud', 40n * MI],
      ['qemu', 30n * MI],
      ['vCPUs', 16n * MI],
      ['IO thread', 8n * MI],
      ['graphics device', 32n * MI],
    ]);
    expect(terms[5]?.source).toBe('KubeVirt 1.6.3, services.GetMemoryOverhead, QemuOverhead');
    expect(totalBytes).toBe(baseBytes);
  });

  test.each<[string, string, string, object, string, bigint]>([
    ['the graphics device took 16Mi up to 1.5', '1.5.3', 'graphics device', {}, '{}', 16n],
    [
      'a VM without graphics device pays none',
      '1.6.0',
      'graphics device',
      { devices: { autoattachGraphicsDevice: false } },
      '{}',
      0n,
    ],
    [
      'GPUs cost 1Gi once, however many',
      '1.6.0',
      'VFIO devices',
      { devices: { gpus: [{}, {}], hostDevices: [{}] } },
      '{}',
      1024n,
    ],
    [
      'an SR-IOV interface is a VFIO device',
      '1.6.0',
      'VFIO devices',
      { devices: { interfaces: [{ name: 'a', sriov: {} }] } },
      '{}',
      1024n,
    ],
    [
      'null is no SR-IOV interface',
      '1.6.0',
      'VFIO devices',
      { devices: { interfaces: [{ name: 'a', sriov: null }] } },
      '{}',
      0n,
    ],
    ['one exec probe costs 110Mi', '1.6.0', 'exec probes', {}, '{"livenessProbe":{"exec":{}}}', 110n],
    ['two cost 120Mi', '1.6.0', 'exec probes', {}, '{"livenessProbe":{"exec":{}},"readinessProbe":{"exec":{}}}', 120n],
    ['other probes cost nothing', '1.6.0', 'exec probes', {}, '{"livenessProbe":{"httpGet":{}}}', 0n],
    [
      'downward metrics cost 1Mi as a volume',
      '1.6.0',
      'downward metrics',
      {},
      '{"volumes":[{"name":"m","downwardMetrics":{}}]}',
      1n,
    ],
    ['SEV costs 256Mi', '1.6.0', 'memory encryption', { launchSecurity: { sev: {} } }, '{}', 256n],
    ['SNP did not count before 1.7', '1.6.0', 'memory encryption', { launchSecurity: { snp: {} } }, '{}', 0n],
    ['SNP counts from 1.7', '1.7.0', 'memory encryption', { launchSecurity: { snp: {} } }, '{}', 256n],
    ['TDX costs nothing', '1.9.0', 'memory encryption', { launchSecurity: { tdx: {} } }, '{}', 0n],
    ['a disabled TPM counted at 1.4.0', '1.4.0', 'TPM', { devices: { tpm: { enabled: false } } }, '{}', 53n],
    ['and no more at 1.4.1', '1.4.1', 'TPM', { devices: { tpm: { enabled: false } } }, '{}', 0n],
    ['but again at 1.5.0', '1.5.0', 'TPM', { devices: { tpm: { enabled: false } } }, '{}', 53n],
    ['and no more at 1.5.1', '1.5.1', 'TPM', { devices: { tpm: { enabled: false } } }, '{}', 0n],
    [
      'passt without ports cost 800Mi an interface up to 1.2',
      '1.2.0',
      'passt interfaces',
      {
        devices: {
          interfaces: [
            { name: 'a', passt: {} },
            { name: 'b', passt: {}, ports: [{}] },
          ],
        },
      },
      '{}',
      800n,
    ],
    [
      'and nothing from 1.3',
      '1.3.0',
      'passt interfaces',
      { devices: { interfaces: [{ name: 'a', passt: {} }] } },
      '{}',
      0n,
    ],
    [
      'reserved overhead counts from 1.8',
      '1.8.0',
      'reserved overhead',
      { memory: { reservedOverhead: { addedOverhead: '1Gi' } } },
      '{}',
      1024n,
    ],
    [
      'and not before',
      '1.7.4',
      'reserved overhead',
      { memory: { reservedOverhead: { addedOverhead: '1Gi' } } },
      '{}',
      0n,
    ],
    [
      'dedicated CPUs cost 100Mi',
      '1.6.0',
      'dedicated CPUs or guaranteed QoS',
      { cpu: { dedicatedCpuPlacement: true } },
      '{}',
      100n,
    ],
  ])('%s', (...row) => {
    const [, version, name, domain, spec, sizeMi] = row;
    expect(termOf(version, domain, name, JSON.parse(spec))).toBe(sizeMi * MI);
  });

  test.each<[string, object, bigint]>([
    ['the topology is multiplied, with zero factors left out', { cpu: { cores: 2, sockets: 0, threads: 3 } }, 6n],
    ['an empty topology is one vCPU', { cpu: {} }, 1n],
    ['the product is a uint32', { cpu: { cores: 65536, sockets: 65536, threads: 3 } }, 3n],
    ['without a topology the limit counts', { resources: { limits: { cpu: '2500m' }, requests: { cpu: '8' } } }, 3n],
    ['then the request', { resources: { requests: { cpu: '8' } } }, 8n],
    ['a limit of zero is still a limit', { resources: { limits: { cpu: '0' }, requests: { cpu: '8' } } }, 1n],
    ['else one', {}, 1n],
  ])('of the vCPUs: %s', (_, domain, count) => {
    expect(termOf('1.6.0', domain, 'vCPUs')).toBe(8n * MI * count);
  });

  test('arm64 firmware costs 128Mi', () => {
    const arm = overheadAt('1.6.0', undefined, harvesterVm, 'arm64').totalBytes;
    expect(arm - overheadAt('1.6.0').totalBytes).toBe(128n * MI);
  });

  test.each<[string, string, object, object, boolean]>([
    [
      'equal requests and limits are guaranteed',
      '1.6.0',
      { cpu: '2', memory: '4Gi' },
      { cpu: '2000m', memory: '4096Mi' },
      true,
    ],
    ['CPU alone is not', '1.6.0', { cpu: '2', memory: '4Gi' }, { cpu: '2', memory: '3Gi' }, false],
    ['memory alone is not', '1.6.0', { cpu: '2', memory: '4Gi' }, { memory: '4Gi' }, false],
    [
      'a memory limit alone does not make up for its request',
      '1.6.3',
      { cpu: '2', memory: '4Gi' },
      { cpu: '2' },
      false,
    ],
    ['from 1.6.4 it does', '1.6.4', { cpu: '2', memory: '4Gi' }, { cpu: '2' }, true],
    ['but no memory at all does not', '1.7.0', { cpu: '2' }, { cpu: '2' }, false],
  ])('of guaranteed QoS: %s', (...row) => {
    const [, version, limits, requests, isGuaranteed] = row;
    const bytes = termOf(version, { resources: { limits, requests } }, 'dedicated CPUs or guaranteed QoS');
    expect(bytes > 0n).toBe(isGuaranteed);
  });
});

describe('the ratio', () => {
  test.each<[string, string, bigint]>([
    ['1.5', '1.5', 442497017n],
    ['4.5', '4.5', 1327494017n],
    ['nothing', '', 294998017n],
    ['a ratio of one', '1.0', 294998017n],
    ['a European comma, which is not read', '1,5', 294998017n],
    ['an exponent', '1e1', 2949989017n],
    ['zero, which takes all but the rounding', '0', -983n],
    ['NaN, which overflows', 'NaN', -9223372036854480809983n],
  ])('%s', (_, ratio, bytes) => {
    const { totalBytes, baseBytes, ratioShareBytes } = overheadAt('1.6.0', ratio);
    expect(totalBytes).toBe(bytes);
    expect(baseBytes + ratioShareBytes).toBe(bytes);
  });

  test.each<[string | undefined, boolean]>([
    [undefined, true],
    ['', true],
    ['NaN', true],
    ['1_5', true],
    ['1,5', false],
    [' 1', false],
  ])('%p is readable: %p', (ratio, isReadable) => {
    expect(ratioIsReadable(ratio)).toBe(isReadable);
  });

  test('multiplies the extra of dedicated VMs from 1.5.3 on', () => {
    const dedicated = vmiWith({ ...harvesterDomain, cpu: { cores: 2, dedicatedCpuPlacement: true } });
    const extraOf = (version: string, ratio: string) =>
      overheadAt(version, ratio, dedicated).totalBytes - overheadAt(version, ratio).totalBytes;
    expect(extraOf('1.5.2', '2')).toBe(100n * MI);
    expect(extraOf('1.5.3', '2')).toBeGreaterThan(199n * MI);
    expect(extraOf('1.5.2', 'abc')).toBe(0n);
    expect(extraOf('1.5.3', 'abc')).toBe(100n * MI);
  });

  test('reserved overhead in fractions of a byte keeps the total exact', () => {
    const vmi = vmiWith({ ...harvesterDomain, memory: { reservedOverhead: { addedOverhead: '1500m' } } });
    const { total, totalBytes, terms } = overheadAt('1.8.0', undefined, vmi);
    expect(`${total}`).toBe('294998018500m');
    expect(totalBytes).toBe(294998019n);
    expect(terms.at(-1)).toMatchObject({ name: 'reserved overhead', bytes: 2n });
  });
});

test('KubeVirt 0.54, inside Harvester 1.2.1, knows no ratio and no extra of dedicated VMs', () => {
  const found = vendoredRelease('0.54.0');
  if (found.kind === 'unknown') throw new Error(found.reason);
  const context = { release: found.release, architecture: 'amd64', ratio: '2.0' };
  expect(4096n * MI + memoryOverhead(harvesterVm, context).totalBytes).toBe(4531245057n);
  const dedicated = vmiWith({ ...harvesterDomain, cpu: { cores: 2, dedicatedCpuPlacement: true } });
  expect(memoryOverhead(dedicated, context)).toEqual(memoryOverhead(harvesterVm, context));
});

test('terms and ratio share always add up to the total', () => {
  const ratios = fc.option(
    fc.oneof(fc.constantFrom('', '1', '1.5', '4.5', 'abc'), fc.double({ min: 1, max: 10, noNaN: true }).map(String)),
  );
  const domains = fc.record({
    cpu: fc.record({ cores: fc.nat(64), dedicatedCpuPlacement: fc.boolean() }),
    devices: fc.record({ autoattachGraphicsDevice: fc.boolean(), tpm: fc.constantFrom(null, {}) }),
    resources: fc.record({ requests: fc.record({ memory: fc.nat({ max: 2 ** 40 }).map(String) }) }),
  });
  fc.assert(
    fc.property(ratios, domains, fc.constantFrom(...RELEASES), (ratio, domain, release) => {
      const overhead = memoryOverhead(vmiWith(domain), { release, architecture: 'amd64', ratio: ratio ?? undefined });
      const sum = overhead.terms.reduce((total, term) => total + term.bytes, 0n);
      expect(sum).toBe(overhead.baseBytes);
      expect(overhead.baseBytes + overhead.ratioShareBytes).toBe(overhead.totalBytes);
      expect(overhead.ratioShareBytes).toBeGreaterThanOrEqual(0n);
    }),
  );
});
