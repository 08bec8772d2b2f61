import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io, TextSink } from '../../src/commands/io.ts';
import type { Invocation } from '../../src/commands/program.ts';
import { run } from '../../src/commands/run.ts';

export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function textSink(): TextSink & { text(): string } {
  const pieces: string[] = [];
  return {
    write: async (text) => {
      pieces.push(text);
    },
    text: () => pieces.join(''),
  };
}

type Surroundings = Partial<Omit<Invocation, 'args' | 'io'>> & { readonly io?: Partial<Io> };

/** Runs the program in this process, without a terminal, environment or colours unless they are given. */
export async function runProgram(args: readonly string[], surroundings: Surroundings = {}): Promise<ProgramResult> {
  const stdout = textSink();
  const stderr = textSink();
  const { io, ...invocation } = surroundings;
  const exitCode = await run({
    args,
    programName: 'headroom',
    version: '1.2.3',
    environment: {},
    ...invocation,
    io: { stdout, stderr, isTerminal: false, color: false, columns: 100, ...io },
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** The same with its arguments as one would type them; no argument in these tests holds a space or a quote. */
export function headroom(line: string, surroundings?: Surroundings): Promise<ProgramResult> {
  return runProgram(line.split(' '), surroundings);
}

/** Runs `use` with a folder of these files. */
export async function withFolder<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-commands-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
