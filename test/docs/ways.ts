import { onlyReads, STEPS } from './cluster-steps.ts';
import type { DocumentedCommand } from './documented-commands.ts';
import { inFull } from './in-full.ts';
import { NOT_RUN } from './not-run.ts';
import { faultOfNpmLine } from './npm-lines.ts';
import { needsShell, programOf, stepsOf, wordsOf } from './shell-text.ts';

/** How a command of the documents is run by a test. */
export type Way =
  /** The program in the test's own process: typed-commands.test.ts. */
  | { readonly kind: 'program'; readonly line: string }
  /** The webhook, which goes on: typed-commands.test.ts. */
  | { readonly kind: 'webhook'; readonly line: string }
  /** A shell, in a folder with the files that the documents speak of: typed-commands.test.ts. */
  | { readonly kind: 'shell'; readonly line: string }
  /** On a control plane: test/e2e/documented.e2e.ts. */
  | { readonly kind: 'cluster'; readonly line: string }
  /** A script of package.json that .ci/run runs. */
  | { readonly kind: 'script'; readonly line: string }
  | { readonly kind: 'not-run'; readonly line: string }
  /** None: what is to be done about it. */
  | { readonly kind: 'fault'; readonly fault: string };

/** Programs of every machine, which the documents use on files alone. */
const FILE_PROGRAMS = ['cp', 'gzip', 'jq', 'mv', 'sed'];
const NOT_RUN_LINES: ReadonlySet<string> = new Set(NOT_RUN.flatMap(({ commands }) => commands));
const STEP_LINES: ReadonlySet<string> = new Set(STEPS.map(({ command }) => command));
const OWN_NAMES = /^(?:kubectl headroom|npm run (?:-s )?headroom --) /;

/** The ways of all that one line asks for, in its order. */
export function waysOf(command: string): readonly Way[] {
  const line = inFull(command);
  const steps = stepsOf(line);
  if (steps.length === 1) return [wayOf(line)];
  // A shell takes a line of the program's whole; npm would be given what comes after.
  const whole = programOf(line) === 'npm' ? undefined : wayOf(line);
  return whole === undefined || whole.kind === 'fault' ? steps.map((step) => wayOf(inFull(step))) : [whole];
}

function wayOf(typed: string): Way {
  const line = typed.replace(OWN_NAMES, 'headroom ');
  if (NOT_RUN_LINES.has(line)) return { kind: 'not-run', line };
  if (STEP_LINES.has(line) || onlyReads(line)) return { kind: 'cluster', line };
  const program = programOf(line) ?? '';
  if (program === 'npm') return scriptWay(line);
  if (program === 'headroom') return headroomWay(line);
  if (FILE_PROGRAMS.includes(program)) return { kind: 'shell', line };
  return { kind: 'fault', fault: `is run by no test: ${WHAT_TO_DO}` };
}

const WHAT_TO_DO =
  'if a cluster is needed, add it to a list of test/docs/cluster-steps.ts; if it is a name or is cut short, say in ' +
  'test/docs/in-full.ts what is typed; if nothing can run it, say why in test/docs/not-run.ts';

function scriptWay(line: string): Way {
  const fault = faultOfNpmLine(line);
  return fault === undefined ? { kind: 'script', line } : { kind: 'fault', fault };
}

function headroomWay(line: string): Way {
  if (wordsOf(line)[1] === 'serve') return { kind: 'webhook', line };
  return { kind: needsShell(line) ? 'shell' : 'program', line };
}

/** Of every document: what nobody runs, each with what to do about it. */
export function faultsOf(commands: readonly DocumentedCommand[]): readonly string[] {
  return commands.flatMap(({ document, line, text }) =>
    waysOf(text).flatMap((way) => (way.kind === 'fault' ? `${document}:${line}: \`${text}\` ${way.fault}` : [])),
  );
}
