const BLOCK_BYTES = 1 << 20;

/** Where a text is kept. */
export interface KeptText {
  readonly block: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Texts by the hundred thousand, side by side in a few large blocks: V8 neither moves them nor looks at them. */
export class KeptTexts {
  #block = Buffer.alloc(0);
  #end = 0;

  keep(text: Buffer): KeptText {
    if (this.#end + text.length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, text.length));
      this.#end = 0;
    }
    const start = this.#end;
    this.#end += text.copy(this.#block, start);
    return { block: this.#block, start, end: this.#end };
  }
}

export function parsedText({ block, start, end }: KeptText): unknown {
  return JSON.parse(block.toString('utf8', start, end));
}
