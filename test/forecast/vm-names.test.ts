import { describe, expect, test } from '@jest/globals';
import { runningVms, stoppedVms, vmisOnNode } from '../../src/forecast/vm-names.ts';
import { scene } from '../builders/scene.ts';
import { vm, vmi } from '../builders/virtual-machine.ts';

describe('the VMs of a namespace', () => {
  const ended = vmi('vm4', { status: { phase: 'Succeeded' } });
  const garbled = vmi('vm5', { spec: { domain: { cpu: { cores: 'two' } } } });
  const elsewhere = vmi('vm6', { status: { nodeName: 'harv3' } });
  const { namespace } = scene()
    .with(ended, garbled, elsewhere)
    .with(vm('vm1'), vm('vm4'), vm('vm7'), vm('vm8', { spec: { runStrategy: 7 } }))
    .objects();

  test('run where their VMI has not ended, be it understood or not', () => {
    expect(runningVms(namespace)).toEqual(['vm1', 'vm6', 'vm5']);
  });

  test('are stopped where they have no such VMI', () => {
    expect(stoppedVms(namespace)).toEqual(['vm4', 'vm7', 'vm8']);
  });

  test('are on the node that their VMI names', () => {
    expect(vmisOnNode(namespace, 'harv1').map(({ metadata }) => metadata.name)).toEqual(['vm1']);
    expect(vmisOnNode(namespace, 'harv3').map(({ metadata }) => metadata.name)).toEqual(['vm6']);
  });
});
