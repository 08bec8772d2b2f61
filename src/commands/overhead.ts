import type { Command } from 'commander';
import { clusterFacts } from '../forecast/cluster-facts.ts';
import { withRatio } from '../forecast/what-if.ts';
import type { CommandContext } from './command-context.ts';
import { jsonText, loadYamlText } from './documents.ts';
import { EXIT_FINE, EXIT_UNKNOWN } from './exit-code.ts';
import { ChunkedText, type Io, note } from './io.ts';
import { addClusterOptions, addGlobalOptions, collect, givenOptions } from './options.ts';
import { overheadListLines, overheadTotalLines } from './overhead-columns.ts';
import { overheadJson } from './overhead-json.ts';
import { type OverheadOptions, type OverheadQuestion, overheadQuestion, subjectsOf } from './overhead-subjects.ts';
import { overheadLines } from './overhead-tables.ts';
import { totalJson, totalOf, totalsByNamespace } from './overhead-totals.ts';
import { addViewOptions, isFiltered, type OverheadView, viewNotes, viewOf } from './overhead-view.ts';
import { painterFor } from './text-table.ts';
import { type VmOverhead, vmOverhead } from './vm-overhead.ts';
import type { VmSelection } from './vm-selection.ts';
import { ratioNotes } from './what-if-options.ts';

type Options = OverheadOptions & OverheadView;

const EXAMPLES = [
  ['one VM, term by term, with what it could save', 'overhead vm1 -n team-a --snapshot cluster.yaml'],
  ['with the function that each term comes from', 'overhead vm1 -n team-a -o wide --snapshot cluster.yaml'],
  ['a VM that is about to be created', 'overhead -f vm.yaml --snapshot cluster.yaml'],
  ['every VM at another ratio', 'overhead -A --ratio 2.5 --snapshot cluster.yaml'],
  ['VMs that still run at an old ratio', 'overhead -A --why ratio --snapshot cluster.yaml'],
  ['whose overhead will grow most, and why', 'overhead -A --changed --sort difference --snapshot cluster.yaml'],
  ['for a bill', 'overhead -A --total --snapshot cluster.yaml'],
] as const;

export function addOverheadCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('overhead [vmi...]')
    .summary("show a VM's memory overhead, term by term")
    .description(
      'Reckons the memory overhead of VMs as their KubeVirt does, compares it with that of the running pod, and says why ' +
        'they differ.',
    )
    .option('-f, --filename <file>', 'file with the VMIs or VMs that are meant (repeatable)', collect)
    .option('--ratio <ratio>', 'what if additional-guest-memory-overhead-ratio were this')
    .action((names: string[], _options, self: Command) =>
      context.finish(overhead(names, givenOptions<Options>(self), context.ioFor(self))),
    );
  addGlobalOptions(addClusterOptions(addViewOptions(command)));
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

async function overhead(names: readonly string[], options: Options, io: Io): Promise<number> {
  const question = await overheadQuestion(names, options, io.onProgress);
  const { ratio } = options;
  const notes = ratio === undefined ? [] : await ratioNotes(question.cluster, ratio);
  for (const text of notes) await note(io, `note: ${text}`);
  const vms = await reckonedVms(question, ratio);
  await printOverheads(vms, options, io);
  for (const text of viewNotes(vms, options)) await note(io, `note: ${text}`);
  const assumed = new Set(vms.flatMap((vm) => (vm.kind === 'reckoned' ? vm.notes : [])));
  for (const text of assumed) await note(io, `note: ${text}`);
  return vms.some(({ kind }) => kind === 'unknown') ? EXIT_UNKNOWN : EXIT_FINE;
}

async function reckonedVms(
  { cluster, selections }: OverheadQuestion,
  ratio: string | undefined,
): Promise<VmOverhead[]> {
  const objects = await cluster.clusterObjects();
  const facts = clusterFacts(ratio === undefined ? objects : withRatio(objects, ratio));
  const vms: VmOverhead[] = [];
  for await (const selection of selections) {
    if (facts.kind === 'unknown') {
      for (const vm of unknownVms(selection, facts.reason)) vms.push(vm);
      continue;
    }
    const [kubeVirtVersion] = facts.facts.kubeVirtVersions;
    const subjects = subjectsOf(selection, await cluster.namespaceObjects(selection.namespace), kubeVirtVersion);
    for (const subject of subjects) vms.push(vmOverhead(facts.facts, subject));
  }
  return vms;
}

function unknownVms({ namespace, names }: VmSelection, reason: string): VmOverhead[] {
  return names.map((name) => ({ kind: 'unknown', namespace, name, reason }));
}

async function printOverheads(all: readonly VmOverhead[], options: Options, io: Io): Promise<void> {
  const text = new ChunkedText(io.stdout);
  const vms = viewOf(all, options);
  const format = options.output ?? 'table';
  if (format === 'json') {
    await text.add(jsonDocument(vms, options));
  } else if (format === 'yaml') {
    const yamlText = await loadYamlText();
    await text.add(yamlText({ overheads: vms.map(overheadJson), ...totalsJson(vms, options) }));
  } else {
    const lines = linesOf(vms, { ...options, output: format }, io);
    for (const line of lines) await text.add(`${line}\n`);
  }
  await text.flush();
}

/** A line for each VM, so that a long list can be read line by line. */
function jsonDocument(vms: readonly VmOverhead[], options: Options): string {
  const lines = vms.map((vm) => jsonText(overheadJson(vm))).join(',\n');
  const { totals } = totalsJson(vms, options);
  const sums = totals === undefined ? '' : `,"totals":[\n${totals.map(jsonText).join(',\n')}\n]`;
  return `{"overheads":[\n${lines}\n]${sums}}\n`;
}

function totalsJson(vms: readonly VmOverhead[], { total }: Options): { totals?: readonly object[] } {
  return total === true ? { totals: [...totalsByNamespace(vms), totalOf(vms)].map(totalJson) } : {};
}

type TableOptions = Options & { readonly output: 'table' | 'wide' };

function linesOf(vms: readonly VmOverhead[], options: TableOptions, io: Io): string[] {
  const [only] = vms;
  const paint = painterFor(io);
  if (vms.length === 0) return [];
  if (options.total === true) return overheadTotalLines(vms, paint);
  const isOnlyOne = vms.length === 1 && !isFiltered(options);
  if (isOnlyOne && only?.kind === 'reckoned') return overheadLines(only, options.output, paint);
  return overheadListLines(vms, options.output, paint);
}
