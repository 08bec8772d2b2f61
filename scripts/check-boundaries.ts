// Checks the dependency table (.dependency-cruiser.mjs) and who may read the world.
import { globSync, readFileSync } from 'node:fs';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

const PURE_FOLDERS = ['quantity', 'objects', 'kubernetes', 'kubevirt', 'harvester', 'forecast', 'report'];

interface Ban {
  readonly pattern: RegExp;
  readonly why: string;
}

const PROCESS_BAN: Ban = {
  pattern: /\bprocess\.(env|argv|exit|exitCode)\b|\b(env|argv|exit)\b[^;]*from 'node:process'/,
  why: 'only src/cli.ts reads the environment and the arguments and sets the exit code',
};

const PURE_BANS: readonly Ban[] = [
  { pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bTemporal\b/, why: 'time is an argument' },
  { pattern: /\bMath\.random\b|\bcrypto\b/, why: 'randomness is an argument' },
  {
    pattern: /\bprocess\.|\bconsole\.|\bfetch\(|\bset(Timeout|Interval|Immediate)\(|\bimport\(/,
    why: 'a pure folder does not touch the world',
  },
  { pattern: /^(export )?(let|var) /, why: 'no module-level state' },
];

const offences = [...(await tableOffences()), ...worldOffences()];
for (const offence of offences) console.log(offence);
console.log(offences.length === 0 ? 'boundaries hold' : `${offences.length} offences`);
process.exitCode = offences.length === 0 ? 0 : 1;

function sourceFiles(): string[] {
  return globSync('src/**/*.ts').map((path) => path.replaceAll('\\', '/'));
}

async function tableOffences(): Promise<string[]> {
  const options = await extractDepcruiseOptions(new URL('../.dependency-cruiser.mjs', import.meta.url).pathname);
  const { output } = await cruise(['src'], { ...options, validate: true });
  if (typeof output === 'string') throw new Error(`dependency-cruiser answered with text: ${output}`);
  const { modules, summary }: ICruiseResult = output;
  const read = modules.filter(({ source }) => source.startsWith('src/') && source.endsWith('.ts')).length;
  const written = sourceFiles().length;
  console.log(`dependency-cruiser read ${read} of ${written} files of src`);
  // When its parser is missing, dependency-cruiser reports no modules and no violations.
  const unread =
    read === written && read > 20 ? [] : [`${read} modules read, ${written} files in src, at least 21 expected`];
  const reasons = new Map(summary.ruleSetUsed?.forbidden?.map(({ name, comment }) => [name, comment]));
  const broken = summary.violations.map(({ from, to, cycle, rule }) => {
    const way = [from, ...(cycle?.map(({ name }) => name) ?? [to])].join(' -> ');
    return `${way}: ${rule.name}. ${reasons.get(rule.name) ?? ''}`;
  });
  return [...unread, ...broken];
}

function worldOffences(): string[] {
  return sourceFiles()
    .filter((path) => path !== 'src/cli.ts')
    .flatMap((path) => {
      const isPure = PURE_FOLDERS.some((folder) => path.startsWith(`src/${folder}/`));
      return fileOffences(path, isPure ? [PROCESS_BAN, ...PURE_BANS] : [PROCESS_BAN]);
    });
}

function fileOffences(path: string, bans: readonly Ban[]): string[] {
  const lines = withoutComments(readFileSync(path, 'utf8')).split('\n');
  return lines.flatMap((line, index) =>
    bans.filter(({ pattern }) => pattern.test(line)).map(({ why }) => `${path}:${index + 1}: ${line.trim()} (${why})`),
  );
}

/** Comments blanked, lines kept. A `//` inside a string counts as a comment only after a blank. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}
