import type { Command } from 'commander';
import type { KubernetesObject } from '../cluster/kubernetes-objects.ts';
import type { SavedKind } from '../cluster/saved-objects.ts';
import { readSnapshotObjects } from '../cluster/snapshot.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { jsonText, loadYamlText } from './documents.ts';
import { EXIT_FINE } from './exit-code.ts';
import { ChunkedText, type Io, note, type TextSink } from './io.ts';
import { kubectlFlags, openLiveApi } from './open-cluster.ts';
import { addOptionsBesideOutput, type ClusterOptions, collect, givenOptions, OUTPUT_FORMATS } from './options.ts';
import { sizeText } from './size-text.ts';
import { openSnapshotFile } from './snapshot-file.ts';

type SnapshotOptions = Omit<ClusterOptions, 'output' | 'allNamespaces'>;

/** What -o means to other commands. */
const FORMATS: ReadonlySet<string> = new Set(OUTPUT_FORMATS);

const EXAMPLES = [
  ['the whole cluster, an object a line', 'snapshot -o cluster.jsonl'],
  ['compressed, to be sent to somebody', 'snapshot -o cluster.jsonl.gz'],
  ['one namespace, and what holds for the whole cluster', 'snapshot -n team-a -o team-a.jsonl'],
  ['take out of a file what forecasts do not need', 'snapshot --snapshot all.yaml -o lean.jsonl'],
] as const;

export function addSnapshotCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('snapshot')
    .summary('save what forecasts need of a cluster, and nothing else')
    .description(
      'Saves what forecasts need of a cluster to a file that --snapshot reads: no Secrets, user data, cloud-init, environment, commands or managed fields.',
    )
    .requiredOption(
      '-o, --output <file>',
      'file to write: JSON Lines, YAML if it ends in .yaml; .gz compresses; - is standard output',
    )
    .option('-n, --namespace <name>', 'only this namespace, and what holds for the whole cluster')
    .option(
      '--snapshot <file>',
      'file of Kubernetes objects to take from, instead of a cluster (repeatable, - is standard input)',
      collect,
    )
    .action((_options, self: Command) =>
      context.finish(snapshot(String(self.opts().output), givenOptions<SnapshotOptions>(self), context.ioFor(self))),
    );
  addOptionsBesideOutput(command);
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

async function snapshot(file: string, options: SnapshotOptions, io: Io): Promise<number> {
  if (FORMATS.has(file)) throw new CommandError(`-o ${file}: expected the name of a file, for example cluster.jsonl`);
  if (file === '-') {
    await note(io, `note: ${tally(await write(io.stdout, '-', options, io))}`);
    return EXIT_FINE;
  }
  const target = await openSnapshotFile(file);
  try {
    const kinds = await write(target, file, options, io);
    const bytes = await target.finish();
    await note(io, `note: ${file} (${sizeText(bytes)}): ${tally(kinds)}`);
    for (const text of absenceNotes(kinds)) await note(io, `note: ${text}`);
    return EXIT_FINE;
  } catch (error) {
    await target.abandon();
    throw error;
  }
}

/** How many objects of a kind were written; of one that the API server does not know, none. */
interface Tally {
  readonly kind: string;
  readonly isKnown: boolean;
  readonly count: number;
}

async function write(sink: TextSink, file: string, options: SnapshotOptions, io: Io): Promise<readonly Tally[]> {
  const textOf = await objectWriter(file);
  const text = new ChunkedText(sink);
  const tallies: Tally[] = [];
  for await (const { kind, isKnown, objects } of kindsOf(options, io)) {
    for (const object of objects) await text.add(textOf(object));
    tallies.push({ kind, isKnown, count: objects.length });
  }
  await text.flush();
  return tallies;
}

async function objectWriter(file: string): Promise<(object: KubernetesObject) => string> {
  if (!/\.ya?ml(\.gz)?$/.test(file)) return (object) => `${jsonText(object)}\n`;
  const yamlText = await loadYamlText();
  return (object) => `---\n${yamlText(object)}`;
}

async function* kindsOf(options: SnapshotOptions, io: Io): AsyncIterable<SavedKind> {
  const { snapshot: files = [], namespace, kubeconfig, context } = options;
  if (files.length > 0) {
    yield* kindsOfFiles(files, namespace, io);
    return;
  }
  const api = await openLiveApi({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  const { savedObjects } = await import('../cluster/saved-objects.ts');
  const flags = kubectlFlags({ kubeconfig, context });
  try {
    yield* savedObjects(api, { namespace, onProgress: io.onProgress, kubectlFlags: flags });
  } finally {
    await api.close();
  }
}

async function* kindsOfFiles(
  files: readonly string[],
  namespace: string | undefined,
  io: Io,
): AsyncIterable<SavedKind> {
  const { isOfNamespace, reducedObject } = await import('../cluster/reduced-object.ts');
  const byKind = new Map<string, KubernetesObject[]>();
  const take = (object: KubernetesObject): void => {
    const reduced = reducedObject(object);
    if (reduced === undefined || (namespace !== undefined && !isOfNamespace(reduced, namespace))) return;
    const objects = byKind.get(reduced.kind);
    if (objects === undefined) byKind.set(reduced.kind, [reduced]);
    else objects.push(reduced);
  };
  await readSnapshotObjects(files, take, { onProgress: io.onProgress });
  if (namespace !== undefined && !byKind.has('Namespace')) {
    throw new CommandError(`there is no namespace ${namespace} in ${files.join(', ')}`);
  }
  for (const [kind, objects] of byKind) yield { kind, isKnown: true, objects };
}

function tally(kinds: readonly Tally[]): string {
  const counted = kinds
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}${count > 1 ? 's' : ''}`);
  return counted.join(', ') || 'nothing that a forecast reads';
}

function absenceNotes(kinds: readonly Tally[]): string[] {
  const absent = kinds.filter(({ isKnown }) => !isKnown).map(({ kind }) => kind);
  const ofKubeVirt = absent.filter((kind) => kind !== 'Setting');
  return [
    ...(ofKubeVirt.length > 0
      ? [
          `the API server knows no ${ofKubeVirt.join(', ')}: KubeVirt is not installed there; is this the right context?`,
        ]
      : []),
    ...(absent.includes('Setting')
      ? ['the API server knows no Setting of Harvester: nothing scales quotas there']
      : []),
  ];
}
