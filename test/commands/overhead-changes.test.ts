import { describe, expect, test } from '@jest/globals';
import { kubeVirt } from '../builders/cluster.ts';
import { type Json, merged } from '../builders/json.ts';
import { namespace } from '../builders/namespace.ts';
import { launcher } from '../builders/pod.ts';
import { vmi } from '../builders/virtual-machine.ts';
import { loadObserved } from '../observed/load-observed.ts';
import { headroom, withFolder } from './run-program.ts';

/** The only VM of a snapshot, as `overhead` reckons it. */
function overheadIn(snapshot: string, args = '-A') {
  return withFolder({ 's.yaml': snapshot }, async (folder) => {
    const { stdout } = await headroom(`overhead ${args} -o json --snapshot ${folder}/s.yaml`);
    return JSON.parse(stdout).overheads[0];
  });
}

const snapshotText = (...objects: readonly Json[]): string =>
  objects.map((object) => JSON.stringify(object)).join('\n');

const atRatio = (version: string, ratio: string): Json =>
  kubeVirt(version, { spec: { configuration: { additionalGuestMemoryOverheadRatio: ratio } } });

const NOW = atRatio('1.6.3-150700.3.13.1', '1.5');
const GROWN = {
  spec: { domain: { memory: { guest: '6Gi' }, resources: { requests: { memory: '6Gi' } } } },
};

describe('on a real control plane', () => {
  test.each([
    ['test1-step1-vm-running', '442497017', []],
    ['test2-step4-ratio-changed', '442497017', [{ cause: 'ratio', from: '1.5', to: '4.5' }]],
    ['test2-step5a-migrating', '442497017', [{ cause: 'ratio', from: '1.5', to: '4.5' }]],
    ['test2-step5b-migrated', '1327494017', []],
    ['v19-test2-step4-ratio-changed', '442497017', [{ cause: 'ratio', from: '1.5', to: '4.5' }]],
    ['v19-test2-migration3-a-rejected', '1327494017', []],
  ])('a VM at %s runs with %s', async (step, nowBytes, why) => {
    expect(await overheadIn(loadObserved(step))).toMatchObject({ nowBytes, why });
  });

  test('the workload stays what the VM was given, whatever the overhead', async () => {
    const before = await overheadIn(loadObserved('test2-step4-ratio-changed'));
    expect(before).toMatchObject({
      workloadBytes: '4294967296',
      podMemoryLimit: '5682461313',
      overcommitPercent: 101.6,
      running: { overheadFrom: 'pod', ratio: '1.5', workloadBytes: '4294967296', podMemoryLimit: '4797464313' },
    });
  });
});

describe('why the next pod will have another overhead', () => {
  test('is the version, where KubeVirt was upgraded since', async () => {
    const made = atRatio('1.5.0', '1.5');
    const image = { status: { launcherContainerImageVersion: 'quay.io/kubevirt/virt-launcher:v1.5.0' } };
    const vm = await overheadIn(snapshotText(NOW, namespace(), vmi('vm1', image), launcher(vmi(), made)));
    expect(vm.why).toEqual([{ cause: 'version', from: 'v1.5.0', to: '1.6.3-150700.3.13.1' }]);
    expect(vm.running).toMatchObject({ ratio: '1.5', kubeVirtVersion: 'v1.5.0' });
    // The graphics device counts 16Mi more, times the ratio.
    expect(vm.differenceBytes).toBe('25166216');
  });

  test('is the version that headroom wrote on the pod, where the image tells none', async () => {
    const made = launcher(vmi(), atRatio('1.5.0', '1.5'), {
      metadata: { annotations: { 'headroom.harvesterhci.io/kubevirt-version': '1.5.0-suse' } },
    });
    const image = { status: { launcherContainerImageVersion: 'quay.io/kubevirt/virt-launcher@sha256:00' } };
    const vm = await overheadIn(snapshotText(NOW, namespace(), vmi('vm1', image), made));
    expect(vm.why).toEqual([{ cause: 'version', from: '1.5.0-suse', to: '1.6.3-150700.3.13.1' }]);
  });

  test('is a hotplug whose migration has not happened yet', async () => {
    const objects = [atRatio('1.6.3', '2.0'), namespace(), vmi('vm1', GROWN), launcher(vmi(), NOW)];
    const vm = await overheadIn(snapshotText(...objects));
    expect(vm.why).toEqual([
      { cause: 'ratio', from: '1.5', to: '2.0' },
      { cause: 'hotplug', resource: 'memory', from: '4Gi', to: '6Gi' },
    ]);
    expect(vm.running.workloadBytes).toBe(vm.workloadBytes);
  });

  test('is a hotplug, proven by what KubeVirt reports', async () => {
    const reported = merged(GROWN, { status: { memory: { memoryOverhead: '442497017' } } });
    const vm = await overheadIn(snapshotText(NOW, namespace(), vmi('vm1', reported), launcher(vmi(), NOW)));
    expect(vm.why).toEqual([{ cause: 'hotplug', resource: 'memory', from: '4Gi', to: '6Gi' }]);
    expect(vm.running.overheadFrom).toBe('reported');
  });

  test('is unexplained, where nothing gives it', async () => {
    const reported = { status: { memory: { memoryOverhead: '442497018' } } };
    const vm = await overheadIn(snapshotText(NOW, namespace(), vmi('vm1', reported), launcher(vmi(), NOW)));
    expect(vm.why).toEqual([{ cause: 'unexplained' }]);
    expect(vm.running).not.toHaveProperty('ratio');
  });

  test('is the ratio that is only tried', async () => {
    expect(await overheadIn(loadObserved('test1-step1-vm-running'), '-A --ratio 2')).toMatchObject({
      why: [{ cause: 'ratio', from: '1.5', to: '2' }],
    });
  });
});

describe('for people the causes are', () => {
  const reported = (bytes: string) => ({ status: { memory: { memoryOverhead: bytes } } });
  const fast = { spec: { domain: { devices: { interfaces: [{ name: 'fast', sriov: {} }] } } } };
  const plain = { spec: { domain: { devices: { interfaces: [] } } } };

  test.each([
    ['hotplug of memory 4Gi to 6Gi', vmi('vm1', GROWN), launcher(vmi(), NOW)],
    ['unexplained', vmi('vm1', reported('442497018')), launcher(vmi(), NOW)],
    ['new SR-IOV interfaces', vmi('vm1', fast), launcher(vmi('vm1', plain), NOW)],
  ])('%s', async (text, vm, pod) => {
    await withFolder({ 's.yaml': snapshotText(NOW, namespace(), vm, pod) }, async (folder) => {
      const { stdout } = await headroom(`overhead -A --changed --snapshot ${folder}/s.yaml`);
      expect(stdout).toContain(`   ${text}   `);
    });
  });
});

describe('the effective overcommit', () => {
  const of = async (domain: Json) => {
    const changed = vmi('vm1', { spec: { domain } });
    const vm = await overheadIn(snapshotText(NOW, namespace(), changed, launcher(changed, NOW)));
    return [vm.workloadBytes, vm.overcommitPercent];
  };

  test('is less than what was configured, because the overhead is requested too', async () => {
    expect(await of({})).toEqual(['4294967296', 128.5]);
  });

  test('goes by the guest where the VM has no limit', async () => {
    expect(await of({ resources: { limits: undefined } })).toEqual([undefined, 128.5]);
  });

  test('is none with huge pages, which hold the guest and are another resource', async () => {
    const memory = { guest: '2730Mi', hugepages: { pageSize: '2Mi' } };
    expect(await of({ memory })).toEqual([String((4096n - 2730n) * 1048576n), undefined]);
  });
});
