import { globSync, readFileSync } from 'node:fs';
import { wordsOf } from './shell-text.ts';

/** Scripts that no check runs, and why. */
export const FOR_HAND: ReadonlyMap<string, string> = new Map([
  ['dev', 'runs until it is stopped; test/commands/serve.test.ts starts the same'],
  ['format', 'changes files; the step lint says whether it would'],
  ['krew', 'makes what a release hands out; the step check-krew makes the same'],
  ['check', 'is .ci/run itself'],
]);

/** What follows `--` on the line of a script is for the program that the script runs. */
interface Options {
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly others: readonly string[];
}

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Readonly<Record<string, string>> };
/** The checks, and what they call themselves. */
const steps = ['.ci/run', 'package.json', ...globSync('scripts/*.sh')]
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

/** What is wrong with a line that begins with npm, behind variables; nothing, if it can be typed as it stands. */
export function faultOfNpmLine(line: string): string | undefined {
  const words = wordsOf(line);
  const start = words.indexOf('npm');
  const variables = words.slice(0, start).map((word) => word.split('=')[0] ?? '');
  const unread = variables.find((variable) => !isReadByATest(variable));
  if (unread !== undefined) return `no test reads ${unread}`;
  const [verb = '', ...rest] = words.slice(start + 1).filter((word) => word !== '-s');
  if (verb === 'ci') return steps.includes('npm ci') ? undefined : '.ci/run has no step npm ci';
  const [script = '', separator, ...args] = verb === 'run' ? rest : [verb, ...rest];
  const text = scripts[script];
  if (text === undefined) return `package.json has no script ${script}`;
  if (separator !== undefined && separator !== '--')
    return `npm takes ${separator} for itself: -- is missing before it`;
  return faultOfStep(script) ?? faultOfArguments(script, text, args);
}

function isReadByATest(variable: string): boolean {
  return globSync('test/**/*.ts').some((file) => readFileSync(file, 'utf8').includes(`env.${variable}`));
}

function faultOfStep(script: string): string | undefined {
  const isStep = script.startsWith('check:') || new RegExp(`\\bnpm (?:run -s )?${script}\\b`).test(steps);
  if (isStep || FOR_HAND.has(script)) return undefined;
  return `${script} is no step of .ci/run: make it one, or say in FOR_HAND of test/docs/npm-lines.ts why not`;
}

function faultOfArguments(script: string, text: string, args: readonly string[]): string | undefined {
  if (args.length === 0) return undefined;
  switch (script) {
    case 'test':
      return args.map(faultOfTestPath).find((fault) => fault !== undefined);
    case 'e2e':
      return faultOfSuites(args);
    case 'fuzz':
      return faultOfOptions(text, optionsIn(args)) ?? optionsIn(args).others.map(faultOfTarget).find(Boolean);
    default:
      return faultOfOptions(text, optionsIn(args)) ?? leftOver(script, optionsIn(args));
  }
}

function leftOver(script: string, { others }: Options): string | undefined {
  return others.length === 0 ? undefined : `${script} takes no ${others.join(' ')}`;
}

/** All options here take a value but those that bench and fuzz are given alone. */
const SWITCHES = ['record', 'quick', 'help'];

function optionsIn(args: readonly string[]): Options {
  const names: string[] = [];
  const values: string[] = [];
  const others: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const name = /^--?([a-z-]+)$/.exec(args[at] ?? '')?.[1];
    if (name === undefined) others.push(args[at] ?? '');
    else {
      names.push(name);
      if (!SWITCHES.includes(name)) values.push(args[++at] ?? '');
    }
  }
  return { names, values, others };
}

/** The program declares its options with parseArgs: `minutes: …`, or `short: 'o'`. */
function faultOfOptions(text: string, { names }: Options): string | undefined {
  const file = /node (\S+\.ts)/.exec(text)?.[1];
  if (file === undefined) return `the script "${text}" takes no options`;
  const source = readFileSync(file, 'utf8');
  const unknown = names.find((name) => !new RegExp(`\\b${name}: |short: '${name}'`).test(source));
  return unknown === undefined ? undefined : `${file} has no option ${unknown}`;
}

function faultOfTestPath(path: string): string | undefined {
  const files = globSync('test/**/*.test.ts').filter((file) => file.includes(path));
  return files.length > 0 ? undefined : `no test has ${path} in its path`;
}

function faultOfSuites(args: readonly string[]): string | undefined {
  const at = args.indexOf('-t');
  const names = at < 0 ? args : args.slice(0, at);
  const suites = globSync('test/e2e/*.e2e.ts').filter(
    (file) => names.length === 0 || names.some((name) => file.includes(name)),
  );
  const missing = names.find((name) => !suites.some((file) => file.includes(`/${name}`)));
  if (missing !== undefined) return `there is no test/e2e/${missing}.e2e.ts`;
  const title = at < 0 ? '' : (args[at + 1] ?? '');
  return suites.some((file) => readFileSync(file, 'utf8').includes(title))
    ? undefined
    : `no title has "${title}" in it`;
}

function faultOfTarget(target: string): string | undefined {
  const name = target.split(':')[0] ?? '';
  return globSync(`test/fuzz/${name}.fuzz.ts`).length === 1 ? undefined : `there is no test/fuzz/${name}.fuzz.ts`;
}
