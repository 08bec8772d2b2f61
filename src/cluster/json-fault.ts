export interface JsonFault {
  readonly offset: number;
  readonly expected: string;
}

type Expectation =
  | 'value'
  | 'value or "]"'
  | 'property name'
  | 'property name or "}"'
  | '":"'
  | '"," or "}"'
  | '"," or "]"'
  | 'end of the text';
type Step = Expectation | 'after value' | 'open object' | 'open array' | 'close';

/** Strings with their escapes, numbers, names, marks; as RFC 8259 has them. */
const TOKEN =
  /"[ !#-[\]-\u{10ffff}]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\u{10ffff}]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/uy;
const BLANK = /[ \t\r\n]*/y;

const ANY_VALUE: Readonly<Record<string, Step>> = {
  string: 'after value',
  scalar: 'after value',
  '{': 'open object',
  '[': 'open array',
};

const GRAMMAR: Readonly<Record<Expectation, Readonly<Record<string, Step>>>> = {
  value: ANY_VALUE,
  'value or "]"': { ...ANY_VALUE, ']': 'close' },
  'property name': { string: '":"' },
  'property name or "}"': { string: '":"', '}': 'close' },
  '":"': { ':': 'value' },
  '"," or "}"': { ',': 'property name', '}': 'close' },
  '"," or "]"': { ',': 'value', ']': 'close' },
  'end of the text': {},
};

/**
 * The first place where a text stops being JSON. JSON.parse tells the position of some faults only, and a person who
 * edited a snapshot by hand looks for the line.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expectation = 'value';
  for (let offset = skipBlank(text, 0); ; ) {
    const token = tokenAt(text, offset);
    if (token === '' && offset === text.length && expected === 'end of the text') return undefined;
    const step = GRAMMAR[expected][tokenKind(token)];
    if (step === undefined) return { offset, expected };
    expected = follow(step, open);
    offset = skipBlank(text, offset + token.length);
  }
}

function follow(step: Step, open: ('{' | '[')[]): Expectation {
  switch (step) {
    case 'open object':
      open.push('{');
      return 'property name or "}"';
    case 'open array':
      open.push('[');
      return 'value or "]"';
    case 'close':
      open.pop();
      return afterValue(open);
    case 'after value':
      return afterValue(open);
    default:
      return step;
  }
}

function afterValue(open: readonly ('{' | '[')[]): Expectation {
  const innermost = open.at(-1);
  if (innermost === undefined) return 'end of the text';
  return innermost === '{' ? '"," or "}"' : '"," or "]"';
}

function tokenAt(text: string, offset: number): string {
  TOKEN.lastIndex = offset;
  return TOKEN.exec(text)?.[0] ?? '';
}

function tokenKind(token: string): string {
  if (token.startsWith('"')) return 'string';
  return /^[{}[\],:]$/.test(token) || token === '' ? token : 'scalar';
}

function skipBlank(text: string, offset: number): number {
  BLANK.lastIndex = offset;
  BLANK.exec(text);
  return BLANK.lastIndex;
}
