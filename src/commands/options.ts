import { type Command, Option } from 'commander';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What every command takes. */
export interface GlobalOptions {
  readonly output?: OutputFormat;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly color?: boolean;
  readonly verbose?: boolean;
}

/** Which cluster is asked, and which part of it. */
export interface ClusterOptions extends GlobalOptions {
  readonly snapshot?: readonly string[];
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

const EVERYWHERE = 'Options everywhere:';

export function addGlobalOptions(command: Command): Command {
  const output = new Option('-o, --output <format>', 'how data is printed').choices(OUTPUT_FORMATS);
  return addOptionsBesideOutput(command.addOption(output.helpGroup(EVERYWHERE)));
}

/** For a command whose `-o` names a file. */
export function addOptionsBesideOutput(command: Command): Command {
  const options = [
    new Option('--kubeconfig <file>', 'kubeconfig of the cluster to ask'),
    new Option('--context <name>', 'context of the kubeconfig to use'),
    new Option('--no-color', 'print without colours, as with NO_COLOR in the environment'),
    new Option('-v, --verbose', 'say more on stderr, and where an unexpected error came from'),
  ];
  for (const option of options) command.addOption(option.helpGroup(EVERYWHERE));
  return command;
}

export function addClusterOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'namespace of the VMs; needed where several hold VMs')
    .option('-A, --all-namespaces', 'every namespace')
    .option(
      '--snapshot <file>',
      'file of Kubernetes objects to answer from (repeatable, - is standard input)',
      collect,
    );
}

export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** The options as given, whether before or after the command's name; a default gives way to what was typed. */
export function givenOptions<T>(command: Command): T {
  const { parent } = command;
  if (parent === null) return command.opts() as T;
  const typedBefore = Object.entries(parent.opts()).filter(
    ([name]) => parent.getOptionValueSource(name) !== 'default' && command.getOptionValueSource(name) !== 'cli',
  );
  return { ...command.opts(), ...Object.fromEntries(typedBefore) } as T;
}

export function isDocument(output: OutputFormat | undefined): output is 'json' | 'yaml' {
  return output === 'json' || output === 'yaml';
}
