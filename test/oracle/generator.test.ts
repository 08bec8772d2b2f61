import { describe, expect, test } from '@jest/globals';
import { drawQuestions, minorOf, type VectorQuestion } from '../../scripts/oracle/generator/cases.ts';
import { replayVectorLine } from '../../src/commands/replay-vectors.ts';

interface Named {
  readonly name: string;
}
interface Spec {
  readonly domain: {
    readonly cpu?: { readonly dedicatedCpuPlacement?: boolean; readonly isolateEmulatorThread?: boolean };
    readonly devices: {
      readonly interfaces?: readonly Named[];
      readonly disks?: readonly Named[];
      readonly filesystems?: readonly Named[];
    };
  };
  readonly networks?: readonly Named[];
  readonly volumes?: readonly Named[];
}

const cases = (version: string, seed = 7, count = 600) => drawQuestions({ version, seed, count });
/** As they are written to the oracle: what is undefined is not there. */
const written = (questions: readonly VectorQuestion[]) => questions.map((question) => JSON.stringify(question));
const specsOf = (version: string) =>
  cases(version).map((question) => JSON.parse(JSON.stringify(question)).input.vmi.spec as Spec);
const namesOf = (list: readonly Named[] | undefined) => (list ?? []).map(({ name }) => name);

describe('random cases for the oracle', () => {
  test('the same seed draws the same cases', () => {
    expect(written(cases('v1.8.2', 42, 50))).toEqual(written(cases('v1.8.2', 42, 50)));
  });

  test('a patch release is asked the same as its minor, another seed something else', () => {
    const inputs = (version: string, seed: number) =>
      cases(version, seed, 20).map(({ input }) => JSON.stringify(input));
    expect(inputs('v1.5.3', 42)).toEqual(inputs('v1.5.0', 42));
    expect(inputs('v1.8.2', 43)).not.toEqual(inputs('v1.8.2', 42));
  });

  test('more cases begin with the same ones', () => {
    expect(written(cases('v1.9.0', 3, 30)).slice(0, 10)).toEqual(written(cases('v1.9.0', 3, 10)));
  });

  test.each(['v1.1.1', 'v1.6.0', 'v1.9.0'])('of %s are read by the product as any vectors', (version) => {
    for (const line of written(cases(version))) {
      // Without an output there is one thing to complain about.
      expect(replayVectorLine(line, 'cases.jsonl').differences).toEqual(['the line has no output to compare with']);
    }
  });

  test.each(['v1.1.1', 'v1.9.0'])('of %s hold to what the API server asks of a VMI', (version) => {
    for (const { domain, networks, volumes } of specsOf(version)) {
      const { interfaces, disks, filesystems } = domain.devices;
      expect(namesOf(interfaces)).toEqual(namesOf(networks));
      expect(new Set(namesOf(volumes)).size).toBe(namesOf(volumes).length);
      expect(namesOf(volumes)).toEqual(expect.arrayContaining([...namesOf(disks), ...namesOf(filesystems)]));
      expect(domain.cpu?.isolateEmulatorThread === true && domain.cpu.dedicatedCpuPlacement !== true).toBe(false);
    }
  });

  test.each<[string, string]>([
    ['v1.5.3', 'resourceClaims'],
    ['v1.6.0', '"snp"'],
    ['v1.7.0', 'passtBinding'],
    ['v1.7.0', 'containerPath'],
    ['v1.3.0', '"passt":{}'],
    ['v1.8.2', 'claim-net'],
  ])('a VMI of %s never has %s, which is of other versions', (version, text) => {
    expect(written(cases(version)).filter((line) => line.includes(text))).toEqual([]);
  });

  test.each([
    ...['"dedicatedCpuPlacement":true', '"isolateEmulatorThread":true', 'EmulatorThreadCompleteToEvenParity', '"numa"'],
    ...['"hugepages"', '"overcommitGuestOverhead":true', '"reservedOverhead"', '"maxGuest"', '"maxSockets"'],
    ...['"supplementalPool"', '"gpus"', '"hostDevices"', '"claimName":"claim-gpus"', '"permittedHostDevices"', '"sev"'],
    ...['"snp"', '"tdx"', '"tpm"', '"masquerade"', '"sriov"', '"passtBinding"', '"binding":{"name":"passt"}'],
    ...['"computeResourceOverhead"', '"name":"unregistered"', '"containerDisk"', '"kernelBoot"', '"virtiofs"'],
    ...['hookSidecars', '"hotpluggable":true', '"reservation":true', '"downwardMetrics"', '"exec"', '"ImageVolume"'],
    ...['"disabledFeatureGates"', '"supportContainerResources"', '"resourceQuotas"', 'auto-memory-limits-ratio'],
    ...['"autoCPULimitNamespaceLabelSelector"', '"hyperv-direct"', '"useEmulation":true', '"disableSerialConsoleLog"'],
    ...['"logSerialConsole":false', '"autoattachSerialConsole":false', '"autoattachGraphicsDevice":false', '"arm64"'],
    ...['"s390x"', '"additionalGuestMemoryOverheadRatio":"1.5"', '"memoryOvercommit"', '"cpuAllocationRatio":0'],
  ])('some VMI or cluster has %s', (text) => {
    expect(everyKind.some((line) => line.includes(text))).toBe(true);
  });
});

const everyKind = written(cases('v1.9.0', 1, 1500));

describe('a release of KubeVirt', () => {
  test('has a minor version', () => {
    expect([minorOf('v1.8.2'), minorOf('v1.10.0')]).toEqual([8, 10]);
  });

  test.each(['1.8.2', 'v1.8', 'v1.9.0-rc.2', 'v2.0.0'])('%s is none that there is an oracle of', (version) => {
    expect(() => minorOf(version)).toThrow('expected a KubeVirt release such as v1.8.2');
  });
});
