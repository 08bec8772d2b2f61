import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { reducedObject } from '../src/cluster/reduced-object.ts';
import { managedBy } from './managed-fields.ts';

export interface SnapshotSize {
  readonly virtualMachines: number;
  readonly namespaces: number;
  /** `whole` as KubeVirt and Harvester store them, managed fields included; else what `headroom snapshot` keeps of them. */
  readonly objects?: 'whole' | 'reduced';
}

interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Record<string, unknown> & { readonly creationTimestamp: string };
  readonly [field: string]: unknown;
}

interface VmSize {
  readonly cores: number;
  readonly limit: string;
  readonly request: string;
  readonly cpuRequest: string;
  /** Of the compute container at overhead ratio 1.5 in KubeVirt 1.6.3. */
  readonly podLimitBytes: number;
  readonly podRequestBytes: number;
}

const SIZES: readonly VmSize[] = [
  {
    cores: 1,
    limit: '2Gi',
    request: '1365Mi',
    cpuRequest: '62m',
    podLimitBytes: 2573204537,
    podRequestBytes: 1857027129,
  },
  {
    cores: 2,
    limit: '4Gi',
    request: '2730Mi',
    cpuRequest: '125m',
    podLimitBytes: 4737464313,
    podRequestBytes: 3305109497,
  },
  {
    cores: 4,
    limit: '8Gi',
    request: '5461Mi',
    cpuRequest: '250m',
    podLimitBytes: 9065986912,
    podRequestBytes: 6202325856,
  },
  {
    cores: 8,
    limit: '16Gi',
    request: '10922Mi',
    cpuRequest: '500m',
    podLimitBytes: 17723029065,
    podRequestBytes: 11995706953,
  },
];
/** The guest-console-log container beside each compute container. */
const SIDECAR = { cpuMilli: 15, memoryBytes: 60_000_000 };
const NODES = 16;
/** What a namespace's quota leaves free, in turn: plenty, nothing, a little, more than enough for one VM. */
const SPARE_BYTES = [1 << 30, 0, 100_000_000, 32 * 2 ** 30] as const;

const EXAMPLE = new URL('../examples/quota-test.yaml', import.meta.url);

/** A kind at a time, as whoever lists them gets them; quotas last, as `headroom snapshot` does it. */
const KINDS: ReadonlyMap<string, (objects: readonly StoredObject[], size: SnapshotSize) => Generator<string>> = new Map(
  [
    ['Setting', clusterLines],
    ['KubeVirt', clusterLines],
    ['Node', clusterLines],
    ['Namespace', frameLines],
    ['VirtualMachine', machineLines],
    ['VirtualMachineInstance', machineLines],
    ['Pod', machineLines],
    ['ResourceQuota', frameLines],
  ],
);

/**
 * A JSON Lines snapshot of running VMs, made from the VM of examples/quota-test.yaml. The same sizes give the same bytes.
 */
export function* snapshotLines(size: SnapshotSize): Generator<string> {
  const example = parseAllDocuments(readFileSync(EXAMPLE, 'utf8')).map((document) => document.toJS() as StoredObject);
  const nodes = Array.from({ length: NODES }, (_, index) => nodeObject(index));
  for (const [kind, linesOf] of KINDS) {
    const objects = kind === 'Node' ? nodes : example.filter((object) => object.kind === kind);
    yield* linesOf(objects, size);
  }
}

function textOf(object: StoredObject, { objects }: SnapshotSize): string {
  return JSON.stringify(objects === 'reduced' ? reducedObject(object) : object);
}

function* clusterLines(objects: readonly StoredObject[], size: SnapshotSize): Generator<string> {
  for (const object of objects) yield textOf(object, size);
}

function* machineLines(objects: readonly StoredObject[], size: SnapshotSize): Generator<string> {
  const texts = objects.map((object) => textOf(withManagers(object), size));
  const templates = SIZES.map((vm) => texts.map((text) => sized(text, vm)));
  for (let namespace = 0; namespace < size.namespaces; namespace += 1) {
    for (const { serial, index } of machinesIn(namespace, size))
      for (const text of templates[index] ?? []) yield renamed(text, namespace, serial);
  }
}

function* frameLines(objects: readonly StoredObject[], size: SnapshotSize): Generator<string> {
  const texts = objects.map((object) => textOf(object, size));
  for (let namespace = 0; namespace < size.namespaces; namespace += 1)
    for (const text of texts) yield frameLine(namespace, size, text);
}

function* machinesIn(
  namespace: number,
  size: SnapshotSize,
): Generator<{ readonly serial: number; readonly index: number }> {
  for (let serial = namespace; serial < size.virtualMachines; serial += size.namespaces)
    yield { serial, index: Math.floor(serial / size.namespaces + namespace) % SIZES.length };
}

/** The Namespace or its quota, which counts the namespace's pods and leaves some room beside them. */
function frameLine(namespace: number, size: SnapshotSize, text: string): string {
  const used = { cpuMilli: 0, memoryBytes: 0 };
  for (const { index } of machinesIn(namespace, size)) {
    const { cores, podLimitBytes } = SIZES[index] as VmSize;
    used.cpuMilli += cores * 1000 + SIDECAR.cpuMilli;
    used.memoryBytes += podLimitBytes + SIDECAR.memoryBytes;
  }
  const hard = {
    cpuMilli: used.cpuMilli + 8000,
    memoryBytes: used.memoryBytes + (SPARE_BYTES[namespace % SPARE_BYTES.length] ?? 0),
  };
  return renamed(text, namespace, size.virtualMachines + namespace)
    .replaceAll('"limits.cpu":"3"', `"limits.cpu":"${hard.cpuMilli}m"`)
    .replaceAll('3000m', `${hard.cpuMilli}m`)
    .replaceAll('5000Mi', `${hard.memoryBytes}`)
    .replace('2015m', `${used.cpuMilli}m`)
    .replace('4797464313', `${used.memoryBytes}`);
}

function withManagers(object: StoredObject): StoredObject {
  return { ...object, metadata: { ...object.metadata, managedFields: managersOf(object) } };
}

function sized(text: string, size: VmSize): string {
  return text
    .replaceAll('"cores":2', `"cores":${size.cores}`)
    .replaceAll('"cpu":"2"', `"cpu":"${size.cores}"`)
    .replaceAll('"125m"', `"${size.cpuRequest}"`)
    .replaceAll('"4Gi"', `"${size.limit}"`)
    .replaceAll('"2730Mi"', `"${size.request}"`)
    .replaceAll('4737464313', `${size.podLimitBytes}`)
    .replaceAll('3305109497', `${size.podRequestBytes}`);
}

function managersOf({ apiVersion, kind, metadata, spec, status }: StoredObject): unknown[] {
  const written = { apiVersion, time: metadata.creationTimestamp };
  const { labels, annotations } = metadata;
  return [
    managedBy({
      ...written,
      manager: kind === 'VirtualMachine' ? 'harvester' : 'virt-controller',
      fields: { metadata: { labels, annotations }, spec },
    }),
    managedBy({ ...written, manager: kind === 'Pod' ? 'kubelet' : 'virt-handler', fields: { status } }),
  ];
}

/** Other names, uids, addresses and nodes in a stored object's text; every other byte stays. */
function renamed(line: string, namespace: number, serial: number): string {
  const hex = serial.toString(16).padStart(8, '0');
  return line
    .replaceAll('quota-test', `team-${String(namespace).padStart(3, '0')}`)
    .replaceAll(/\bvm1\b/g, `vm-${String(serial).padStart(5, '0')}`)
    .replaceAll(/\bharv1\b/g, `harv${(serial % NODES) + 1}`)
    .replaceAll(/\b[\da-f]{8}(?=-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})/g, hex)
    .replaceAll('02:18:f9:59:09:4e', `02:18:${hex.replaceAll(/(..)(?=.)/g, '$1:')}`);
}

function nodeObject(index: number): StoredObject {
  const name = `harv${index + 1}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      creationTimestamp: '2026-11-22T02:42:46Z',
      labels: { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': name },
    },
    status: { nodeInfo: { architecture: 'amd64', operatingSystem: 'linux' } },
  };
}

export async function writeSnapshot(file: string, size: SnapshotSize): Promise<void> {
  const output = createWriteStream(file);
  for (const line of snapshotLines(size)) if (!output.write(`${line}\n`)) await once(output, 'drain');
  output.end();
  await once(output, 'finish');
}

// node bench/make-snapshot.ts cluster.jsonl 10000 200 whole|reduced
if (import.meta.main) {
  const [file = 'cluster.jsonl', virtualMachines = '10000', namespaces = '200', objects = 'whole'] =
    process.argv.slice(2);
  if (objects !== 'whole' && objects !== 'reduced') throw new Error(`${objects}: expected whole or reduced`);
  await writeSnapshot(file, { virtualMachines: Number(virtualMachines), namespaces: Number(namespaces), objects });
}
