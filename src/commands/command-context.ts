import type { Command } from 'commander';
import type { Environment } from '../config/serve-config.ts';
import type { Io } from './io.ts';

/** What the commands are handed of the program that they are part of. */
export interface CommandContext {
  readonly version: string;
  readonly environment: Environment;
  /** Takes the exit code that a command's work comes to. */
  readonly finish: (exitCode: Promise<number>) => Promise<void>;
  /** The output as the options given to a command want it. */
  readonly ioFor: (command: Command) => Io;
  /** Examples for `--help`, each a purpose and the arguments that follow the program's name. */
  readonly examplesText: (examples: readonly (readonly [string, string])[]) => string;
}
