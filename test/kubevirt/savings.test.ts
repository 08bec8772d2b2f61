import { describe, expect, test } from '@jest/globals';
import { overheadSavings } from '../../src/kubevirt/savings.ts';
import { configurationWith, harvesterDomain, requestAt, vmiWith } from './objects.ts';

function savingsOf(...args: Parameters<typeof requestAt>) {
  return overheadSavings(requestAt(...args)).map(({ change, limits, requests }) => ({
    change,
    limits: Object.fromEntries([...limits].map(([name, amount]) => [name, `${amount}`])),
    requests: Object.fromEntries([...requests].map(([name, amount]) => [name, `${amount}`])),
  }));
}

describe('what a VM would save', () => {
  test('a Harvester VM at ratio 1.5', () => {
    const configuration = configurationWith({ additionalGuestMemoryOverheadRatio: '1.5' });
    expect(savingsOf('1.6.0', { configuration })).toEqual([
      // 32Mi, and half of it again by the ratio, which is cut off to thousands.
      { change: 'no-graphics-device', limits: { memory: '50331432' }, requests: { memory: '50331432' } },
      {
        change: 'no-console-log',
        limits: { cpu: '15m', memory: '60000000' },
        requests: { cpu: '5m', memory: '35000000' },
      },
      { change: 'overcommit-guest-overhead', limits: {}, requests: { memory: '442497017' } },
    ]);
  });

  test('nothing that it does without already', () => {
    const devices = { autoattachGraphicsDevice: false, logSerialConsole: false };
    const resources = { ...harvesterDomain.resources, overcommitGuestOverhead: true };
    expect(savingsOf('1.5.0', { vmi: vmiWith({ ...harvesterDomain, devices, resources }) })).toEqual([]);
  });

  test('huge pages ignore overcommitGuestOverhead', () => {
    const vmi = vmiWith({ ...harvesterDomain, memory: { guest: '2Gi', hugepages: { pageSize: '2Mi' } } });
    expect(savingsOf('1.6.0', { vmi }).map(({ change }) => change)).toEqual(['no-graphics-device', 'no-console-log']);
  });

  test('a VM that KubeVirt does not render saves nothing', () => {
    const vmi = vmiWith({ devices: { interfaces: [{ name: 'a', binding: { name: 'gone' } }] } });
    expect(savingsOf('1.6.0', { vmi })).toEqual([]);
  });
});
