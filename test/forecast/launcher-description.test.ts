import { describe, expect, test } from '@jest/globals';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { describeLauncher } from '../../src/forecast/launcher-description.ts';
import { podShape } from '../../src/objects/kubernetes.ts';
import { type Json, merged } from '../builders/json.ts';
import { type Scene, scene } from '../builders/scene.ts';

function described(at: Scene, changes: Json = {}) {
  const pod = merged(scene().find('Pod', 'virt-launcher-vm1-src01'), changes);
  return describeLauncher(prepare(at.objects()), podShape.parse(pod));
}

describe('what is written on a launcher pod', () => {
  test('is its overhead, the ratio in it, what is left for the guest, and the version that made it', () => {
    expect(described(scene())).toEqual({
      kind: 'described',
      annotations: {
        memoryOverheadBytes: 442497017n,
        overheadRatio: '1.5',
        workloadMemoryBytes: 4294967296n,
        kubeVirtVersion: '1.6.3-150700.3.13.1',
      },
    });
  });

  test('has no memory for the guest where the compute container has no limit', () => {
    const unlimited = described(scene(), { spec: { containers: [{ name: 'compute', resources: {} }] } });
    expect(unlimited).toMatchObject({ kind: 'described' });
    expect(unlimited.kind === 'described' && 'workloadMemoryBytes' in unlimited.annotations).toBe(false);
  });

  test('has a ratio of 1 where the cluster has none', () => {
    const none = { spec: { configuration: { additionalGuestMemoryOverheadRatio: undefined } } };
    expect(described(scene().changedKubeVirt(none))).toMatchObject({ annotations: { overheadRatio: '1' } });
  });

  test("names the row of the table where only the VMI's image tells the version", () => {
    const silent = { status: { observedKubeVirtVersion: undefined, targetKubeVirtVersion: undefined } };
    expect(described(scene().changedKubeVirt(silent))).toMatchObject({ annotations: { kubeVirtVersion: '1.6.3' } });
  });

  test.each([
    { title: 'label', changes: { metadata: { ownerReferences: undefined } } },
    { title: 'owner', changes: { metadata: { labels: { 'kubevirt.io/created-by': undefined } } } },
  ])('belongs to the VMI that its $title names', ({ changes }) => {
    expect(described(scene(), changes)).toMatchObject({ kind: 'described' });
  });

  test.each([
    {
      title: 'of no VMI',
      changes: { metadata: { ownerReferences: [], labels: { 'kubevirt.io/created-by': undefined } } },
    },
    { title: 'of another VMI of that name', changes: { metadata: { labels: { 'kubevirt.io/created-by': 'other' } } } },
  ])('is unknown of a pod $title', ({ changes }) => {
    expect(described(scene(), changes)).toEqual({
      kind: 'unknown',
      unknown: 'vm-not-found',
      reason: 'the VirtualMachineInstance of this pod was not found',
    });
  });

  test('is unknown while two versions of KubeVirt reckon it differently', () => {
    const upgrading = (from: string) => scene().changedKubeVirt({ status: { observedKubeVirtVersion: from } });
    expect(described(upgrading('v1.5.2'))).toEqual({
      kind: 'unknown',
      unknown: 'kubevirt-upgrade',
      reason: 'KubeVirt v1.5.2 and 1.6.3-150700.3.13.1 reckon the overhead differently, and an upgrade is running',
    });
    expect(described(upgrading('v1.6.1'))).toMatchObject({ kind: 'described' });
  });

  test('is unknown where facts are missing', () => {
    expect(described(scene().without('KubeVirt', 'kubevirt'))).toMatchObject({ kind: 'unknown' });
    const old = { status: { observedKubeVirtVersion: 'v0.59.0' } };
    expect(described(scene().changedKubeVirt(old))).toMatchObject({ kind: 'unknown' });
  });
});
