import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createAuthority } from './certificates.ts';
import { runFolder } from './cluster.ts';
import { eventually } from './eventually.ts';
import { freePorts } from './ports.ts';
import { type Child, startChild, tail } from './processes.ts';

const SNAPSHOT = fileURLToPath(new URL('../../../examples/quota-test.yaml', import.meta.url));

/** Of the chart with its own values; what that sets is compared with it in faults-process.e2e.ts. */
export const CHART_ENVIRONMENT = { NODE_OPTIONS: '--max-old-space-size=153', MALLOC_ARENA_MAX: '2' } as const;

export interface SnapshotServerOptions {
  readonly name: string;
  /** Modules that are loaded before the program. */
  readonly preload?: readonly string[];
  /** Instead of a snapshot: the cluster of this kubeconfig. */
  readonly kubeconfig?: string;
  readonly flags?: readonly string[];
  /** Shell text before the program, such as `ulimit -n 64`. */
  readonly before?: string;
  /** File that takes standard output; the log file has it otherwise. */
  readonly stdout?: string;
}

/** `headroom serve` as a process with the chart's limits, over an example snapshot: no API server is needed. */
export interface SnapshotServer {
  readonly child: Child;
  readonly port: number;
  readonly adminPort: number;
  /** What clients have to trust. */
  readonly ca: string;
  /** Status and body of a path of the admin port. */
  admin(path: string, withinSeconds?: number): Promise<{ readonly status: number; readonly text: string }>;
  untilReady(): Promise<void>;
  /** Everything written to standard error, and to standard output unless it goes elsewhere. */
  log(): Promise<string>;
  residentMebibytes(): Promise<number>;
  /** The most that it has ever been. */
  peakMebibytes(): Promise<number>;
  openFiles(): Promise<number>;
}

export async function launchSnapshotServer(options: SnapshotServerOptions): Promise<SnapshotServer> {
  const { name, preload = [], flags = [], before = ':', stdout } = options;
  const folder = runFolder();
  const [port = 0, adminPort = 0] = await freePorts(2);
  const { ca, certFile, keyFile } = await writeCertificate(`${folder}/${name}-tls`);
  const source = options.kubeconfig === undefined ? `--snapshot=${SNAPSHOT}` : `--kubeconfig=${options.kubeconfig}`;
  const program = [process.execPath, ...preload.map((file) => `--import=${file}`), `${folder}/headroom.mjs`];
  const settings = ['--host=127.0.0.1', `--port=${port}`, `--admin-port=${adminPort}`, '--drain=0'];
  const certificate = [`--tls-cert=${certFile}`, `--tls-key=${keyFile}`];
  const redirection = stdout === undefined ? '' : ` >${stdout}`;
  const child = startChild({
    name,
    program: '/bin/bash',
    args: [
      '-c',
      `${before}; exec "$@"${redirection}`,
      'bash',
      ...program,
      'serve',
      source,
      ...settings,
      ...certificate,
      ...flags,
    ],
    folder,
    environment: { NODE_ENV: 'production', PATH: '/usr/bin:/bin', HOME: folder, ...CHART_ENVIRONMENT },
  });
  const admin: SnapshotServer['admin'] = async (path, withinSeconds = 5) => {
    const signal = AbortSignal.timeout(withinSeconds * 1000);
    const answer = await fetch(`http://127.0.0.1:${adminPort}${path}`, { signal });
    return { status: answer.status, text: await answer.text() };
  };
  return {
    child,
    port,
    adminPort,
    ca,
    admin,
    untilReady: () => untilReady(child, admin),
    log: () => readFile(child.logFile, 'utf8'),
    residentMebibytes: () => memoryOf(child.pid, 'VmRSS'),
    peakMebibytes: () => memoryOf(child.pid, 'VmHWM'),
    openFiles: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
  };
}

/** The same, and waits until it is ready. */
export async function startSnapshotServer(options: SnapshotServerOptions): Promise<SnapshotServer> {
  const server = await launchSnapshotServer(options);
  await server.untilReady();
  return server;
}

async function untilReady(child: Child, admin: SnapshotServer['admin']): Promise<void> {
  const attempt = async () => {
    if (child.isRunning() && (await admin('/readyz')).status !== 200) throw new Error(tail(child.logFile));
  };
  await eventually(`${child.name} is ready`, attempt, { withinSeconds: 20 });
  if (!child.isRunning()) throw new Error(`${child.name} has ended\n${tail(child.logFile)}`);
}

/** Made out to localhost, 127.0.0.1; once a name. */
async function writeCertificate(folder: string) {
  const [certFile, keyFile, caFile] = [`${folder}/tls.crt`, `${folder}/tls.key`, `${folder}/ca.crt`];
  if (!existsSync(folder)) {
    const authority = await createAuthority('faults');
    const { cert, key } = await authority.issue('CN=headroom');
    await mkdir(folder);
    await writeFile(certFile, cert);
    await writeFile(keyFile, key, { mode: 0o600 });
    await writeFile(caFile, authority.cert);
  }
  return { certFile, keyFile, ca: await readFile(caFile, 'utf8') };
}

async function memoryOf(pid: number, which: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
}
