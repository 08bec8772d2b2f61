import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { bySeverity, isFault } from '../doctor/finding.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { type Examined, examineCluster } from './doctor-examination.ts';
import { conclusionLines, type DoctorPage, findingLines } from './doctor-text.ts';
import { jsonText, loadYamlText } from './documents.ts';
import { exitCodeOf } from './exit-code.ts';
import { ChunkedText, type Io } from './io.ts';
import { openCluster } from './open-cluster.ts';
import { addGlobalOptions, type ClusterOptions, collect, givenOptions } from './options.ts';
import { painterFor } from './text-table.ts';
import { namespacesAsked } from './vm-selection.ts';

const EXAMPLES = [
  ['what is wrong in the cluster?', 'doctor'],
  ['in one namespace', 'doctor -n team-a'],
  ['in a saved cluster, for a program', 'doctor --snapshot cluster.jsonl -o json'],
] as const;

export function addDoctorCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .summary('say what is wrong with quotas, ratios and migrations')
    .description(
      'Looks for what is wrong in a cluster with quotas, overhead ratios and migrations, with evidence and remedy.',
    )
    .option('-n, --namespace <name>', 'only this namespace, and what is of the whole cluster')
    .option('-A, --all-namespaces', 'every namespace, which is the default')
    .option('--snapshot <file>', 'file of Kubernetes objects to answer from (repeatable, - is standard input)', collect)
    .action((_options, self: Command) =>
      context.finish(doctor(givenOptions<ClusterOptions>(self), context.ioFor(self))),
    );
  addGlobalOptions(command);
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

/** Harvester and the quota controller have caught up by then, unless something is wrong. */
export const SECOND_LOOK_MILLISECONDS = 3000;

async function doctor(options: ClusterOptions, io: Io): Promise<number> {
  const { namespace, allNamespaces } = options;
  if (namespace !== undefined && allNamespaces === true) throw new CommandError('-n and -A cannot be used together');
  const cluster = await openCluster(options, 'virtual-machines', io.onProgress);
  const pause = options.snapshot === undefined ? () => setTimeout(SECOND_LOOK_MILLISECONDS) : undefined;
  const examined = await examineCluster(cluster, await namespacesAsked(cluster, namespace), pause);
  const findings = bySeverity(examined.findings);
  await print({ findings, checked: examined.checked }, options, io);
  const unknown = findings.filter(({ severity }) => severity === 'unknown').length;
  return exitCodeOf({ fits: 0, waits: 0, exceeds: findings.filter(isFault).length, unknown });
}

async function print({ findings, checked }: Examined, { output }: ClusterOptions, io: Io): Promise<void> {
  const text = new ChunkedText(io.stdout);
  const format = output ?? 'table';
  if (format === 'json') {
    const lines = findings.map((finding) => jsonText(finding)).join(',\n');
    await text.add(`{"findings":[${lines === '' ? '' : `\n${lines}\n`}],"checked":${jsonText(checked)}}\n`);
  } else if (format === 'yaml') {
    const yamlText = await loadYamlText();
    await text.add(yamlText({ findings, checked }));
  } else {
    const page: DoctorPage = { format, columns: io.columns, paint: painterFor(io) };
    for (const finding of findings) await text.add(`${findingLines(finding, page).join('\n')}\n\n`);
    await text.add(`${conclusionLines(findings, checked, page).join('\n')}\n`);
  }
  await text.flush();
}
