/** One line with a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What stands under one name: of a histogram its buckets, its sum and its count too. */
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HEAD = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;
const PARTS_OF: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Reads Prometheus' text format (0.0.4) as its own parser does, and more strictly: help and type come first and once, every
 * sample is of the family before it, no series comes twice, no counter is below zero. Throws with the line.
 */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const reading = new Reading();
  for (const line of text.split('\n')) if (line !== '') reading.take(line);
  return reading.families;
}

class Reading {
  readonly families = new Map<string, Draft>();
  readonly #seen = new Set<string>();
  #current: Draft | undefined;

  take(line: string): void {
    const [, keyword, name = '', rest = ''] = HEAD.exec(line) ?? [];
    if (keyword === 'HELP') this.#help(name, rest);
    else if (keyword === 'TYPE') this.#type(name, rest);
    else this.#sample(line);
  }

  #help(name: string, help: string): void {
    if (this.families.has(name)) throw new Error(`twice: ${name}`);
    this.#current = { name, help, type: '', samples: [] };
    this.families.set(name, this.#current);
  }

  #type(name: string, type: string): void {
    if (this.#current?.name !== name || this.#current.type !== '' || !(type in PARTS_OF)) {
      throw new Error(`misplaced: type of ${name}`);
    }
    this.#current.type = type;
  }

  #sample(line: string): void {
    const sample = parseSample(line);
    checkPlace(this.#current, sample, line);
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (this.#seen.has(key)) throw new Error(`twice: ${line}`);
    this.#seen.add(key);
    this.#current?.samples.push(sample);
  }
}

interface Draft {
  readonly name: string;
  readonly help: string;
  type: string;
  readonly samples: Sample[];
}

function parseSample(line: string): Sample {
  const [, name, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  const number = numberOf(value);
  if (name === undefined || number === undefined) throw new Error(`no sample: ${line}`);
  return { name, labels: parseLabels(labels, line), value: number };
}

const SPECIAL: Readonly<Record<string, number>> = {
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  // Written `Nan` by the client. Go's ParseFloat, which Prometheus reads with, looks at no case.
  nan: Number.NaN,
};

function numberOf(text: string): number | undefined {
  return /^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/.test(text) ? Number(text) : SPECIAL[text.toLowerCase()];
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== ''; ) {
    const [whole, name, value] = LABEL.exec(rest) ?? [];
    if (whole === undefined || name === undefined || name in labels) throw new Error(`labels: ${line}`);
    labels[name] = (value ?? '').replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(whole.length);
  }
  return labels;
}

function checkPlace(family: Draft | undefined, { name, value }: Sample, line: string): void {
  const parts = PARTS_OF[family?.type ?? ''] ?? [];
  if (!parts.some((part) => name === `${family?.name}${part}`)) throw new Error(`of no family: ${line}`);
  if (family?.type === 'counter' && !(value >= 0)) throw new Error(`a counter below zero: ${line}`);
}

/** The value of the one series with exactly these labels; undefined where there is none. */
export function sampleValue(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''));
  return family?.samples.find(
    (one) =>
      one.name === name &&
      Object.keys(one.labels).length === Object.keys(labels).length &&
      Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  )?.value;
}
