// Writes docs/reference, a page for each command, from the program itself; with --check it only says what is stale.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Argument, Option } from 'commander';
import { type DocumentedCommand, documentedProgram } from './documented-program.ts';

const FOLDER = 'docs/reference';
const [main, ...commands] = documentedProgram();

/** Which variables stand behind an option, by its long flag. */
const VARIABLES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  '--kubeconfig': [['KUBECONFIG', 'kubeconfig files, in the order of kubectl, where `--kubeconfig` is not given']],
  '--no-color': [
    ['NO_COLOR', 'any value but an empty one switches colours off'],
    ['TERM', '`dumb` switches colours off'],
  ],
};

function pageOf(documented: DocumentedCommand): string {
  const { command, path, notes } = documented;
  const help = command.createHelp();
  const sections = [
    ['NAME', `${path} - ${command.summary() || asSummary(command.description())}`],
    ['SYNOPSIS', `    ${help.commandUsage(command)}`],
    ['DESCRIPTION', [command.description(), ...notes].join('\n\n')],
    ['COMMANDS', documented === main ? commandList() : ''],
    ['ARGUMENTS', help.visibleArguments(command).map(argumentLine).join('\n')],
    ['OPTIONS', optionGroups(help.visibleOptions(command))],
    ['EXAMPLES', exampleBlock(documented)],
    ['EXIT STATUS', exitTable(documented.exitCodes ?? main.exitCodes ?? '')],
    ['ENVIRONMENT', variableTable(help.visibleOptions(command))],
    ['SEE ALSO', seeAlso(documented)],
  ] as const;
  const written = sections.filter(([, text]) => text !== '').map(([title, text]) => `## ${title}\n\n${text}\n`);
  return [`# ${path}\n`, '<!-- Written by scripts/reference.ts from the program. -->\n', ...written].join('\n');
}

/** A sentence as the short text that summaries are. */
function asSummary(sentence: string): string {
  return `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}

function fileOf({ path }: DocumentedCommand): string {
  return `${path.replaceAll(' ', '-')}.md`;
}

function linkTo(documented: DocumentedCommand): string {
  return `[${documented.path}](${fileOf(documented)})`;
}

function commandList(): string {
  return commands.map((one) => `- ${linkTo(one)}: ${one.command.summary()}`).join('\n');
}

function argumentLine(argument: Argument): string {
  const choices = argument.argChoices === undefined ? '' : ` (${argument.argChoices.join(', ')})`;
  return `- \`${argument.name()}\`: ${argument.description}${choices}`;
}

function optionGroups(options: readonly Option[]): string {
  const groups = Map.groupBy(options, ({ helpGroupHeading = '' }) => helpGroupHeading);
  const help = main.command.createHelp();
  // Without a heading of their own they would seem to belong to the group before them.
  const ordered = [...groups].sort(([one], [other]) => Number(one !== '') - Number(other !== ''));
  const texts = ordered.map(([heading, members]) => {
    const lines = members.map((option) => `- \`${help.optionTerm(option)}\`: ${help.optionDescription(option)}`);
    return `${heading === '' ? '' : `### ${heading.replace(/:$/, '')}\n\n`}${lines.join('\n')}`;
  });
  return texts.join('\n\n');
}

function exampleBlock({ examples }: DocumentedCommand): string {
  const lines = examples.flatMap(({ purpose, line }) => [`# ${purpose}`, line]);
  return lines.length === 0 ? '' : ['```sh', ...lines, '```'].join('\n');
}

/** `0 fine, 1 error` as a table. */
function exitTable(codes: string): string {
  const rows = codes.split(/, (?=\d)/).map((code) => /^(\d+) (.+)$/.exec(code)?.slice(1) ?? ['', code]);
  return table([['exit code', 'meaning'], ...rows]);
}

function variableTable(options: readonly Option[]): string {
  const rows = options.flatMap(({ long, description }) => {
    const named = /\bHEADROOM_[A-Z_]+/.exec(description)?.[0];
    const own = named === undefined ? [] : [[named, `as \`${long}\``]];
    return [...own, ...(VARIABLES[long ?? ''] ?? [])];
  });
  return rows.length === 0
    ? ''
    : table([['variable', 'meaning'], ...rows.map(([name, text]) => [`\`${name}\``, text])]);
}

function table([titles = [], ...rows]: readonly (readonly (string | undefined)[])[]): string {
  const line = (cells: readonly (string | undefined)[]): string =>
    `| ${cells.map((cell = '') => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), `|${'---|'.repeat(titles.length)}`, ...rows.map(line)].join('\n');
}

function seeAlso(documented: DocumentedCommand): string {
  const others = [main, ...commands].filter((one) => one !== documented && (one === main || documented === main));
  const pages = ['[commands](../commands.md)', '[cookbook](../cookbook.md)', '[settings](../settings.md)'];
  return [...others.map(linkTo), ...pages].join(', ');
}

const pages = new Map([main, ...commands].map((documented) => [fileOf(documented), pageOf(documented)]));
mkdirSync(FOLDER, { recursive: true });
const written = new Map(readdirSync(FOLDER).map((file) => [file, readFileSync(`${FOLDER}/${file}`, 'utf8')]));
const stale = [...new Set([...pages.keys(), ...written.keys()])].filter(
  (file) => pages.get(file) !== written.get(file),
);

if (process.argv.includes('--check')) {
  for (const file of stale) console.error(`FAILED: ${FOLDER}/${file} is stale: node scripts/reference.ts`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const file of stale) {
    const page = pages.get(file);
    if (page === undefined) rmSync(`${FOLDER}/${file}`);
    else writeFileSync(`${FOLDER}/${file}`, page);
  }
}
if (process.exitCode !== 1) console.log(`${pages.size} pages are up to date`);
