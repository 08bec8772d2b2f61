import { globSync, readFileSync } from 'node:fs';
import { type Block, type Markdown, type Placed, parseMarkdown } from './markdown.ts';
import { programOf, typedLines, wordsOf } from './shell-text.ts';

/** What somebody who reads the document may type. */
export interface DocumentedCommand {
  readonly document: string;
  readonly line: number;
  /** On one line, without comments; placeholders as they stand there. */
  readonly text: string;
  /** Whether it stands in a block, or in a sentence or table. */
  readonly place: 'block' | 'sentence';
  /** What the document says that it prints, where it does. */
  readonly output?: { readonly format: 'text' | 'json'; readonly text: string };
}

/** All that tells somebody how to use, run or develop headroom. */
const DOCUMENTS = [
  '*.md',
  'docs/**/*.md',
  'charts/headroom/README.md',
  'charts/headroom/templates/NOTES.txt',
  'deploy/**/*.{md,yaml}',
  'examples/*.{md,yaml}',
  'test/**/*.md',
  'bench/**/*.md',
];

/** Programs that a command in a sentence begins with. */
const PROGRAMS = ['headroom', 'kubectl', 'helm', 'npm', 'docker', 'curl', 'openssl', 'promtool', 'git', 'go', 'jq'];
/** Those and what else may begin a block without a language. In a block for shells every line is a command. */
const SHELL_WORDS = [...PROGRAMS, 'cd', 'cp', 'diff', 'gzip', 'mv', 'node', 'printf', 'sed'];

const PROMPT = '$ ';

export function documentNames(): readonly string[] {
  return globSync(DOCUMENTS).sort();
}

/** A document as Markdown: of YAML the comment at its top, of the chart's notes what helm would print. */
export function readDocument(name: string): string {
  const text = readFileSync(name, 'utf8');
  if (name.endsWith('.yaml')) return (/^(?:#.*\n)*/.exec(text)?.[0] ?? '').replaceAll(/^# ?/gm, '');
  return name.endsWith('NOTES.txt') ? notesAsMarkdown(text) : text;
}

/** The release is called headroom, in headroom-system; of what depends on values all is there. */
function notesAsMarkdown(template: string): string {
  return template
    .replaceAll(/^\{\{-? (?:if|else|end)\b.*\n/gm, '\n')
    .replaceAll('{{ .Release.Namespace }}', 'headroom-system')
    .replaceAll(/\{\{ (?:\.Release\.Name|include "headroom\.name" \.) \}\}/g, 'headroom')
    .replaceAll(/\{\{[^{}]*\}\}/g, '')
    .replaceAll(/^ {2}(?=\S)/gm, '\n    ');
}

export function commandsIn(document: string, text = readDocument(document)): readonly DocumentedCommand[] {
  const { blocks, spans }: Markdown = parseMarkdown(text);
  const shown = blocks.flatMap((block) =>
    commandsOfBlock(block).map((one) => ({ document, place: 'block', ...one }) as const),
  );
  const said = spans.filter(isCommand).map((span) => ({ document, place: 'sentence', ...span }) as const);
  return [...shown, ...said].filter(({ text: line }) => !isSynopsis(line));
}

function commandsOfBlock({ language, lines, line }: Block): readonly Omit<DocumentedCommand, 'document' | 'place'>[] {
  switch (language) {
    case 'sh':
    case 'bash':
    case 'shell':
      return typedLines(lines, line);
    case 'console':
    case 'json':
      return [...promptedLines(lines, line, language === 'json' ? 'json' : 'text'), ...advisedLines(lines, line)];
    case 'indented':
    case 'text':
    case '':
      return isForShell(lines) ? typedLines(lines, line) : [];
    default:
      return [];
  }
}

/** A line with a prompt, and as its output what follows up to the next one. */
function promptedLines(lines: readonly string[], first: number, format: 'text' | 'json') {
  const starts = lines.flatMap((line, index) => (line.startsWith(PROMPT) ? [index] : []));
  return starts.map((start, index) => {
    const text = lines.slice(start + 1, starts[index + 1] ?? lines.length).join('\n');
    const typed = { text: (lines[start] ?? '').slice(PROMPT.length), line: first + start };
    return { ...typed, ...(text.trim() !== '' && { output: { format, text } }) };
  });
}

/** A remedy that can be typed stands in the output on a line of its own. */
function advisedLines(lines: readonly string[], first: number): readonly Placed[] {
  return lines.flatMap((line, index) =>
    /^ +(?:kubectl|helm) /.test(line) ? { text: line.trim(), line: first + index } : [],
  );
}

function isForShell(lines: readonly string[]): boolean {
  const first = lines.find((line) => line.trim() !== '' && !line.startsWith('#'));
  return SHELL_WORDS.includes(programOf(first ?? '') ?? '');
}

function isCommand({ text }: Placed): boolean {
  return PROGRAMS.includes(programOf(text) ?? '') && wordsOf(text).length > 1;
}

/** `headroom forecast [options] [vmi...]` says how commands are made. */
function isSynopsis(line: string): boolean {
  return /\s\[options\]/.test(line);
}
