// Random VMIs in random clusters, as inputs of vectors. Nothing of the product's is used here: it is what is judged.
import fc from 'fast-check';
import { configuration } from './configuration.ts';
import { cpu } from './cpu.ts';
import { devices } from './devices.ts';
import { memory } from './memory.ts';
import { network } from './network.ts';
import { JoinedParts, type Json, maybe, weighted } from './part.ts';
import { storage } from './storage.ts';
import { surroundings } from './surroundings.ts';

/** A line of a vector file before anybody has answered it. */
export interface VectorQuestion {
  readonly kubevirt: string;
  readonly name: string;
  readonly input: Json;
}

export interface Drawing {
  /** `v1.8.2`: whose fields the VMIs may have. */
  readonly version: string;
  readonly seed: number;
  readonly count: number;
}

/** The same cases for the same minor version and seed, whatever the patch release. */
export function drawQuestions({ version, seed, count }: Drawing): VectorQuestion[] {
  const inputs = fc.sample(input(minorOf(version)), { seed, numRuns: count });
  return inputs.map((given, index) => ({
    kubevirt: version,
    name: `seed-${seed}-${`${index}`.padStart(4, '0')}`,
    input: given,
  }));
}

export function minorOf(version: string): number {
  const minor = /^v1\.(\d+)\.\d+$/.exec(version)?.[1];
  if (minor === undefined) throw new Error(`expected a KubeVirt release such as v1.8.2, got ${version}`);
  return Number(minor);
}

function input(minor: number): fc.Arbitrary<Json> {
  const parts = fc
    .tuple(
      configuration(minor),
      memory(minor),
      cpu(minor),
      network(minor),
      devices(minor),
      storage(minor),
      surroundings(),
    )
    .map((all) => new JoinedParts(all.flat()));
  return fc.tuple(parts, places).map(([joined, place]) => inputOf(joined, place));
}

interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly clusterArchitecture: string;
  readonly architecture: string | undefined;
}

const AMD64_MOSTLY = weighted<string>(
  [85, fc.constant('amd64')],
  [11, fc.constant('arm64')],
  [4, fc.constant('s390x')],
);
/** A VMI's architecture is mostly the cluster's; in clusters of several it is not. */
const places: fc.Arbitrary<Place> = fc
  .record({
    namespace: fc.constantFrom('default', 'default', 'team-a', 'n'.repeat(63)),
    name: fc.constantFrom('vm1', 'vm1', 'db-0', 'v'.repeat(63)),
    clusterArchitecture: AMD64_MOSTLY,
    other: maybe(5, AMD64_MOSTLY),
    isSaid: fc.boolean(),
  })
  .map(({ other, isSaid, ...place }) => ({
    ...place,
    architecture: isSaid ? (other ?? place.clusterArchitecture) : other,
  }));

function inputOf(joined: JoinedParts, { namespace, name, clusterArchitecture, architecture }: Place): Json {
  const quotas = joined.list('quotas') as { readonly metadata: Json }[] | undefined;
  return {
    arch: clusterArchitecture,
    config: {
      ...joined.object('config'),
      developerConfiguration: { ...joined.object('developer'), featureGates: joined.list('featureGates') },
    },
    vmi: {
      metadata: { name, namespace, annotations: joined.object('annotations'), labels: joined.object('labels') },
      spec: { ...joined.object('spec'), architecture, ...specOf(joined) },
      status: joined.object('status'),
    },
    nads: joined.object('networkAttachments'),
    namespaceLabels: joined.object('namespaceLabels'),
    resourceQuotas: quotas?.map((quota) => ({ ...quota, metadata: { namespace, ...quota.metadata } })),
  };
}

function specOf(joined: JoinedParts): Json {
  return {
    domain: {
      ...joined.object('domain'),
      cpu: joined.object('cpu'),
      memory: joined.object('memory'),
      firmware: joined.object('firmware'),
      resources: {
        ...joined.object('resources'),
        limits: joined.object('limits'),
        requests: joined.object('requests'),
      },
      devices: {
        ...joined.object('devices'),
        disks: joined.list('disks'),
        filesystems: joined.list('filesystems'),
        gpus: joined.list('gpus'),
        hostDevices: joined.list('hostDevices'),
        interfaces: joined.list('interfaces'),
      },
    },
    networks: joined.list('networks'),
    volumes: joined.list('volumes'),
    resourceClaims: joined.list('resourceClaims'),
  };
}
