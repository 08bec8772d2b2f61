import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Backend } from './balancer.ts';
import { type ClusterClient, runFolder, type Stored } from './cluster.ts';
import { eventually } from './eventually.ts';
import { freePorts } from './ports.ts';
import { type Child, type Ending, startChild, tail } from './processes.ts';

/** As much of a pod template as a process can have. */
export interface PodTemplate {
  readonly containers: readonly {
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes?: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
}

export interface ReplicaOptions {
  readonly name: string;
  readonly deployment: Stored;
  /** The ServiceAccount's, in place of what a kubelet mounts. */
  readonly kubeconfig: string;
  /** Flags that take the place of the Deployment's: `{ drain: '1' }`. */
  readonly flags?: Readonly<Record<string, string>>;
}

export type LogLine = Readonly<Record<string, unknown>>;

/** `headroom serve` as the Deployment's pod would run it. */
export interface Replica extends Backend {
  readonly child: Child;
  isReady(): Promise<boolean>;
  untilReady(withinSeconds?: number): Promise<void>;
  /** JSON lines logged so far. */
  lines(): Promise<readonly LogLine[]>;
  /** Prometheus text of the admin port. */
  metrics(): Promise<string>;
  /** As a kubelet does it; resolves with how the process ended. */
  stop(): Promise<Ending>;
  kill(): Promise<Ending>;
}

/** Starts the bundle with the arguments and environment of the Deployment; only what needs a kubelet is replaced. */
export async function startReplica(cluster: ClusterClient, options: ReplicaOptions): Promise<Replica> {
  const { name, deployment, kubeconfig, flags = {} } = options;
  const [port = 0, adminPort = 0] = await freePorts(2);
  const pod = (deployment.spec as unknown as { template: { spec: PodTemplate } }).template.spec;
  const folder = runFolder();
  const container = pod.containers[0];
  const mounted = await mountFiles(cluster, deployment, `${folder}/${name}`);
  const given = { host: '127.0.0.1', port: `${port}`, 'admin-port': `${adminPort}`, kubeconfig, ...flags };
  const child = startChild({
    name,
    program: process.execPath,
    args: [join(folder, 'headroom.mjs'), ...replaceFlags((container?.args ?? []).map(mounted), given)],
    folder,
    environment: {
      // Of the image.
      NODE_ENV: 'production',
      PATH: '/usr/bin:/bin',
      ...Object.fromEntries((container?.env ?? []).map((one) => [one.name, mounted(one.value ?? '')])),
    },
  });
  return replicaOf(child, port, adminPort);
}

function replicaOf(child: Child, port: number, adminPort: number): Replica {
  const admin = (path: string) => fetch(`http://127.0.0.1:${adminPort}${path}`, { signal: AbortSignal.timeout(5000) });
  const isReady = async (): Promise<boolean> => {
    try {
      return (await admin('/readyz')).ok;
    } catch {
      return false;
    }
  };
  return {
    name: child.name,
    port,
    adminPort,
    child,
    isReady,
    untilReady: async (withinSeconds = 20) => {
      await eventually(
        `${child.name} is ready`,
        async () => {
          if (child.isRunning() && !(await isReady())) throw new Error(tail(child.logFile));
        },
        { withinSeconds },
      );
      if (!child.isRunning()) throw new Error(`${child.name} has ended\n${tail(child.logFile)}`);
    },
    lines: async () => (await readFile(child.logFile, 'utf8')).split('\n').flatMap(parseLine),
    metrics: async () => (await admin('/metrics')).text(),
    // The Deployment's grace period.
    stop: () => child.stop('SIGTERM', 30),
    kill: () => child.stop('SIGKILL'),
  };
}

/** Whatever is not JSON was not logged by pino: a crash of Node's. */
function parseLine(text: string): readonly LogLine[] {
  if (!text.startsWith('{')) return [];
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

function replaceFlags(args: readonly string[], flags: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.keys(flags);
  const kept = args.filter((arg) => !names.some((name) => arg.startsWith(`--${name}=`)));
  return [...kept, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
}

/** Writes the Secrets that the pod mounts; the function given back turns a path of the container into one of here. */
async function mountFiles(cluster: ClusterClient, deployment: Stored, folder: string) {
  const pod = (deployment.spec as unknown as { template: { spec: PodTemplate } }).template.spec;
  const { namespace = '' } = deployment.metadata;
  const mounts = pod.containers[0]?.volumeMounts ?? [];
  for (const { name, mountPath } of mounts) {
    const secretName = pod.volumes?.find((volume) => volume.name === name)?.secret?.secretName;
    if (secretName === undefined) continue;
    const { data = {} } = await cluster.get({ kind: 'Secret', name: secretName, namespace });
    for (const [key, encoded] of Object.entries(data)) {
      const file = join(folder, mountPath, key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, Buffer.from(encoded, 'base64'), { mode: 0o600 });
    }
  }
  return (text: string): string =>
    mounts.reduce((result, { mountPath }) => result.replace(mountPath, join(folder, mountPath)), text);
}
