#!/usr/bin/env node
import { basename } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { streamSink } from './commands/io.ts';
import { run } from './commands/run.ts';

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
