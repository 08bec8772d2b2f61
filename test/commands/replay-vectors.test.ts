import { describe, expect, test } from '@jest/globals';
import { replayVectorLine } from '../../src/commands/replay-vectors.ts';

const vmi = {
  metadata: { name: 'vm1' },
  spec: { domain: { cpu: { cores: 2 }, resources: { requests: { memory: '1Gi' } } } },
};
const binding = { devices: { interfaces: [{ name: 'a', binding: { name: 'gone' } }] } };

function lineOf(changes: object): string {
  return JSON.stringify({ name: 'case', kubevirt: 'v1.9.0', input: { vmi, config: {}, arch: 'amd64' }, ...changes });
}

describe('a line of a vector file', () => {
  test('is reckoned without its output', () => {
    const { computed, passed } = replayVectorLine(lineOf({}), 'file.jsonl');
    expect(computed).toEqual({
      file: 'file.jsonl',
      name: 'case',
      overheadBytes: '291504128',
      reportedOverheadBytes: '291504128',
      pod: {
        containers: [
          {
            name: 'compute',
            resources: {
              limits: { 'devices.kubevirt.io/kvm': '1', 'devices.kubevirt.io/tun': '1' },
              requests: { cpu: '200m', 'ephemeral-storage': '50M', memory: '1302Mi' },
            },
          },
        ],
        initContainers: [
          {
            name: 'guest-console-log',
            restartPolicy: 'Always',
            resources: { limits: { cpu: '15m', memory: '60M' }, requests: { cpu: '5m', memory: '35M' } },
          },
        ],
      },
      targetPod: computed.pod,
    });
    expect(passed).toBe(false);
  });

  test('agrees by value, however the quantities are written', () => {
    const { computed } = replayVectorLine(lineOf({}), 'f');
    const [compute] = computed.pod?.containers ?? [];
    const requests = { ...compute?.resources.requests, memory: '1365245952000m' };
    const pod = { ...computed.pod, containers: [{ ...compute, resources: { ...compute?.resources, requests } }] };
    const output = { overheadBytes: '291504128', reportedOverheadBytes: '291504128', pod };
    expect(replayVectorLine(lineOf({ output }), 'f')).toMatchObject({ passed: true, differences: [] });
  });

  test('says each thing that differs', () => {
    const { computed } = replayVectorLine(lineOf({}), 'f');
    const output = {
      overheadBytes: '1',
      pod: { containers: [{ name: 'compute', resources: { limits: { cpu: '1' } } }], initContainers: [] },
      targetPod: computed.pod,
    };
    expect(replayVectorLine(lineOf({ output }), 'f').differences).toEqual([
      'overheadBytes: expected 1, computed 291504128',
      'reportedOverheadBytes: expected none, computed 291504128',
      'pod.containers.compute.limits.cpu: expected 1, computed none',
      'pod.containers.compute.limits.devices.kubevirt.io/kvm: expected none, computed 1',
      'pod.containers.compute.limits.devices.kubevirt.io/tun: expected none, computed 1',
      'pod.containers.compute.requests.cpu: expected none, computed 200m',
      'pod.containers.compute.requests.ephemeral-storage: expected none, computed 50M',
      'pod.containers.compute.requests.memory: expected none, computed 1302Mi',
      'pod.initContainers: expected none, computed guest-console-log',
    ]);
  });

  test('where KubeVirt refuses, so must we, in whatever words', () => {
    const input = { vmi: { ...vmi, spec: { domain: binding } }, config: {} };
    const output = { overheadBytes: '289406976', reportedOverheadBytes: '289406976', error: 'x', targetError: 'x' };
    const { passed, computed } = replayVectorLine(lineOf({ kubevirt: 'v1.8.2', input, output }), 'f');
    expect(computed).toMatchObject({ pod: null, targetPod: null, error: expect.stringContaining('gone') });
    expect(passed).toBe(false);
    const right = { ...output, overheadBytes: computed.overheadBytes, reportedOverheadBytes: computed.overheadBytes };
    expect(replayVectorLine(lineOf({ kubevirt: 'v1.8.2', input, output: right }), 'f').passed).toBe(true);
    expect(replayVectorLine(lineOf({ output: right }), 'f').differences).toContain(
      'pod: expected a refusal, computed a pod',
    );
  });

  test.each<[string, string, string]>([
    ['no JSON', '{', 'expected a line of JSON'],
    ['no vector', '{"name":"x"}', 'kubevirt: '],
    [
      'an amount that is none',
      lineOf({ input: { vmi: { metadata: {}, spec: { domain: { memory: { guest: '1GB' } } } } } }),
      '1GB',
    ],
    ['a version without rules', lineOf({ kubevirt: 'v0.59.0' }), 'none whose rules are known'],
  ])('with %s fails and says why', (_, line, reason) => {
    const { passed, computed } = replayVectorLine(line, 'f');
    expect(passed).toBe(false);
    expect(computed).toMatchObject({ pod: null, targetPod: null, error: expect.stringContaining(reason) });
  });
});
