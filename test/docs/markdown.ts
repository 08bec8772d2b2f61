/** A fenced or indented block. */
export interface Block {
  /** Of a fence: what stands behind it; `indented` for a block that four spaces make. */
  readonly language: string;
  readonly lines: readonly string[];
  /** Of its first line of content, from 1. */
  readonly line: number;
}

/** A piece of text and where it stands. */
export interface Placed {
  readonly text: string;
  readonly line: number;
}

export interface Markdown {
  readonly blocks: readonly Block[];
  /** What stands in backticks, on one line however it was wrapped. */
  readonly spans: readonly Placed[];
  /** Where links and images lead. */
  readonly links: readonly Placed[];
  /** What `#…` can name, as GitHub makes it of headings. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*(\S*)/;
const INDENTED = /^ {4}\S/;
const SPAN = /(?<!`)(`+)(?!`)([\s\S]+?)(?<!`)\1(?!`)/g;
const LINK = /\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm;

/** As much of Markdown as the documents use. */
export function parseMarkdown(text: string): Markdown {
  const { blocks, prose } = withoutBlocks(text.split('\n'));
  const paragraphs = paragraphsOf(prose);
  return {
    blocks,
    spans: paragraphs.flatMap((paragraph) => [...spansIn(paragraph)]),
    links: paragraphs.flatMap((paragraph) => [...linksIn(paragraph)]),
    anchors: anchorsOf(prose),
  };
}

/** Prose has a line for each line of the document: empty where a block was. */
function withoutBlocks(lines: readonly string[]): { blocks: Block[]; prose: string[] } {
  const blocks: Block[] = [];
  const prose: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const block = blockAt(lines, at);
    if (block !== undefined) blocks.push(block.block);
    else prose.push(lines[at] ?? '');
    const end = block?.end ?? at + 1;
    while (prose.length < end) prose.push('');
    at = end;
  }
  return { blocks, prose };
}

/** The block that begins at a line, and the line behind it. */
function blockAt(lines: readonly string[], at: number): { block: Block; end: number } | undefined {
  const line = lines[at] ?? '';
  const [, fence = '', language = ''] = FENCE.exec(line) ?? [];
  if (fence !== '') {
    const rest = lines.slice(at + 1);
    const length = rest.findIndex((each) => each.trim() === fence);
    if (length < 0) throw new Error(`the fence in line ${at + 1} is never closed`);
    return { block: { language, lines: rest.slice(0, length), line: at + 2 }, end: at + length + 2 };
  }
  const isFirst = at === 0 || lines[at - 1] === '';
  if (!isFirst || !INDENTED.test(line)) return undefined;
  const rest = lines.slice(at);
  const length = rest.findIndex((each) => !each.startsWith('    ') && each !== '');
  const own = rest.slice(0, length < 0 ? rest.length : length);
  return {
    block: { language: 'indented', lines: own.map((each) => each.slice(4)), line: at + 1 },
    end: at + own.length,
  };
}

/** Lines up to an empty one; a row of a table, or an item of a list, is one of its own: no span reaches beyond it. */
function paragraphsOf(prose: readonly string[]): readonly Placed[] {
  const paragraphs: { text: string; line: number }[] = [];
  let open: { text: string; line: number } | undefined;
  for (const [index, line] of prose.entries()) {
    if (line.trim() === '') {
      open = undefined;
      continue;
    }
    if (open === undefined || /^\s*(?:\||[-*] |\d+\. )/.test(line)) {
      open = { text: line, line: index + 1 };
      paragraphs.push(open);
    } else {
      open.text += `\n${line}`;
    }
  }
  return paragraphs;
}

function* spansIn({ text, line }: Placed): Generator<Placed> {
  for (const match of text.matchAll(SPAN)) {
    yield { text: (match[2] ?? '').replaceAll(/\s+/g, ' ').trim(), line: line + newlinesBefore(text, match.index) };
  }
}

function* linksIn({ text, line }: Placed): Generator<Placed> {
  const withoutSpans = text.replaceAll(SPAN, (span) => span.replaceAll(/[^\n]/g, ' '));
  for (const match of withoutSpans.matchAll(LINK)) {
    yield { text: match[1] ?? match[2] ?? '', line: line + newlinesBefore(text, match.index) };
  }
}

function newlinesBefore(text: string, index: number): number {
  return text.slice(0, index).split('\n').length - 1;
}

function anchorsOf(prose: readonly string[]): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    const heading = /^#{1,6} +(.+?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}
