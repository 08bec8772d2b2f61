import { Quantity } from '../../../src/quantity/quantity.ts';
import type { Json } from '../../builders/json.ts';

/** Members that hold amounts by name, and those that are an amount. */
const LISTS = /^(hard|used|limits|requests|limit)$/;
const AMOUNTS = /^(guest|guestAtBoot|guestCurrent|guestRequested)$/;
/** JSON texts in annotations that hold amounts. */
const TEXTS = /^(field\.cattle\.io\/resourceQuota|harvesterhci\.io\/migrating.*)$/;

const UNITS: readonly (readonly [string, bigint])[] = [
  ['', 10n ** 9n],
  ['m', 10n ** 6n],
  ['k', 10n ** 12n],
  ['M', 10n ** 15n],
  ['Ki', 1024n * 10n ** 9n],
  ['Mi', 1024n ** 2n * 10n ** 9n],
  ['Gi', 1024n ** 3n * 10n ** 9n],
  ['e3', 10n ** 12n],
  ['.0', 10n ** 9n],
];

/** An object with its amounts spelled by other suffixes of the same value; `choices` say by which, in turn. */
export function respelled(object: Json, choices: readonly number[]): Json {
  return new Speller(choices).walk(object, '') as Json;
}

class Speller {
  readonly #choices: readonly number[];
  #next = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  /** A value that is a member of this name. */
  walk(value: unknown, name: string): unknown {
    if (typeof value === 'string') return this.#text(value, name);
    if (Array.isArray(value)) return value.map((item) => this.walk(item, name));
    if (typeof value !== 'object' || value === null) return value;
    const isList = LISTS.test(name);
    const members = Object.entries(value).map(([key, member]) => {
      return [key, isList && typeof member === 'string' ? this.#spell(member) : this.walk(member, key)];
    });
    return Object.fromEntries(members);
  }

  #text(text: string, name: string): string {
    if (AMOUNTS.test(name)) return this.#spell(text);
    return TEXTS.test(name) && text.startsWith('{') ? JSON.stringify(this.walk(JSON.parse(text), 'limits')) : text;
  }

  #spell(text: string): string {
    const { nanos } = Quantity.parse(text);
    const able = UNITS.filter(([, size]) => nanos % size === 0n);
    this.#next += 1;
    const choice = this.#choices[this.#next % this.#choices.length] ?? 0;
    const [suffix, size] = able[choice % able.length] ?? ['n', 1n];
    return `${nanos / size}${suffix}`;
  }
}
