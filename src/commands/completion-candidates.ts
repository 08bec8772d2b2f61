import type { Argument, Command, Option } from 'commander';
import { printableLine } from '../admission/plain-text.ts';
import type { TypedLine, TypedPart } from './completion-line.ts';
import { collect } from './options.ts';

export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** Names that only a cluster knows, and contexts, which only a kubeconfig does. */
export type NamesOfWhat = 'contexts' | 'namespaces' | 'nodes' | 'running-vms' | 'stopped-vms' | 'vms';

/** What can stand at the cursor. */
export type Wanted =
  | { readonly kind: 'listed'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'names'; readonly of: NamesOfWhat }
  | { readonly kind: 'files' };

const NOTHING: Wanted = { kind: 'listed', candidates: [] };

/** Options whose placeholder does not tell what they take. */
const OPTION_VALUES: Readonly<Record<string, Wanted>> = {
  context: { kind: 'names', of: 'contexts' },
  namespace: { kind: 'names', of: 'namespaces' },
  node: { kind: 'names', of: 'nodes' },
  snapshot: { kind: 'files' },
  tlsCert: { kind: 'files' },
  tlsKey: { kind: 'files' },
  clientCa: { kind: 'files' },
};

/** What stands between the brackets of `--filename <file>` and `forecast [vmi...]`. */
const PLACEHOLDERS: Readonly<Record<string, Wanted>> = {
  file: { kind: 'files' },
  folder: { kind: 'files' },
  namespace: { kind: 'names', of: 'namespaces' },
  node: { kind: 'names', of: 'nodes' },
  vm: { kind: 'names', of: 'vms' },
  vmi: { kind: 'names', of: 'vms' },
};

/** What the program's own tree of commands says that can be typed here. */
export function wantedAt(line: TypedLine): Wanted {
  switch (line.part.kind) {
    case 'option':
      return { kind: 'listed', candidates: optionsOf(line) };
    case 'value':
      return wantedValue(line.part.option);
    case 'operand':
      return wantedOperand(line);
    default:
      return line.part satisfies never;
  }
}

function optionsOf({ command, given }: TypedLine): Candidate[] {
  const visible = command.createHelp().visibleOptions(command);
  const open = visible.filter((option) => isRepeatable(option) || !given.has(option.attributeName()));
  return open.map(({ long, short, description }) => ({ value: long ?? short ?? '', description }));
}

function isRepeatable({ variadic, parseArg }: Option): boolean {
  return variadic || parseArg === collect;
}

function wantedValue(option: Option): Wanted {
  const { argChoices, flags } = option;
  if (argChoices !== undefined) return listed(argChoices);
  const placeholder = /[<[]([^>\].]+)/.exec(flags)?.[1] ?? '';
  return OPTION_VALUES[option.attributeName()] ?? PLACEHOLDERS[placeholder] ?? NOTHING;
}

function wantedOperand(line: TypedLine): Wanted {
  const { command, operands } = line;
  if (command.commands.length > 0) {
    return operands.length === 0 ? { kind: 'listed', candidates: commandsOf(command) } : NOTHING;
  }
  const argument = argumentAt(command, operands.length);
  // Nothing else can follow, so that an option is what is looked for.
  if (argument === undefined) return { kind: 'listed', candidates: optionsOf(line) };
  const wanted = wantedArgument(argument, line);
  if (wanted.kind !== 'names' || wanted.of !== 'vms' || command.name() !== 'forecast') return wanted;
  return { kind: 'names', of: line.given.has('start') ? 'stopped-vms' : 'running-vms' };
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic === true ? last : undefined);
}

function wantedArgument(argument: Argument, { parent }: TypedLine): Wanted {
  if (argument.argChoices !== undefined) return listed(argument.argChoices);
  if (argument.name() === 'command' && parent !== undefined) {
    return { kind: 'listed', candidates: commandsOf(parent) };
  }
  return PLACEHOLDERS[argument.name()] ?? NOTHING;
}

function commandsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.map((one) => ({ value: one.name(), description: one.summary() || one.description() }));
}

function listed(values: readonly string[]): Wanted {
  return { kind: 'listed', candidates: values.map((value) => ({ value })) };
}

/** `ShellCompDirective` of spf13/cobra, which kubectl hands on to its own completion. */
const FILES = ':0';
const NO_FILES = ':4';
const LONGEST_DESCRIPTION = 80;

export const FILES_ANSWER = `${FILES}\n`;
export const NO_ANSWER = `${NO_FILES}\n`;

/** The lines that cobra's programs answer a shell with: what fits the part typed so far, and a directive. */
export function answerText(candidates: readonly Candidate[], { head, prefix }: TypedPart): string {
  const fitting = candidates.filter(({ value }) => value.startsWith(prefix));
  const lines = fitting.map(({ value, description = '' }) => {
    const text = printableLine(description, LONGEST_DESCRIPTION);
    return text === '' ? `${head}${value}` : `${head}${value}\t${text}`;
  });
  return [...lines, NO_ANSWER].join('\n');
}
