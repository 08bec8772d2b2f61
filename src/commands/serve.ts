import { type Command, Option } from 'commander';
import type { Logger } from 'pino';
import { describedSettings, type Flags, type ServeConfig, serveConfig } from '../config/serve-config.ts';
import type { Listening } from '../server/listen.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { EXIT_FINE } from './exit-code.ts';
import { addGlobalOptions, collect, givenOptions } from './options.ts';
import { servingParts } from './serving-parts.ts';

const SNAPSHOT_FLAG = '--snapshot';
const EXAMPLES = [
  ['answer from files, with a certificate of its own', 'serve --snapshot cluster.yaml'],
  ['with a certificate', 'serve --snapshot cluster.yaml --tls-cert tls.crt --tls-key tls.key'],
] as const;

export function addServeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('serve')
    .summary('run the admission webhook')
    .description('Runs the HTTPS admission webhook. Each option can be given as an environment variable too.')
    .action((_options, self: Command) => context.finish(serveCommand(givenOptions(self), context)));
  for (const option of serveOptions()) command.addOption(option);
  addGlobalOptions(command);
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

/** One option for each setting; their values are checked together with the environment's. */
function serveOptions(): readonly Option[] {
  return describedSettings().map(({ flag, variable, text, default: byDefault }) => {
    const isRepeatable = flag === SNAPSHOT_FLAG;
    const hint = [isRepeatable ? 'repeatable' : '', byDefault === '' ? '' : `default ${byDefault}`, variable];
    const option = new Option(`${flag} <value>`, `${text} (${hint.filter((part) => part !== '').join(', ')})`);
    return isRepeatable ? option.argParser(collect) : option;
  });
}

async function serveCommand(flags: Flags, { environment, version }: CommandContext): Promise<number> {
  const isVerbose = flags.verbose === true && flags.logLevel === undefined;
  const config = serveConfig(isVerbose ? { ...flags, logLevel: 'debug' } : flags, environment);
  const { createLogger } = await import('../config/logger.ts');
  const logger = createLogger(config.logLevel);
  const listening = await startServing(config, logger, version);
  if (config.snapshots.length > 0) {
    logger.info({ try: tryLine(listening) }, 'to try it out, where the examples of headroom are');
  }
  // Whoever waits for these lines should not wait for the gathering of more.
  logger.flush();
  return EXIT_FINE;
}

/** Config in, a webhook that answers from the cluster out. */
export async function startServing(config: ServeConfig, logger: Logger, version: string): Promise<Listening> {
  // Loaded here, so that the other commands start without a web server in memory.
  const [{ serve }, { createTelemetry }] = await Promise.all([
    import('../server/serve.ts'),
    import('../server/telemetry.ts'),
  ]);
  const telemetry = createTelemetry(version);
  const parts = await servingParts(config, logger, telemetry.metrics);
  return serve(config, { ...parts, logger, telemetry }).catch(explainOccupied);
}

function explainOccupied(error: NodeJS.ErrnoException): never {
  if (error.code !== 'EADDRINUSE') throw error;
  throw new CommandError(`${error.message}; --port and --admin-port choose other ports, 0 a free one`);
}

function tryLine({ url, caFile }: Listening): string {
  const trust = caFile === undefined ? '' : `--cacert ${caFile} `;
  return `curl ${trust}-H 'Content-Type: application/json' -d @examples/review-migration.json ${url}/validate/migrations`;
}
