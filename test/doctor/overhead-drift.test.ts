import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { explainerOf } from '../../src/doctor/explained-overhead.ts';
import { runningOverhead } from '../../src/doctor/running-overhead.ts';
import { type ClusterFacts, clusterFacts } from '../../src/forecast/cluster-facts.ts';
import { RELEASES } from '../../src/kubevirt/release-table.ts';
import { podShape } from '../../src/objects/kubernetes.ts';
import { type KubeVirtConfiguration, kubeVirtConfigurationShape } from '../../src/objects/kubevirt.ts';
import { virtualMachineInstanceShape } from '../../src/objects/virtual-machine-instance.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { kubeVirt } from '../builders/cluster.ts';
import type { Json } from '../builders/json.ts';
import { launcher } from '../builders/pod.ts';
import { emptyScene, scene } from '../builders/scene.ts';
import { sizedVmi, vmi } from '../builders/virtual-machine.ts';
import { findingsIn, rulesOf, theFinding } from './examined.ts';

const DRIFT = 'overhead-drift warning';

/** Gives the compute container of vm1's running pod other amounts. */
function withCompute(resources: { limits?: Json; requests?: Json }) {
  const pod = launcher(vmi(), kubeVirt());
  const spec = { containers: [{ name: 'compute', resources }], nodeName: 'harv1' };
  return scene().with({ ...pod, spec });
}

describe('a running pod is explained', () => {
  test.each(['1.0', '1.5', '3.7', '10.0', '1.25', '', '0'])('by ratio %p, whatever the ratio is now', (ratio) => {
    expect(rulesOf(findingsIn(scene({ ratio }).ratio('2.2')))).not.toContain(DRIFT);
  });

  test('by any release and any ratio of two decimals, whatever runs now', () => {
    const property = fc.property(
      fc.constantFrom(...RELEASES.map(({ version }) => version)),
      fc.integer({ min: 100, max: 1000 }),
      fc.record({ cpu: fc.integer({ min: 1, max: 64 }), memoryMi: fc.integer({ min: 64, max: 1 << 20 }) }),
      (version, hundredths, size) => {
        const of = (changes: Json) => kubeVirt(version, { spec: { configuration: changes } });
        const cr = of({ additionalGuestMemoryOverheadRatio: `${hundredths / 100}` });
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
  readonly input: { readonly vmi: unknown; readonly config: unknown; readonly arch: string };
  readonly output: { readonly pod?: { readonly containers: unknown } | null };
}

describe("KubeVirt's own pods", () => {
  test.each(files)('%s: none of them is drift to a cluster that runs another version now', (file) => {
    const text = gunzipSync(readFileSync(new URL(file, FOLDER))).toString('utf8');
    const vectors = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Vector);
    const { cluster } = emptyScene({ kubeVirt: file.includes('1.9') ? '1.1.1' : '1.9.0' }).objects();
    const read = clusterFacts(cluster);
    if (read.kind === 'unknown') throw new Error(read.reason);
    const explained = vectors.flatMap((vector) => isExplained(vector, read.facts));
    expect(explained.filter(({ is }) => !is)).toEqual([]);
    expect(explained.length).toBeGreaterThan(70);
  });
});

/** None where the pod does not tell its overhead. */
function isExplained({ name, input, output }: Vector, cluster: ClusterFacts): { name: string; is: boolean }[] {
  const facts = { ...cluster, configuration: changedSince(input.config), architecture: input.arch };
  const one = virtualMachineInstanceShape.parse({ metadata: { name: 'vm1' }, ...(input.vmi as object) });
  const pod = podShape.safeParse({ metadata: { name: 'pod' }, spec: { containers: output.pod?.containers } });
  // Odd ratios give negative amounts, which no API server stores.
  const overhead = pod.success ? runningOverhead(one, pod.data, facts) : undefined;
  if (overhead === undefined) return [];
  return [{ name, is: explainerOf(facts)({ vmi: one, overhead }).isExplained }];
}

/** Another ratio, unless the one of then was none that Harvester takes. */
function changedSince(config: unknown): KubeVirtConfiguration {
  const configuration = kubeVirtConfigurationShape.parse(config);
  const ratio = configuration.additionalGuestMemoryOverheadRatio ?? '';
  const isOrdinary = ratio === '' || (/^\d+(\.\d)?$/.test(ratio) && Number(ratio) >= 1 && Number(ratio) <= 10);
  return isOrdinary ? { ...configuration, additionalGuestMemoryOverheadRatio: '7.7' } : configuration;
}

describe('a running pod is drift', () => {
  test('when QEMU is given 20Mi more than in any release known', () => {
    // 1.5 x 20Mi on top of what 1.6 reckons at ratio 1.5.
    const limits = { cpu: '2', memory: `${4737464313 + 31457280}` };
    const finding = theFinding(findingsIn(withCompute({ limits })), 'overhead-drift');
    expect(finding.subject).toEqual({ kind: 'Namespace', name: 'quota-test' });
    expect(finding.affected).toEqual(['VM vm1: 473954297 bytes; KubeVirt as it runs now would give 442497017 bytes']);
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

  test('by its request, where the VM states no limit', () => {
    const unlimited = vmi('vm1', { spec: { domain: { resources: { limits: undefined } } } });
    const drifted = withCompute({ requests: { memory: '4Gi' } }).with(unlimited);
    expect(rulesOf(findingsIn(drifted))).toContain(DRIFT);
  });
});

describe('a difference that may come from elsewhere is no drift', () => {
  const odd = withCompute({ limits: { memory: '5Gi' }, requests: { memory: '5Gi' } });

  test.each([
    {
      title: 'hugepages hide the guest',
      changes: { spec: { domain: { memory: { hugepages: { pageSize: '2Mi' } } } } },
    },
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
    expect(
      runningOverhead(parsedVmi(), podShape.parse({ metadata: {}, spec: {} }), { configuration: {} }),
    ).toBeUndefined();
    expect(rulesOf(findingsIn(emptyScene().with(vmi())))).toEqual([]);
  });

  test('what KubeVirt would give now is nothing to do with what explains a pod', () => {
    const read = clusterFacts(scene().objects().cluster);
    if (read.kind === 'unknown') throw new Error(read.reason);
    const explain = explainerOf(read.facts);
    expect(explain({ vmi: parsedVmi(), overhead: Quantity.of(294998017n) })).toEqual({
      isExplained: true,
      expectedBytes: 442497017n,
    });
  });
});

function parsedVmi() {
  return virtualMachineInstanceShape.parse(vmi());
}
