import type { Command } from 'commander';
import { HARVESTER_RELEASES } from '../harvester/release-table.ts';
import { RELEASES } from '../kubevirt/release-table.ts';
import type { CommandContext } from './command-context.ts';
import { documentText } from './documents.ts';
import { EXIT_FINE } from './exit-code.ts';
import type { Io } from './io.ts';
import { addGlobalOptions, type GlobalOptions, givenOptions, isDocument } from './options.ts';

const EXAMPLES = [
  ['what to name in a report of a fault', 'version'],
  ['for a program', 'version -o json'],
] as const;

export function addVersionCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('version')
    .summary('print versions')
    .description('Prints the version of the program and the newest releases whose rules it knows.')
    .action((_options, self: Command) =>
      context.finish(printVersion(context.version, givenOptions(self), context.ioFor(self))),
    );
  addGlobalOptions(command);
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

async function printVersion(version: string, { output }: GlobalOptions, io: Io): Promise<number> {
  const versions = {
    headroom: version,
    newestKubeVirt: RELEASES.at(-1)?.version ?? '',
    newestHarvester: HARVESTER_RELEASES.at(-1)?.version ?? '',
    node: process.versions.node,
  };
  const text = isDocument(output)
    ? await documentText(output, versions)
    : [
        `headroom ${versions.headroom}`,
        `rules up to KubeVirt ${versions.newestKubeVirt} and Harvester ${versions.newestHarvester}`,
        `Node.js ${versions.node}`,
        '',
      ].join('\n');
  await io.stdout.write(text);
  return EXIT_FINE;
}
