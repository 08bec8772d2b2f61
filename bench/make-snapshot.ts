import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { managedBy } from './managed-fields.ts';

export interface SnapshotSize {
  readonly virtualMachines: number;
  readonly namespaces: number;
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

/**
 * A JSON Lines snapshot of running VMs, whole objects as KubeVirt and Harvester store them, made from the VM of
 * examples/quota-test.yaml. The same sizes give the same bytes.
 */
export function* snapshotLines(size: SnapshotSize): Generator<string> {
  const example = new Map(
    parseAllDocuments(readFileSync(EXAMPLE, 'utf8')).map((document) => {
      const object = document.toJS() as StoredObject;
      return [`${object.kind} ${object.metadata.name}`, object];
    }),
  );
  for (const [key, object] of example) if (/^(Setting|KubeVirt) /.test(key)) yield JSON.stringify(object);
  for (let node = 0; node < NODES; node += 1) yield JSON.stringify(nodeObject(node));
  const objectsOf = (prefix: string) =>
    [...example].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object);
  const frame = [...objectsOf('Namespace '), ...objectsOf('ResourceQuota ')].map((object) => JSON.stringify(object));
  const machines = SIZES.map((vm) =>
    objectsOf('VirtualMachine')
      .concat(objectsOf('Pod '))
      .map((object) => sized(object, vm)),
  );
  for (let namespace = 0; namespace < size.namespaces; namespace += 1)
    yield* namespaceLines(namespace, size, { frame, machines });
}

interface Templates {
  readonly frame: readonly string[];
  readonly machines: readonly (readonly string[])[];
}

function* namespaceLines(namespace: number, size: SnapshotSize, { frame, machines }: Templates): Generator<string> {
  const used = { cpuMilli: 0, memoryBytes: 0 };
  const lines: string[] = [];
  for (let vm = namespace; vm < size.virtualMachines; vm += size.namespaces) {
    const index = Math.floor(vm / size.namespaces + namespace) % SIZES.length;
    const { cores, podLimitBytes } = SIZES[index] as VmSize;
    used.cpuMilli += cores * 1000 + SIDECAR.cpuMilli;
    used.memoryBytes += podLimitBytes + SIDECAR.memoryBytes;
    for (const line of machines[index] ?? []) lines.push(renamed(line, namespace, vm));
  }
  const hard = {
    cpuMilli: used.cpuMilli + 8000,
    memoryBytes: used.memoryBytes + (SPARE_BYTES[namespace % SPARE_BYTES.length] ?? 0),
  };
  for (const line of frame) {
    yield renamed(line, namespace, size.virtualMachines + namespace)
      .replaceAll('"limits.cpu":"3"', `"limits.cpu":"${hard.cpuMilli}m"`)
      .replaceAll('3000m', `${hard.cpuMilli}m`)
      .replaceAll('5000Mi', `${hard.memoryBytes}`)
      .replace('2015m', `${used.cpuMilli}m`)
      .replace('4797464313', `${used.memoryBytes}`);
  }
  yield* lines;
}

function sized(object: StoredObject, size: VmSize): string {
  const text = JSON.stringify({ ...object, metadata: { ...object.metadata, managedFields: managersOf(object) } });
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

function nodeObject(index: number): unknown {
  const name = `harv${index + 1}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': name } },
    status: { nodeInfo: { architecture: 'amd64', operatingSystem: 'linux' } },
  };
}

export async function writeSnapshot(file: string, size: SnapshotSize): Promise<void> {
  const output = createWriteStream(file);
  for (const line of snapshotLines(size)) if (!output.write(`${line}\n`)) await once(output, 'drain');
  output.end();
  await once(output, 'finish');
}

// node bench/make-snapshot.ts cluster.jsonl 10000 200
if (import.meta.main) {
  const [file = 'cluster.jsonl', virtualMachines = '10000', namespaces = '200'] = process.argv.slice(2);
  await writeSnapshot(file, { virtualMachines: Number(virtualMachines), namespaces: Number(namespaces) });
}
