import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../test/e2e/harness/eventually.ts';
import { freePorts } from '../test/e2e/harness/ports.ts';
import { run } from './bundle.ts';
import { examplePath } from './contenders.ts';
import type { ServerProgram, ServerTls } from './server-process.ts';

/** Looked at so often that the looking does not show in the figure. */
const PATIENCE = { withinSeconds: 30, everyMilliseconds: 2 };

/** Milliseconds of the smallest program there is. */
export async function startOfNode(): Promise<number> {
  const start = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - start;
}

/** Milliseconds until its port can be connected to. */
export async function startOfFastify({ command }: ServerProgram, tls: ServerTls): Promise<number> {
  const [port = 0, adminPort = 0] = await freePorts(2);
  return untilReady(command({ ...tls, port, adminPort }), {}, () => connectTo(port));
}

/** `headroom serve` with a certificate that it makes for itself, and a folder in which Node keeps compiled code. */
async function startOfServe(program: string, compileCache: string): Promise<number> {
  const [port, adminPort] = await freePorts(2);
  const snapshot = ['--snapshot', examplePath('quota-test')];
  const places = ['--host', 'localhost', '--port', `${port}`, '--admin-port', `${adminPort}`, '--drain', '0'];
  const command = [process.execPath, program, 'serve', ...snapshot, ...places];
  return untilReady(command, { NODE_COMPILE_CACHE: compileCache }, async () => {
    // Costs much less than a request that fails, and would take processor time from what starts.
    await connectTo(Number(adminPort));
    const { status } = await fetch(`http://localhost:${adminPort}/readyz`);
    if (status !== 200) throw new Error(`/readyz: ${status}`);
  });
}

/** Not on a core of its own, as servers under load are: Node starts with several threads. */
async function untilReady(
  [program = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
  look: () => Promise<void>,
): Promise<number> {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', ...environment };
  const start = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  const exited = once(child, 'exit');
  try {
    await eventually(`${args[0]} is ready`, look, PATIENCE);
    return performance.now() - start;
  } finally {
    child.kill('SIGTERM');
    // In order, for that is when Node writes what it has compiled.
    await exited;
  }
}

function connectTo(port: number): Promise<void> {
  const socket = connect({ port, host: 'localhost' });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

/** headroom from its sources. */
export class Sources {
  readonly #folder: string;
  readonly #program: string;
  #compileCache = '';

  constructor(folder: string, program: string) {
    this.#folder = folder;
    this.#program = program;
  }

  async startCold(): Promise<number> {
    this.#compileCache = await mkdtemp(join(this.#folder, 'compiled-'));
    return startOfServe(this.#program, this.#compileCache);
  }

  startWarm(): Promise<number> {
    return startOfServe(this.#program, this.#compileCache);
  }
}

/** headroom as one file, as cold as an ordinary user can have it: Node's own file stays in memory. */
export class CopiedBundle {
  readonly #folder: string;
  readonly #bundle: string;
  #copy: Sources | undefined;

  constructor(folder: string, bundle: string) {
    this.#folder = folder;
    this.#bundle = bundle;
  }

  async startCold(): Promise<number> {
    const folder = await mkdtemp(join(this.#folder, 'copy-'));
    const program = join(folder, 'headroom.mjs');
    await copyFile(this.#bundle, program);
    await forgetPages(program);
    this.#copy = new Sources(folder, program);
    return this.#copy.startCold();
  }

  startWarm(): Promise<number> {
    if (this.#copy === undefined) throw new Error('warm comes after cold');
    return this.#copy.startWarm();
  }
}

/** The kernel drops what it holds of a file when it is told that nobody will read it again, which needs no rights. */
async function forgetPages(file: string): Promise<void> {
  await run('dd', [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none']);
}
