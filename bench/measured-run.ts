import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { pathOf } from './bundle.ts';

/** What a program took from the start of its process to its last line. */
export interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly memoryMegabytes: number;
}

/** Something exceeds in the cluster asked about, which is no failure here. */
const FINE = [0, 2];

/** Runs a program of Node, whose output is looked at the first time, and has to be the same after that. */
export class MeasuredProgram {
  readonly #args: readonly string[];
  readonly #expectRight: (output: string) => void;
  #seen: string | undefined;

  constructor(args: readonly string[], expectRight: (output: string) => void) {
    this.#args = args;
    this.#expectRight = expectRight;
  }

  async run(): Promise<Run> {
    const start = performance.now();
    const args = ['--import', pathOf('programs/report-usage.ts'), ...this.#args];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
    const [, stdout, , usage] = child.stdio as unknown as readonly NodeJS.ReadableStream[];
    const exited = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
    const [output, used, code] = await Promise.all([readToEnd(stdout, start), text(usage as never), exited]);
    if (!FINE.includes(code ?? -1)) throw new Error(`${this.#args.join(' ')} ended with ${code}`);
    this.#check(output.text);
    const [kilobytes = 0, microseconds = 0] = used.split(' ').map(Number);
    return { seconds: output.seconds, cpuSeconds: microseconds / 1e6, memoryMegabytes: (kilobytes * 1024) / 1e6 };
  }

  #check(output: string): void {
    const digest = createHash('sha256').update(output).digest('hex');
    if (this.#seen === undefined) this.#expectRight(output);
    else if (this.#seen !== digest)
      throw new Error(`${this.#args.join(' ')} printed something else than the first time`);
    this.#seen = digest;
  }
}

async function readToEnd(stream: NodeJS.ReadableStream | undefined, start: number) {
  const read = await text(stream as never);
  return { text: read, seconds: (performance.now() - start) / 1000 };
}
