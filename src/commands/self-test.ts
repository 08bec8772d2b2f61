import type { Command } from 'commander';
import { printableOneLine } from '../admission/plain-text.ts';
import type { Api } from '../cluster/api.ts';
import { isNamespaceName } from '../objects/names.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { documentText } from './documents.ts';
import { EXIT_ERROR, EXIT_FINE } from './exit-code.ts';
import { type Io, note } from './io.ts';
import { openLiveApi } from './open-cluster.ts';
import { addGlobalOptions, type GlobalOptions, givenOptions, isDocument } from './options.ts';
import { SELF_TEST_VMI, type SelfTestFinding, selfTestFinding } from './self-test-finding.ts';

/** The API server waits for several webhooks, one after the other. */
const TIMEOUT_SECONDS = 60;

interface SelfTestOptions extends GlobalOptions {
  readonly namespace: string;
}

const EXAMPLES = [
  ['is headroom asked about migrations?', 'self-test'],
  ['about those of one namespace?', 'self-test -n team-a'],
] as const;

export function addSelfTestCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('self-test')
    .summary('ask for a migration, to see whether headroom is asked')
    .description(
      'Has the API server try the creation of a migration (dry run, of a VM that need not exist), and says whether it ' +
        'asked headroom. `helm test` runs it.',
    )
    .option('-n, --namespace <name>', 'namespace of the migration; one that headroom is asked about', 'default')
    .action((_options, self: Command) => context.finish(selfTestCommand(givenOptions(self), context.ioFor(self))));
  addGlobalOptions(command);
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

async function selfTestCommand(options: SelfTestOptions, io: Io): Promise<number> {
  const { namespace, kubeconfig, context, output } = options;
  if (!isNamespaceName(namespace)) throw new CommandError(`--namespace: ${JSON.stringify(namespace)} is not a name`);
  const api = await openLiveApi({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  try {
    const finding = await selfTest(api, namespace, AbortSignal.timeout(TIMEOUT_SECONDS * 1000));
    if (isDocument(output)) await io.stdout.write(await documentText(output, finding));
    else if (finding.answered) await io.stdout.write(`${printableOneLine(finding.message)}\n`);
    else await note(io, `error: ${finding.message}`);
    return finding.answered ? EXIT_FINE : EXIT_ERROR;
  } finally {
    await api.close();
  }
}

/** Asks for one migration that is not to be stored. */
export async function selfTest(api: Api, namespace: string, signal: AbortSignal): Promise<SelfTestFinding> {
  const answer = await api.call(
    {
      method: 'POST',
      path: `/apis/kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstancemigrations`,
      query: { dryRun: 'All' },
      body: {
        apiVersion: 'kubevirt.io/v1',
        kind: 'VirtualMachineInstanceMigration',
        metadata: { generateName: `${SELF_TEST_VMI}-`, namespace },
        spec: { vmiName: SELF_TEST_VMI },
      },
    },
    signal,
  );
  return selfTestFinding(answer, namespace);
}
