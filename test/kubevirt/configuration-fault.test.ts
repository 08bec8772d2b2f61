import { describe, expect, test } from '@jest/globals';
import { configurationFault } from '../../src/kubevirt/configuration-fault.ts';
import { configurationWith } from './objects.ts';

describe('a configuration that the API server takes and KubeVirt refuses', () => {
  test.each<[string, object, string | undefined]>([
    ['an empty one is valid', {}, undefined],
    [
      'a negative CPU allocation ratio is not',
      { developerConfiguration: { cpuAllocationRatio: -1 } },
      'developerConfiguration.cpuAllocationRatio is -1',
    ],
    [
      'nor a negative memory overcommit',
      { developerConfiguration: { memoryOvercommit: -150 } },
      'developerConfiguration.memoryOvercommit is -150',
    ],
    ['a zero counts as not set', { developerConfiguration: { memoryOvercommit: 0, cpuAllocationRatio: 0 } }, undefined],
    [
      'a tolerance is a percentage',
      { developerConfiguration: { pvcTolerateLessSpaceUpToPercent: 101 } },
      'developerConfiguration.pvcTolerateLessSpaceUpToPercent is 101',
    ],
    ['a pull policy is one of three', { imagePullPolicy: 'Sometimes' }, 'imagePullPolicy is "Sometimes"'],
    ['or not set', { imagePullPolicy: '' }, undefined],
    [
      'the default interface is no plugin',
      { network: { defaultNetworkInterface: 'passt' } },
      'network.defaultNetworkInterface is "passt"',
    ],
    ['the default interface can be a bridge', { network: { defaultNetworkInterface: 'bridge' } }, undefined],
    ['null is not set', { imagePullPolicy: null, developerConfiguration: null }, undefined],
  ])('%s', (_, configuration, fault) => {
    expect(configurationFault(configurationWith({ ...configuration }))).toBe(fault);
  });
});
