import type { Command, Option } from 'commander';

/** A command line as far as it has been typed, and which part of its last word is to be completed. */
export interface TypedLine {
  readonly command: Command;
  /** Whose command it is; commander's own `help` does not know. */
  readonly parent: Command | undefined;
  /** Values by the option's attribute name; an option without values has empty ones. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  readonly part: TypedPart;
}

/** What the last word is; `head` is what stands before the part to complete in the same word, as `--output=`. */
export type TypedPart =
  | { readonly kind: 'operand'; readonly head: ''; readonly prefix: string }
  | { readonly kind: 'option'; readonly head: ''; readonly prefix: string }
  | { readonly kind: 'value'; readonly option: Option; readonly head: string; readonly prefix: string };

/**
 * Reads words as the program would, without complaining: a line that is still being typed is rarely right. The last word
 * is the one at the cursor, empty where a new one begins.
 */
export function readTypedLine(program: Command, words: readonly string[]): TypedLine {
  const reader = new LineReader(program);
  for (const word of words.slice(0, -1)) reader.take(word);
  return { ...reader.read(), part: reader.partOf(words.at(-1) ?? '') };
}

class LineReader {
  #command: Command;
  #parent: Command | undefined;
  readonly #given = new Map<string, string[]>();
  readonly #operands: string[] = [];
  #awaiting: Option | undefined;
  #areOptionsOver = false;

  constructor(program: Command) {
    this.#command = program;
  }

  read(): Omit<TypedLine, 'part'> {
    return { command: this.#command, parent: this.#parent, given: this.#given, operands: this.#operands };
  }

  take(word: string): void {
    if (this.#awaiting !== undefined) this.#takeValue(this.#awaiting, word);
    else if (!this.#looksLikeOption(word)) this.#takeOperand(word);
    else if (word === '--') this.#areOptionsOver = true;
    else if (word.startsWith('--')) this.#takeLong(word);
    else this.#takeShorts(word);
  }

  partOf(word: string): TypedPart {
    if (this.#awaiting !== undefined) return { kind: 'value', option: this.#awaiting, head: '', prefix: word };
    if (!this.#looksLikeOption(word) && (word !== '-' || this.#areOptionsOver)) {
      return { kind: 'operand', head: '', prefix: word };
    }
    const { option, head } = this.#attached(word);
    return option === undefined
      ? { kind: 'option', head: '', prefix: word }
      : { kind: 'value', option, head, prefix: word.slice(head.length) };
  }

  /** `-` alone is standard input, unless it is still being typed. */
  #looksLikeOption(word: string): boolean {
    return !this.#areOptionsOver && word.startsWith('-') && word !== '-';
  }

  /** The option whose value is in the same word: `--output=json`, `-ojson`. */
  #attached(word: string): { readonly option?: Option | undefined; readonly head: string } {
    const isLong = word.startsWith('--');
    const end = isLong ? word.indexOf('=') : 2;
    if (end === -1 || word.length < end + (isLong ? 0 : 1)) return { head: '' };
    const option = this.#option(word.slice(0, end));
    const head = word.slice(0, isLong ? end + 1 : end);
    return option !== undefined && takesValue(option) ? { option, head } : { head };
  }

  #option(flag: string): Option | undefined {
    return this.#command.options.find(({ long, short }) => long === flag || short === flag);
  }

  #takeLong(word: string): void {
    const { option, head } = this.#attached(word);
    if (option !== undefined) this.#takeValue(option, word.slice(head.length));
    else this.#takeFlag(word);
  }

  /** `-Av` is `-A -v`. */
  #takeShorts(word: string): void {
    const { option, head } = this.#attached(word);
    if (option !== undefined) {
      this.#takeValue(option, word.slice(head.length));
    } else {
      this.#takeFlag(word.slice(0, 2));
      if (word.length > 2) this.#takeShorts(`-${word.slice(2)}`);
    }
  }

  #takeFlag(flag: string): void {
    const option = this.#option(flag);
    if (option === undefined) return;
    if (takesValue(option)) this.#awaiting = option;
    else this.#takeValue(option, '');
  }

  #takeValue(option: Option, value: string): void {
    const name = option.attributeName();
    this.#given.set(name, [...(this.#given.get(name) ?? []), value]);
    this.#awaiting = undefined;
  }

  #takeOperand(word: string): void {
    const command = this.#operands.length === 0 ? subcommand(this.#command, word) : undefined;
    if (command === undefined) {
      this.#operands.push(word);
    } else {
      this.#parent = this.#command;
      this.#command = command;
    }
  }
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function subcommand(command: Command, name: string): Command | undefined {
  const visible = command.createHelp().visibleCommands(command);
  return visible.find((one) => one.name() === name || one.aliases().includes(name));
}
