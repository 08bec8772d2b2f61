import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseGoFloat } from '../../src/kubevirt/go-number.ts';
import { RELEASES } from '../../src/kubevirt/release-table.ts';
import { podShape } from '../../src/objects/kubernetes.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { kubeVirt } from '../builders/cluster.ts';
import type { Json } from '../builders/json.ts';
import { launcher } from '../builders/pod.ts';
import { emptyScene, scene } from '../builders/scene.ts';
import { sizedVmi, vmi, vmiUid } from '../builders/virtual-machine.ts';
import { findingsIn, rulesOf, theFinding } from './examined.ts';

const DRIFT = 'overhead-drift warning';

/** Gives the compute container of vm1's running pod other amounts. */
function withCompute(resources: { limits?: Json; requests?: Json }) {
  const pod = launcher(vmi(), kubeVirt());
  const spec = { containers: [{ name: 'compute', resources }], nodeName: 'harv1' };
  return scene().with({ ...pod, spec });
}

describe('a running pod is explained', () => {
  test.each(['1.0', '1.5', '3.7', '10.0', '1.25', '1.333', '2.555', '', '0'])(
    'by ratio %p, whatever the ratio is now',
    (ratio) => {
      expect(rulesOf(findingsIn(scene({ ratio }).ratio('2.2')))).not.toContain(DRIFT);
    },
  );

  test('by any release and any ratio of three decimals, whatever runs now', () => {
    const property = fc.property(
      fc.constantFrom(...RELEASES.map(({ version }) => version)),
      fc.integer({ min: 1000, max: 10_000 }),
      fc.record({ cpu: fc.integer({ min: 1, max: 64 }), memoryMi: fc.integer({ min: 64, max: 1 << 20 }) }),
      (version, thousandths, size) => {
        const of = (changes: Json) => kubeVirt(version, { spec: { configuration: changes } });
        const cr = of({ additionalGuestMemoryOverheadRatio: `${thousandths / 1000}` });
        const one = sizedVmi('vm1', size);
        const now = emptyScene({ kubeVirt: '1.9.0' }).with(one, launcher(one, cr));
        expect(rulesOf(findingsIn(now))).not.toContain(DRIFT);
      },
    );
    fc.assert(property, { numRuns: 150 });
  });

  test.each([
    { title: 'of a guaranteed VM, whose 100Mi old KubeVirt did not multiply', version: '1.5.2' },
    { title: 'of a guaranteed VM, whose 100Mi new KubeVirt does', version: '1.6.3' },
  ])('$title', ({ version }) => {
    const pinned = vmi('vm1', {
      spec: { domain: { cpu: { dedicatedCpuPlacement: true }, resources: { requests: { cpu: '2', memory: '4Gi' } } } },
    });
    const cr = kubeVirt(version, { spec: { configuration: { additionalGuestMemoryOverheadRatio: '3.3' } } });
    const now = emptyScene({ kubeVirt: '1.9.0' }).with(pinned, launcher(pinned, cr));
    expect(rulesOf(findingsIn(now))).not.toContain(DRIFT);
  });
});

const FOLDER = new URL('../vectors/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => /^kubevirt-v1\..*\.jsonl\.gz$/.test(name));

interface Vector {
  readonly name: string;
  readonly input: { readonly vmi: Json; readonly config: Json; readonly arch: string };
  readonly output: { readonly pod?: { readonly containers: unknown } | null };
}

describe("KubeVirt's own pods", () => {
  test.each(files)('%s: none of them is drift to a cluster that runs another version and ratio now', (file) => {
    const vectors = vectorsOf(file);
    const now = file.includes('1.9') ? '1.1.1' : '1.9.0';
    const drifted = vectors.filter((vector) => isDrift(vector, now));
    expect(drifted.map(({ name }) => name)).toEqual([]);
    expect(vectors.length).toBeGreaterThan(70);
  });

  test('and with 20Mi more of limit and request all of them are, unless something else may have made the difference', () => {
    const vectors = vectorsOf('kubevirt-v1.6.0.jsonl.gz');
    const drifted = vectors.map(enlarged).filter((vector) => isDrift(vector, '1.9.0'));
    expect(drifted.length).toBeGreaterThan(vectors.length / 2);
  });
});

function vectorsOf(file: string): Vector[] {
  const lines = gunzipSync(readFileSync(new URL(file, FOLDER)))
    .toString('utf8')
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Vector).filter(({ output }) => isStored(output));
}

const MORE = Quantity.parse('20Mi');

function enlarged({ output, ...vector }: Vector): Vector {
  const pod = podShape.parse({ metadata: { name: 'pod' }, spec: { containers: output.pod?.containers } });
  const containers = pod.spec.containers?.map(({ name, resources }) => {
    const more = (list: typeof resources.limits) =>
      Object.fromEntries([...list].map(([key, amount]) => [key, `${key === 'memory' ? amount.add(MORE) : amount}`]));
    return { name, resources: { limits: more(resources.limits), requests: more(resources.requests) } };
  });
  return { ...vector, output: { pod: { containers } } };
}

/** Odd ratios give negative amounts, which no API server stores. */
function isStored({ pod }: Vector['output']): boolean {
  return podShape.safeParse({ metadata: { name: 'pod' }, spec: { containers: pod?.containers } }).success;
}

function isDrift({ input, output }: Vector, version: string): boolean {
  const own = { ...(input.vmi.metadata as object), name: 'vm1', namespace: 'quota-test', uid: vmiUid('vm1') };
  const one: Json = { ...input.vmi, kind: 'VirtualMachineInstance', apiVersion: 'kubevirt.io/v1', metadata: own };
  const pod = { ...launcher(vmi(), kubeVirt()), spec: { containers: output.pod?.containers } };
  const running = kubeVirt(version);
  const cr = { ...running, spec: { configuration: changedSince(input.config) } };
  const status = { ...(running.status as object), defaultArchitecture: input.arch };
  return rulesOf(findingsIn(emptyScene().with({ ...cr, status }, one, pod))).includes(DRIFT);
}

/** Another ratio, unless the one of then was none that Harvester takes. */
function changedSince(configuration: Json): Json {
  const text = `${configuration.additionalGuestMemoryOverheadRatio ?? ''}`;
  const ratio = parseGoFloat(text) ?? 0;
  const isOrdinary = text === '' || (/^\d+(\.\d{1,3})?$/.test(text) && ratio >= 1 && ratio <= 10);
  return isOrdinary ? { ...configuration, additionalGuestMemoryOverheadRatio: '7.7' } : configuration;
}

const ODD = { limits: { memory: '5Gi' }, requests: { memory: '5Gi' } };

describe('a running pod is drift', () => {
  test('when QEMU is given 20Mi more than in any release known', () => {
    // 1.5 x 20Mi on top of what 1.6 reckons at ratio 1.5.
    const limits = { cpu: '2', memory: `${4737464313 + 31457280}` };
    const finding = theFinding(findingsIn(withCompute({ limits })), 'overhead-drift');
    expect(finding.subject).toEqual({ kind: 'Namespace', name: 'quota-test' });
    expect(finding.affected).toEqual(['VM vm1: 473954297 bytes; KubeVirt as it runs now would give 442497017 bytes']);
  });

  test('and several of them in a namespace are one finding', () => {
    const other = vmi('vm2');
    const pod = { ...launcher(other, kubeVirt()), spec: { containers: [{ name: 'compute', resources: ODD }] } };
    const { summary, affected } = theFinding(findingsIn(withCompute(ODD).with(other, pod)), 'overhead-drift');
    expect(summary).toMatch(/^2 VMs of namespace quota-test run with .* forecasts of them may be off\.$/);
    expect(affected).toHaveLength(2);
  });

  test('where nothing says which KubeVirt runs now, too, for every release is tried', () => {
    const limits = { memory: '4737464314' };
    const unversioned = withCompute({ limits }).changedKubeVirt({
      status: { observedKubeVirtVersion: '', targetKubeVirtVersion: '' },
    });
    const silent = unversioned.changedVmi({ status: { launcherContainerImageVersion: '' } });
    const { affected, evidence } = theFinding(findingsIn(silent), 'overhead-drift');
    expect(affected).toEqual(['VM vm1: 442497018 bytes']);
    expect(evidence[0]).toContain('of an unknown version');
  });

  test('when a webhook has raised its limit alone, though KubeVirt reports what it made', () => {
    const pod = launcher(vmi(), kubeVirt(), {
      metadata: { annotations: { 'kubevirt.io/memory-overhead-bytes': '1' } },
    });
    const resources = { limits: { memory: '5Gi' }, requests: { memory: '3157607425' } };
    const changed = scene().with({ ...pod, spec: { containers: [{ name: 'compute', resources }], nodeName: 'harv1' } });
    const { affected } = theFinding(findingsIn(changed), 'overhead-drift');
    expect(affected?.[0]).toMatch(/^VM vm1: its limit and its request have different overheads; KubeVirt as it runs/);
  });

  test('with huge pages too, which hide the guest and not the overhead', () => {
    const domain = { memory: { guest: '2Gi', hugepages: { pageSize: '2Mi' } } };
    const huge = vmi('vm1', { spec: { domain }, status: { memory: { guestCurrent: '2Gi', guestRequested: '2Gi' } } });
    const odd = withCompute({ limits: { memory: '3Gi' }, requests: { memory: '3Gi' } }).with(huge);
    expect(rulesOf(findingsIn(odd))).toContain(DRIFT);
    expect(rulesOf(findingsIn(emptyScene().started(huge)))).not.toContain(DRIFT);
  });

  test('by its request, where the VM states no limit', () => {
    const unlimited = vmi('vm1', { spec: { domain: { resources: { limits: undefined } } } });
    const drifted = withCompute({ requests: { memory: '4Gi' } }).with(unlimited);
    expect(rulesOf(findingsIn(drifted))).toContain(DRIFT);
  });
});

describe('a difference that may come from elsewhere is no drift', () => {
  const odd = withCompute(ODD);

  test.each([
    { title: 'memory is being plugged in', changes: { status: { memory: { guestRequested: '8Gi' } } } },
    {
      title: 'the guest has not the memory that is asked for yet',
      changes: { spec: { domain: { memory: { guest: '8Gi' } } } },
    },
    { title: 'CPUs are being plugged in', changes: { spec: { domain: { cpu: { sockets: 2 } } } } },
    {
      title: 'KubeVirt says that a hotplug is under way',
      changes: { status: { conditions: [{ type: 'HotVCPUChange', status: 'True' }] } },
    },
    {
      title: 'a network binding adds memory of its own',
      changes: { spec: { domain: { devices: { interfaces: [{ name: 'default', binding: { name: 'passt' } }] } } } },
    },
    {
      title: 'an SR-IOV interface may have been plugged in',
      changes: { spec: { domain: { devices: { interfaces: [{ name: 'fast', sriov: {} }] } } } },
    },
    {
      title: 'the overhead is overcommitted, and there is no limit',
      changes: { spec: { domain: { resources: { limits: undefined, overcommitGuestOverhead: true } } } },
    },
    { title: 'nothing is stated', changes: { spec: { domain: { resources: undefined } } } },
  ])('$title', ({ changes }) => {
    expect(rulesOf(findingsIn(odd))).toContain(DRIFT);
    expect(rulesOf(findingsIn(odd.changedVmi(changes)))).not.toContain(DRIFT);
  });

  test('requests are reckoned anew where memory is overcommitted', () => {
    const overcommitted = { spec: { configuration: { developerConfiguration: { memoryOvercommit: 150 } } } };
    const unlimited = odd.changedVmi({ spec: { domain: { resources: { limits: undefined } } } });
    expect(rulesOf(findingsIn(unlimited))).toContain(DRIFT);
    expect(rulesOf(findingsIn(unlimited.changedKubeVirt(overcommitted)))).not.toContain(DRIFT);
  });

  test('a VM without a pod, and a pod without its container, tell nothing', () => {
    const bare = { ...launcher(vmi(), kubeVirt()), spec: { containers: [{ name: 'guest-console-log' }] } };
    expect(rulesOf(findingsIn(scene().with(bare)))).not.toContain(DRIFT);
    expect(rulesOf(findingsIn(withCompute({})))).not.toContain(DRIFT);
    expect(rulesOf(findingsIn(emptyScene().with(vmi())))).toEqual([]);
  });
});
