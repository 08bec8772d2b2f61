#!/usr/bin/env node
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import manifest from '../package.json' with { type: 'json' };

const DEFAULT_COLUMNS = 100;

/** kubectl runs a program called kubectl-headroom as `kubectl headroom`. */
function programName(path = ''): 'headroom' | 'kubectl headroom' {
  return basename(path).startsWith('kubectl-headroom') ? 'kubectl headroom' : 'headroom';
}

/** https://no-color.org: any value but an empty one switches colours off. */
function wantsColor({ NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  return (NO_COLOR ?? '') === '' && TERM !== 'dumb';
}

const { stdout, stderr, argv, env } = process;
const isTerminal = stdout.isTTY === true;

/**
 * Before `serve` has handlers of its own, for the quarter of a second in which the program is loaded: as process 1 of a
 * container it would not heed SIGTERM without one, and a pod that is deleted just then would linger for its grace period.
 */
function endWhileLoading(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) process.exit(0);
}

/**
 * Before anything else is loaded, for what has grown stays. A request leaves nothing behind, so a small young generation is
 * swept as cheaply as a large one; V8 would let it grow to 128 MB, on a machine with much memory even inside a container
 * with little.
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

if (argv.slice(2).find((arg) => !arg.startsWith('-')) === 'serve') {
  keepYoungGenerationSmall();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, endWhileLoading);
  // By default Node.js opens its debugger on this signal, to whoever can reach loopback.
  process.on('SIGUSR1', () => undefined);
}

// Loaded only now, with everything that is behind it.
const [{ streamSink }, { run }] = await Promise.all([import('./commands/io.ts'), import('./commands/run.ts')]);

process.exitCode = await run({
  args: argv.slice(2),
  programName: programName(argv[1]),
  version: manifest.version,
  environment: env,
  io: {
    stdout: streamSink(stdout),
    stderr: streamSink(stderr),
    isTerminal,
    color: isTerminal && wantsColor(env),
    columns: stdout.columns ?? DEFAULT_COLUMNS,
    stderrColumns: stderr.isTTY && env.TERM !== 'dumb' ? stderr.columns || DEFAULT_COLUMNS : undefined,
  },
});
