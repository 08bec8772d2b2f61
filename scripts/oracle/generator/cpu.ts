import fc from 'fast-check';
import { cpuText, wholeCpuText } from './amounts.ts';
import { maybe, type Part, type Parts, someOf, sometimes, weighted } from './part.ts';

const factor = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(0, 1, 1, 2, 2, 3, 4, 8, 16) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 512 }) },
);
const topology = someOf({ cores: factor, sockets: factor, threads: fc.constantFrom(0, 1, 1, 2) }, 75);

/** As Harvester writes it: the limit is the number of CPUs, the request a part of it. */
const likeHarvester: Parts = fc
  .tuple(fc.constantFrom(1, 1, 2, 2, 3, 4, 8, 16), fc.constantFrom(1, 8, 10, 16, 16))
  .map(([cores, overcommit]) => ({
    cpu: { cores, sockets: 1, threads: 1 },
    limits: { cpu: `${cores}` },
    requests: { cpu: `${Math.floor((cores * 1000) / overcommit)}m` },
  }));

function amounts(text: fc.Arbitrary<string>, percent: number): Parts {
  return fc
    .tuple(maybe(percent, text), maybe(percent, text))
    .map(([limit, request]) => ({ ...cpuOf('limits', limit), ...cpuOf('requests', request) }));
}

function cpuOf(where: 'limits' | 'requests', cpu: string | undefined): Part {
  return cpu === undefined ? {} : { [where]: { cpu } };
}

const guaranteed: Parts = cpuText.map((cpu) => ({ limits: { cpu }, requests: { cpu } }));
/** Equal amounts in different words are equal. */
const guaranteedInOtherWords: Parts = fc.constant({ limits: { cpu: '2' }, requests: { cpu: '2000m' } });

const dedicatedTopology: Parts = fc
  .tuple(
    someOf(
      { cores: fc.constantFrom(1, 2, 3, 4, 5, 8), sockets: fc.constantFrom(1, 2), threads: fc.constantFrom(1, 2) },
      70,
    ),
    amounts(wholeCpuText, 20),
  )
  .map(([cpu, given]) => ({ ...given, cpu: { ...cpu, dedicatedCpuPlacement: true } }));
const dedicatedByAmounts: Parts = amounts(wholeCpuText, 70).map((given) => ({
  ...given,
  cpu: { dedicatedCpuPlacement: true },
}));

const base: Parts = weighted<Part>(
  [26, likeHarvester],
  [18, topology.map((cpu) => ({ cpu }))],
  [10, amounts(cpuText, 70)],
  [12, fc.tuple(topology, amounts(cpuText, 60)).map(([cpu, given]) => ({ ...given, cpu }))],
  [12, dedicatedTopology],
  [6, dedicatedByAmounts],
  [6, guaranteed],
  [2, guaranteedInOtherWords],
  [4, fc.constant({})],
  [2, fc.constant({ cpu: {} })],
);

const pinningDetails = someOf(
  {
    isolateEmulatorThread: fc.boolean(),
    numa: fc.constant({ guestMappingPassthrough: {} }),
    realtime: fc.constantFrom({}, { mask: '0-1' }),
  },
  40,
).map((cpu): Part => ({ cpu }));
const evenParity: Part = { annotations: { 'alpha.kubevirt.io/EmulatorThreadCompleteToEvenParity': '' } };

/** What refines the CPUs that `base` gave; only pinned ones can be refined, else the API refuses the VMI. */
const refined: fc.Arbitrary<Part[]> = base.chain((given) => {
  const isPinned = given.cpu?.dedicatedCpuPlacement === true;
  const refinements = isPinned ? [pinningDetails, sometimes(35, fc.constant(evenParity))] : [];
  return fc.tuple(fc.constant(given), ...refinements);
});

const plainDetails = someOf(
  { maxSockets: fc.constantFrom(4, 8, 64), model: fc.constantFrom('host-model', 'host-passthrough', 'Haswell-noTSX') },
  25,
);

/** The VMI's CPUs: topology, request, limit, pinning, IO threads. */
export function cpu(minor: number): fc.Arbitrary<Part[]> {
  const ioThreads = fc.record({
    ioThreadsPolicy: weighted<string>(
      [3, fc.constant('shared')],
      [4, fc.constant('auto')],
      [minor >= 5 ? 6 : 0, fc.constant('supplementalPool')],
    ),
    ioThreads: maybe(
      60,
      fc.constantFrom(0, 1, 2, 3, 4, 8, 64).map((supplementalPoolThreadCount) => ({ supplementalPoolThreadCount })),
    ),
  });
  return fc
    .tuple(
      refined,
      sometimes(
        50,
        plainDetails.map((details) => ({ cpu: details })),
      ),
      sometimes(
        14,
        ioThreads.map((domain) => ({ domain })),
      ),
    )
    .map(([given, details, threads]) => [...given, ...(given.some((part) => part.cpu) ? [details] : []), threads]);
}
