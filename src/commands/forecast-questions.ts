import { readMigrations } from '../cluster/migration-file.ts';
import type { Cluster } from '../forecast/cluster-objects.ts';
import { runningVms, stoppedVms } from '../forecast/vm-names.ts';
import { CommandError } from './command-error.ts';
import type { ClusterOptions } from './options.ts';
import { isStill } from './read-once.ts';
import { type Begun, begun, onlyNamespace, type Selections, selectVms, type VmSelection } from './vm-selection.ts';

export interface ForecastOptions extends ClusterOptions {
  readonly filename?: readonly string[];
  readonly node?: string;
  readonly everyNode?: boolean;
  readonly together?: boolean;
  readonly start?: boolean;
  readonly ratio?: string;
  readonly quota?: readonly string[];
}

/** VMs of one namespace, and what is asked of them: the start or the migration of each by itself, or of all as one set. */
export interface Question extends VmSelection {
  readonly kind: 'start' | 'migration' | 'set-of-migrations';
}

export interface Questions {
  readonly questions: Selections<Question>;
  /** What was assumed or left out in choosing them. */
  readonly notes: readonly string[];
}

/** Turns what was typed into questions, one a namespace. */
export async function askedQuestions(
  cluster: Cluster,
  names: readonly string[],
  options: ForecastOptions,
): Promise<Questions> {
  if (options.filename !== undefined) return questionsOfFiles(cluster, options.filename, options.namespace);
  if (options.start === true) return questionsOfStarts(cluster, names, options);
  const kind = options.together === true ? 'set-of-migrations' : 'migration';
  const selections = questionsOf(selectVms(cluster, names, options, runningVms), kind);
  const { first, all } = await begunQuestions(selections, options);
  return { questions: all, notes: noteIfNone(first, 'running') };
}

/** Of the quotas of `--quota` it is said beforehand whether they change anything of what is asked. */
function begunQuestions(questions: AsyncGenerator<Question>, options: ForecastOptions): Promise<Begun<Question>> {
  return begun(questions, isStill(options) && options.quota === undefined ? 'first' : 'all');
}

async function* questionsOf(selections: AsyncIterable<VmSelection>, kind: Question['kind']): AsyncGenerator<Question> {
  for await (const selection of selections) yield { ...selection, kind };
}

/** Pairs of options that answer different questions. */
export function refuseContradictions(names: readonly string[], options: ForecastOptions): void {
  const ways = (
    [
      ['names of VMs', names.length > 0],
      ['-f', options.filename !== undefined],
      ['--node', options.node !== undefined],
      ['--every-node', options.everyNode === true],
    ] as const
  ).flatMap(([way, given]) => (given ? [way] : []));
  if (ways.length > 1) throw new CommandError(`${ways.join(' and ')} cannot be used together`);
  const isDrain = options.node !== undefined || options.everyNode === true;
  if (isDrain && options.allNamespaces === true && options.namespace !== undefined) {
    throw new CommandError('-n and -A cannot be used together');
  }
  const [way] = ways.filter((one) => one.startsWith('-'));
  if (way !== undefined && options.start === true) throw new CommandError(`--start and ${way} cannot be used together`);
  if (options.filename !== undefined && options.allNamespaces === true) {
    throw new CommandError('-f and -A cannot be used together: the file says which VMs are meant');
  }
  if (options.start === true && options.together === true) {
    throw new CommandError('--start and --together cannot be used together: each start is forecast by itself');
  }
}

async function questionsOfStarts(
  cluster: Cluster,
  names: readonly string[],
  options: ForecastOptions,
): Promise<Questions> {
  const selections = questionsOf(selectVms(cluster, names, options, names.length > 0 ? anyVm : stoppedVms), 'start');
  const { first, all: questions } = await begunQuestions(selections, options);
  const notes = noteIfNone(first, 'stopped');
  if (names.length === 0 || first === undefined) return { questions, notes };
  const { namespace } = first;
  const running = new Set(runningVms(await cluster.namespaceObjects(namespace)));
  for (const name of first.names.filter((one) => running.has(one))) {
    notes.push(`VM ${namespace}/${name} is running: what its pod uses now counts against its start`);
  }
  return { questions, notes };
}

function anyVm(namespace: Parameters<typeof stoppedVms>[0]): readonly string[] {
  return [...stoppedVms(namespace), ...runningVms(namespace)];
}

/** Only a namespace that was asked for by its name is asked about without a VM in it. */
function noteIfNone(first: VmSelection | undefined, state: 'running' | 'stopped'): string[] {
  return first === undefined || first.names.length === 0 ? [`no ${state} VM was found`] : [];
}

async function questionsOfFiles(
  cluster: Cluster,
  files: readonly string[],
  namespace: string | undefined,
): Promise<Questions> {
  const asked = new Map<string, string[]>();
  const notes: string[] = [];
  for (const { own, vmi } of await migrationsOf(cluster, files, namespace)) {
    const names = asked.get(own) ?? [];
    asked.set(own, names);
    if (!names.includes(vmi)) names.push(vmi);
    else notes.push(`VM ${own}/${vmi} is asked for twice: KubeVirt refuses the second migration of a VM`);
  }
  const questions = [...asked].map(([one, names]): Question => ({ namespace: one, names, kind: 'set-of-migrations' }));
  return { questions, notes };
}

interface FileMigration {
  readonly own: string;
  readonly vmi: string;
}

async function migrationsOf(
  cluster: Cluster,
  files: readonly string[],
  namespace: string | undefined,
): Promise<readonly FileMigration[]> {
  const found: FileMigration[] = [];
  for (const file of files) {
    const migrations = await readMigrations(file);
    if (migrations.length === 0) throw new CommandError(`${file}: expected a VirtualMachineInstanceMigration in it`);
    for (const { metadata, spec } of migrations) {
      const own = metadata.namespace ?? namespace ?? (await onlyNamespace(cluster, runningVms));
      if (own !== (namespace ?? own)) {
        throw new CommandError(`${file}: has a migration of namespace ${own}, but -n says ${namespace}`);
      }
      found.push({ own, vmi: spec.vmiName });
    }
  }
  return found;
}
