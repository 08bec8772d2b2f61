import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createAuthority } from './certificates.ts';
import { type Connection, openConnection } from './connection.ts';
import { programPath } from './control-plane.ts';
import { eventuallyTrue } from './eventually.ts';
import { freePorts } from './ports.ts';
import { type Child, startChild, tail } from './processes.ts';

/** KubeVirt's own controller. */
export interface VirtController {
  readonly child: Child;
  /** Resolves once it goes by KubeVirt's CR of this version, or a newer one. */
  untilConfigured(resourceVersion: string): Promise<void>;
  stop(): Promise<void>;
}

export interface VirtControllerOptions {
  readonly folder: string;
  /** With its ServiceAccount's token. */
  readonly connection: Connection;
  readonly launcherImage: string;
}

const PATIENCE = { withinSeconds: 60, everyMilliseconds: 50 };
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/**
 * Where virt-controller looks for KubeVirt's CR and its ConfigMaps: in a container of a cluster in the namespace of that,
 * else in `kubevirt` (client-go util.GetNamespace); no flag says otherwise.
 */
export function kubeVirtNamespace(): string {
  const own = existsSync(NAMESPACE_FILE) ? readFileSync(NAMESPACE_FILE, 'utf8').trim() : '';
  return own === '' ? 'kubevirt' : own;
}

/** Resolves when it is the leader, which is when its controllers run. */
export async function startVirtController(options: VirtControllerOptions): Promise<VirtController> {
  const { folder, connection, launcherImage } = options;
  const [port = 0] = await freePorts(1);
  const ca = await writeCertificates(`${folder}/virt-controller`);
  const child = startChild({
    name: 'virt-controller',
    program: programPath('virt-controller'),
    args: [
      `--kubeconfig=${connection.kubeconfig}`,
      `--launcher-image=${launcherImage}`,
      '--listen=127.0.0.1',
      `--port=${port}`,
      '--prom-cert-file=virt-controller/tls.crt',
      '--prom-key-file=virt-controller/tls.key',
      '-v=3',
    ],
    folder,
    environment: { PATH: '/usr/bin:/bin' },
  });
  const api = openConnection({ server: `https://127.0.0.1:${port}`, ca, kubeconfig: '' });
  const answers = async (path: string, isIt: (body: Answer) => boolean): Promise<boolean> => {
    if (!child.isRunning()) return true;
    const { status, body } = await api.call({ method: 'GET', path });
    return status === 200 && isIt(body as Answer);
  };
  const controller: VirtController = {
    child,
    untilConfigured: async (resourceVersion) => {
      const isIt = ({ 'config-resource-version': version }: Answer) => Number(version) >= Number(resourceVersion);
      await eventuallyTrue(
        `virt-controller knows version ${resourceVersion}`,
        () => answers('/healthz', isIt),
        PATIENCE,
      );
      failIfEnded(child);
    },
    stop: async () => {
      await child.stop('SIGTERM', 5).catch(() => child.stop('SIGKILL'));
      await api.close();
    },
  };
  try {
    const isLeader = ({ apiserver }: Answer) => apiserver?.leader === 'true';
    await eventuallyTrue('virt-controller leads', () => answers('/leader', isLeader), PATIENCE);
    failIfEnded(child);
  } catch (error) {
    await controller.stop();
    throw new Error(tail(child.logFile), { cause: error });
  }
  return controller;
}

interface Answer {
  readonly apiserver?: { readonly leader?: string };
  readonly 'config-resource-version'?: string;
}

/** In a folder of their own: it loads them anew at every change in it, and a log beside them changes all the time. */
async function writeCertificates(folder: string): Promise<string> {
  const authority = await createAuthority('headroom-e2e-virt-controller');
  const { cert, key } = await authority.issue('CN=virt-controller');
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/tls.crt`, cert);
  await writeFile(`${folder}/tls.key`, key, { mode: 0o600 });
  return authority.cert;
}

function failIfEnded(child: Child): void {
  if (!child.isRunning()) throw new Error(`${child.name} has ended\n${tail(child.logFile)}`);
}
