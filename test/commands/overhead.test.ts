import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import { headroom, withFolder } from './run-program.ts';

interface StoredObject {
  kind: string;
  metadata: { name: string; [field: string]: unknown };
  // biome-ignore lint/suspicious/noExplicitAny: stored objects are taken apart and changed freely here.
  [field: string]: any;
}

const AT_4_5 = 'examples/quota-test-ratio-4.5.yaml';

function objectsOf(file: string): StoredObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS());
}

/** The example cluster, changed, as a snapshot of its own. */
async function overheadOf(change: (objects: StoredObject[]) => StoredObject[], args = 'vm1 -n quota-test') {
  const content = change(objectsOf(AT_4_5))
    .map((object) => stringify(object))
    .join('---\n');
  return withFolder({ 's.yaml': content }, async (folder) => {
    const { stdout, exitCode } = await headroom(`overhead ${args} -o json --snapshot ${folder}/s.yaml`);
    return { exitCode, vm: JSON.parse(stdout).overheads[0] };
  });
}

function changeVmi(change: (vmi: StoredObject) => void): (objects: StoredObject[]) => StoredObject[] {
  return (objects) => {
    for (const object of objects) if (object.kind === 'VirtualMachineInstance') change(object);
    return objects;
  };
}

describe('the overhead that a VM runs with', () => {
  test('is what its pod has beyond its own limit', async () => {
    const { vm } = await overheadOf((objects) => objects);
    expect([vm.nowBytes, vm.totalBytes, vm.differenceBytes]).toEqual(['442497017', '1327494017', '884997000']);
  });

  test('is what KubeVirt reports, where it does', async () => {
    const { vm } = await overheadOf(
      changeVmi((vmi) => Object.assign(vmi.status, { memory: { memoryOverhead: '500M' } })),
    );
    expect(vm.nowBytes).toBe('500000000');
  });

  test('is read from the requests of a VM without limits', async () => {
    const { vm } = await overheadOf(
      changeVmi((vmi) => {
        delete vmi.spec.domain.resources.limits;
      }),
    );
    expect(vm.nowBytes).toBe('442497017');
  });

  test('is what KubeVirt wrote on its pod, before the VMI has it', async () => {
    const { vm } = await overheadOf((objects) => {
      for (const { kind, metadata } of objects) {
        if (kind === 'Pod') metadata.annotations = { 'kubevirt.io/memory-overhead-bytes': '442497017' };
      }
      return objects;
    });
    expect([vm.nowBytes, vm.running.overheadFrom]).toEqual(['442497017', 'reported']);
  });

  test('is not told where the pod is not what the VMI asks for', async () => {
    const { vm } = await overheadOf(
      changeVmi((vmi) => {
        vmi.spec.domain.memory = { guest: '4Gi', hugepages: { pageSize: '2Mi' } };
        vmi.spec.domain.resources.limits.memory = '3Gi';
      }),
    );
    expect(vm).not.toHaveProperty('nowBytes');
    expect(vm).not.toHaveProperty('why');
  });

  test('is not told without its pod', async () => {
    const { vm } = await overheadOf((objects) => objects.filter(({ kind }) => kind !== 'Pod'));
    expect(vm.nowBytes).toBeUndefined();
    expect(vm.totalBytes).toBe('1327494017');
  });
});

describe('the overhead that a VM will have', () => {
  test('follows another ratio', async () => {
    const { vm } = await overheadOf((objects) => objects, 'vm1 --ratio 1.5');
    expect([vm.ratio, vm.totalBytes, vm.differenceBytes]).toEqual(['1.5', '442497017', '0']);
  });

  test('adds up from its terms and the share of the ratio', async () => {
    const { vm } = await overheadOf((objects) => objects);
    const terms = vm.terms.reduce((sum: bigint, { bytes }: { bytes: string }) => sum + BigInt(bytes), 0n);
    expect(`${terms}`).toBe(vm.baseBytes);
    expect(`${terms + BigInt(vm.ratioShareBytes) + BigInt(vm.networkBytes)}`).toBe(vm.totalBytes);
  });

  test('is less without a graphics device and a console log, and can be left out of the request', async () => {
    const { vm } = await overheadOf((objects) => objects);
    const changes = vm.savings.map(({ change }: { change: string }) => change);
    expect(changes).toEqual(['no-graphics-device', 'no-console-log', 'overcommit-guest-overhead']);
  });

  test('is reckoned by the observed version while KubeVirt is being upgraded, with a note', () =>
    withFolder(
      { 's.yaml': readFileSync(AT_4_5, 'utf8').replace(/targetKubeVirtVersion: .*/, 'targetKubeVirtVersion: 1.8.2') },
      async (folder) => {
        const { stderr } = await headroom(`overhead vm1 --snapshot ${folder}/s.yaml`);
        expect(stderr).toBe(
          'note: KubeVirt is being upgraded from 1.6.3-150700.3.13.1 to 1.8.2: reckoned by the rules of 1.6.3-150700.3.13.1\n',
        );
      },
    ));

  test('is unknown without a KubeVirt object, whose version and ratio decide it', async () => {
    const { exitCode, vm } = await overheadOf((objects) => objects.filter(({ kind }) => kind !== 'KubeVirt'));
    expect({ exitCode, vm }).toEqual({
      exitCode: 3,
      vm: { namespace: 'quota-test', name: 'vm1', reason: 'there is no KubeVirt object in the cluster' },
    });
  });

  test('is unknown for a VM that is not understood', async () => {
    const { exitCode, vm } = await overheadOf(
      changeVmi((vmi) => Object.assign(vmi.spec.domain.resources.limits, { memory: '4GB' })),
    );
    expect(exitCode).toBe(3);
    expect(vm.reason).toContain('expected a Kubernetes quantity');
  });
});

describe('a file of VMs', () => {
  test('is reckoned by the cluster of the snapshot', () =>
    withFolder({ 'vm.yaml': vmText() }, async (folder) => {
      const { stdout, exitCode } = await headroom(`overhead -f ${folder}/vm.yaml -o json --snapshot ${AT_4_5}`);
      const { overheads } = JSON.parse(stdout);
      expect(overheads).toMatchObject([
        { namespace: 'quota-test', name: 'new', occasion: 'start', totalBytes: '1327494017' },
      ]);
      expect(exitCode).toBe(0);
    }));

  test('is unknown without one', () =>
    withFolder({ 'vm.yaml': vmText() }, async (folder) => {
      const { stdout, exitCode } = await headroom(`overhead -f ${folder}/vm.yaml`);
      expect(stdout).toContain('there is no KubeVirt object in the cluster');
      expect(exitCode).toBe(3);
    }));

  test('says itself which VMs are meant', async () => {
    const { stderr } = await headroom(`overhead vm1 -f ${AT_4_5}`);
    expect(stderr).toBe('error: names of VMs and -f cannot be used together: the file says which VMs\n');
  });

  test('must hold one', () =>
    withFolder({ 'ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n' }, async (folder) => {
      const { stderr } = await headroom(`overhead -f ${folder}/ns.yaml`);
      expect(stderr).toContain('no VirtualMachine or VirtualMachineInstance with a name is in it');
    }));

  function vmText(): string {
    const vm = objectsOf(AT_4_5).find(({ kind }) => kind === 'VirtualMachine');
    return stringify({ ...vm, metadata: { name: 'new', namespace: 'quota-test' } });
  }
});
