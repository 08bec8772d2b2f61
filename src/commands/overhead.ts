import type { Command } from 'commander';
import { clusterFacts } from '../forecast/cluster-facts.ts';
import { withRatio } from '../forecast/what-if.ts';
import type { CommandContext } from './command-context.ts';
import { jsonText, loadYamlText } from './documents.ts';
import { EXIT_FINE, EXIT_UNKNOWN } from './exit-code.ts';
import { ChunkedText, type Io, note } from './io.ts';
import { addClusterOptions, addGlobalOptions, collect, givenOptions } from './options.ts';
import { overheadJson } from './overhead-json.ts';
import { type OverheadOptions, type OverheadQuestion, overheadQuestion, subjectsOf } from './overhead-subjects.ts';
import { overheadLines, overheadListLines } from './overhead-tables.ts';
import { painterFor } from './text-table.ts';
import { type VmOverhead, vmOverhead } from './vm-overhead.ts';
import type { VmSelection } from './vm-selection.ts';
import { ratioNotes } from './what-if-options.ts';

const EXAMPLES = [
  ['one VM, term by term, with what it could save', 'overhead vm1 -n team-a --snapshot cluster.yaml'],
  ['with the function that each term comes from', 'overhead vm1 -n team-a -o wide --snapshot cluster.yaml'],
  ['a VM that is about to be created', 'overhead -f vm.yaml --snapshot cluster.yaml'],
  ['every VM at another ratio', 'overhead -A --ratio 2.5 --snapshot cluster.yaml'],
] as const;

export function addOverheadCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('overhead [vmi...]')
    .summary("show a VM's memory overhead, term by term")
    .description(
      'Reckons the memory overhead of VMs as their KubeVirt does, and compares it with that of the running pod.',
    )
    .option('-f, --filename <file>', 'file with the VMIs or VMs that are meant (repeatable)', collect)
    .option('--ratio <ratio>', 'what if additional-guest-memory-overhead-ratio were this')
    .action((names: string[], _options, self: Command) =>
      context.finish(overhead(names, givenOptions<OverheadOptions>(self), context.ioFor(self))),
    );
  addGlobalOptions(addClusterOptions(command));
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

async function overhead(names: readonly string[], options: OverheadOptions, io: Io): Promise<number> {
  const question = await overheadQuestion(names, options);
  const { ratio } = options;
  const notes = ratio === undefined ? [] : await ratioNotes(question.cluster, ratio);
  for (const text of notes) await note(io, `note: ${text}`);
  const vms = await reckonedVms(question, ratio);
  await printOverheads(vms, options, io);
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
  if (facts.kind === 'unknown') return selections.flatMap((selection) => unknownVms(selection, facts.reason));
  const [kubeVirtVersion] = facts.facts.kubeVirtVersions;
  const vms: VmOverhead[] = [];
  for (const selection of selections) {
    const subjects = subjectsOf(selection, await cluster.namespaceObjects(selection.namespace), kubeVirtVersion);
    for (const subject of subjects) vms.push(vmOverhead(facts.facts, subject));
  }
  return vms;
}

function unknownVms({ namespace, names }: VmSelection, reason: string): VmOverhead[] {
  return names.map((name) => ({ kind: 'unknown', namespace, name, reason }));
}

async function printOverheads(vms: readonly VmOverhead[], { output }: OverheadOptions, io: Io): Promise<void> {
  const text = new ChunkedText(io.stdout);
  const format = output ?? 'table';
  if (format === 'json') {
    const lines = vms.map((vm) => jsonText(overheadJson(vm))).join(',\n');
    await text.add(`{"overheads":[\n${lines}\n]}\n`);
  } else if (format === 'yaml') {
    const yamlText = await loadYamlText();
    await text.add(yamlText({ overheads: vms.map(overheadJson) }));
  } else {
    for (const line of linesOf(vms, format, io)) await text.add(`${line}\n`);
  }
  await text.flush();
}

function linesOf(vms: readonly VmOverhead[], format: 'table' | 'wide', io: Io): string[] {
  const [only] = vms;
  if (vms.length === 0) return [];
  if (vms.length === 1 && only?.kind === 'reckoned') return overheadLines(only, format, painterFor(io));
  return overheadListLines(vms, format, painterFor(io));
}
