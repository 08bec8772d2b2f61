import { describe, expect, test } from '@jest/globals';
import { scaleUpDelta } from '../../src/harvester/scale-up.ts';
import { quotaWith, releaseOf, vmiWith } from './objects.ts';

/** Of every launcher pod from KubeVirt 1.1 on; no scale-up has it. */
const CONSOLE_LOG_BYTES = 60_000_000n;

const developerNotes = 'notes of a Harvester developer on v1.2.1';
const ratioNotes = 'notes on the overhead ratio, Harvester 1.3.2';
const quotaNotes = 'notes on migration with ResourceQuota, Harvester 1.7.0';

const vm4Gi = { cpu: '2', memory: '4Gi', request: '2730Mi' };
const vm16Gi = { cpu: '1', memory: '16Gi', request: '3276Mi' };
const vm8Gi = { cpu: '1', memory: '8Gi', request: '1638Mi' };
const vm2Gi = { cpu: '1', memory: '2Gi', request: '1365Mi' };
const vm1Gi = { cpu: '1', memory: '1Gi', request: '682Mi' };

const figures = [
  { source: developerNotes, version: '1.2.1', vm: vm4Gi, ratio: undefined, bytes: 4531245057n },
  { source: `${developerNotes}, four at once`, version: '1.2.1', vm: vm2Gi, ratio: undefined, bytes: 2372577281n },
  { source: ratioNotes, version: '1.3.2', vm: vm16Gi, ratio: '1', bytes: 17440333824n },
  { source: ratioNotes, version: '1.3.2', vm: vm16Gi, ratio: '1.5', bytes: 17570565824n },
  { source: ratioNotes, version: '1.3.2', vm: vm16Gi, ratio: '2', bytes: 17700798824n },
  { source: ratioNotes, version: '1.3.2', vm: vm8Gi, ratio: '1', bytes: 8847044609n },
  { source: ratioNotes, version: '1.3.2', vm: vm8Gi, ratio: '1.5', bytes: 8975599609n },
  { source: ratioNotes, version: '1.3.2', vm: vm8Gi, ratio: '2', bytes: 9104155609n },
  { source: 'harvester PR 7504', version: '1.5.0', vm: vm1Gi, ratio: '1.5', bytes: 1456469952n, podBytes: 1516469952n },
  { source: quotaNotes, version: '1.7.0', vm: vm4Gi, ratio: '1.5', bytes: 4737464313n, podBytes: 4797464313n },
  { source: quotaNotes, version: '1.7.0', vm: vm4Gi, ratio: '4.5', bytes: 5622461313n, podBytes: 5682461313n },
  {
    source: 'harvester PR 10197',
    version: '1.8.0',
    vm: vm2Gi,
    ratio: '1.5',
    bytes: 2573204537n,
    podBytes: 2633204537n,
  },
];

function scaledMemoryBytes({ version, vm, ratio }: Pick<(typeof figures)[number], 'version' | 'vm' | 'ratio'>) {
  const vmi = vmiWith({ cpu: vm.cpu, memory: vm.memory }, { memory: vm.request });
  const delta = scaleUpDelta({ vmi, quota: quotaWith({}), release: releaseOf(version), ratio, architecture: 'amd64' });
  return delta.get('limits.memory')?.value();
}

describe('published figures of limits.memory with overhead', () => {
  test.each(figures)('Harvester $version, limit $vm.memory, ratio $ratio: $bytes ($source)', ({ bytes, ...facts }) => {
    expect(scaledMemoryBytes(facts)).toBe(bytes);
  });

  const pods = figures.flatMap((figure) =>
    figure.podBytes === undefined ? [] : [{ ...figure, pod: figure.podBytes }],
  );
  test.each(pods)('Harvester $version, ratio $ratio: the pod has $pod, 60M more ($source)', ({ pod, ...facts }) => {
    expect((scaledMemoryBytes(facts) ?? 0n) + CONSOLE_LOG_BYTES).toBe(pod);
  });

  test.each([
    { version: '1.4.2', vm: vm1Gi, bytes: 1456469952n, source: 'harvester PR 7504' },
    { version: '1.9.0', vm: vm2Gi, bytes: 2573204537n, source: 'harvester PR 10197' },
  ])('Harvester $version has the same formula for these: $bytes ($source)', ({ version, vm, bytes }) => {
    expect(scaledMemoryBytes({ version, vm, ratio: '1.5' })).toBe(bytes);
  });
});
