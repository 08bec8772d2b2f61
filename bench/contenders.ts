import { buildGoWebhook, bundleProgram, pathOf } from './bundle.ts';
import type { ServerProgram } from './server-process.ts';

/** The least that a webhook on Node does, without a framework: the body is parsed and sent back. */
export async function nodeHttps(folder: string): Promise<ServerProgram> {
  return bareServer('bare node:https', await bundleProgram(folder, 'node-https'));
}

/** The least that a webhook on fastify does. */
export async function fastifyHttps(folder: string): Promise<ServerProgram> {
  return bareServer('bare fastify route', await bundleProgram(folder, 'fastify-https'));
}

function bareServer(what: string, program: string): ServerProgram {
  return {
    what,
    command: ({ port, certFile, keyFile }) => [process.execPath, program, `${port}`, certFile, keyFile],
  };
}

/** It has one core, so it is given one thread for Go code; its garbage is collected as Go does by default. */
export async function goWebhook(folder: string): Promise<ServerProgram> {
  const program = await buildGoWebhook(folder);
  return {
    what: 'Go webhook',
    command: ({ port, certFile, keyFile }) => [program, `${port}`, certFile, keyFile],
    environment: { GOMAXPROCS: '1' },
  };
}

/** `headroom serve` as it is, over an example cluster. */
export function headroom(bundle: string, example: string): ServerProgram {
  return {
    what: 'headroom',
    command: ({ port, adminPort, certFile, keyFile }) => [
      ...[process.execPath, bundle, 'serve', '--snapshot', examplePath(example), '--host', 'localhost'],
      ...['--port', `${port}`, '--admin-port', `${adminPort}`],
      ...['--tls-cert', certFile, '--tls-key', keyFile, '--drain', '0'],
    ],
  };
}

/** headroom's server on facts that are others at each request: nothing that was reckoned before can be used again. */
export const HEADROOM_ANEW: ServerProgram = {
  what: 'headroom, reckoned anew',
  command: ({ port, certFile, keyFile }) => {
    // As `serve` sets it.
    const node = [process.execPath, '--semi-space-growth-factor=1', pathOf('programs/headroom-anew.ts')];
    return [...node, `${port}`, certFile, keyFile, examplePath('quota-test')];
  },
};

export function examplePath(name: string): string {
  return pathOf(`../examples/${name}.yaml`);
}
