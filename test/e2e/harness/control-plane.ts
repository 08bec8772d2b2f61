import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Authority, createAuthority, createTokenKeys } from './certificates.ts';
import { type Connection, openConnection, writeConnection } from './connection.ts';
import { eventuallyTrue } from './eventually.ts';
import { freePorts } from './ports.ts';
import { type Child, startChild, tail } from './processes.ts';

const CACHED_PROGRAMS = fileURLToPath(new URL('../../../.cache/bin', import.meta.url));
const CONTROLLERS = [
  'resourcequota-controller',
  'namespace-controller',
  'garbage-collector-controller',
  'serviceaccount-controller',
  'disruption-controller',
  'persistentvolumeclaim-protection-controller',
];

export interface ControlPlane {
  readonly connection: Connection;
  readonly children: readonly Child[];
  /** Starts etcd or kube-apiserver again, after it has ended, on its port and with what it had stored. */
  restart(name: 'etcd' | 'kube-apiserver'): Promise<void>;
  stop(): Promise<void>;
}

/** Where one of the programs of a control plane is, kubectl and helm too. */
export function programPath(name: string): string {
  const folders = [process.env.KUBEBUILDER_ASSETS, CACHED_PROGRAMS].filter((folder) => folder !== undefined);
  const found = folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`there is no ${name} in ${folders.join(' or ')}; scripts/install-tools.sh`);
  return found;
}

/** etcd, kube-apiserver and kube-controller-manager on free loopback ports; all they write is in `folder`. */
export async function startControlPlane(folder: string): Promise<ControlPlane> {
  const [etcdPort = 0, peerPort = 0, serverPort = 0, managerPort = 0] = await freePorts(4);
  const authority = await createAuthority('headroom-e2e');
  const connection = await writeFiles(folder, authority, `https://127.0.0.1:${serverPort}`);
  const children: Child[] = [];
  const start = (name: string, args: readonly string[]): Child => {
    const child = startChild({ name, program: programPath(name), args, folder });
    children.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    // The store last: the others would wait for it.
    for (const child of children.toReversed()) await child.stop('SIGTERM', 5).catch(() => child.stop('SIGKILL'));
  };
  try {
    start('etcd', etcdArgs(etcdPort, peerPort));
    await untilReady(connection, start('kube-apiserver', serverArgs(etcdPort, serverPort)));
    const manager = start('kube-controller-manager', managerArgs(managerPort));
    await untilManaged(connection, manager);
  } catch (error) {
    await stop();
    throw error;
  }
  const restart = async (name: 'etcd' | 'kube-apiserver'): Promise<void> => {
    const at = children.findIndex((child) => child.name === name);
    children.splice(at, 1);
    start(name, name === 'etcd' ? etcdArgs(etcdPort, peerPort) : serverArgs(etcdPort, serverPort));
    // Where it stood, for the order in which all are stopped.
    children.splice(at, 0, ...children.splice(-1));
    await untilReady(connection, children.find((child) => child.name === 'kube-apiserver') as Child);
  };
  return { connection, children, restart, stop };
}

async function writeFiles(folder: string, authority: Authority, server: string): Promise<Connection> {
  const write = (name: string, text: string) => writeFile(`${folder}/${name}`, text, { mode: 0o600 });
  const serving = await authority.issue('CN=kube-apiserver');
  const admin = await authority.issue('CN=admin, O=system:masters');
  const manager = await authority.issue('CN=system:kube-controller-manager, O=system:masters');
  await writeWebhookClient(folder);
  const tokens = createTokenKeys();
  await write('ca.crt', authority.cert);
  await write('server.crt', serving.cert);
  await write('server.key', serving.key);
  await write('tokens.key', tokens.privateKey);
  await write('tokens.pub', tokens.publicKey);
  await writeConnection(`${folder}/manager`, { server, ca: authority.cert, client: manager });
  return writeConnection(`${folder}/admin`, { server, ca: authority.cert, client: admin });
}

/** Shown to every webhook that asks for it: a certificate of an authority of its own, which nothing else trusts. */
async function writeWebhookClient(folder: string): Promise<void> {
  const authority = await createAuthority('headroom-e2e-webhook-clients');
  const { cert, key } = await authority.issue('CN=kube-apiserver-webhooks');
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const user = { 'client-certificate-data': encoded(cert), 'client-key-data': encoded(key) };
  const plugins = ['ValidatingAdmissionWebhook', 'MutatingAdmissionWebhook'].map((name) => ({
    name,
    configuration: {
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'WebhookAdmissionConfiguration',
      kubeConfigFile: `${folder}/webhooks.kubeconfig`,
    },
  }));
  const admission = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AdmissionConfiguration', plugins };
  const config = { apiVersion: 'v1', kind: 'Config', users: [{ name: '*', user }] };
  await writeFile(`${folder}/webhook-clients.crt`, authority.cert);
  await writeFile(`${folder}/admission.json`, JSON.stringify(admission));
  await writeFile(`${folder}/webhooks.kubeconfig`, JSON.stringify(config), { mode: 0o600 });
}

function etcdArgs(port: number, peerPort: number): readonly string[] {
  const url = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  return [
    '--data-dir=etcd',
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
}

/** Admission is as it comes: ServiceAccount, LimitRanger, PodSecurity, webhooks, and ResourceQuota last. */
function serverArgs(etcdPort: number, port: number): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none',
    '--tls-cert-file=server.crt',
    '--tls-private-key-file=server.key',
    '--client-ca-file=ca.crt',
    // Nobody extends the API here; without it the controllers log an error every second.
    '--requestheader-client-ca-file=ca.crt',
    '--requestheader-allowed-names=nobody',
    '--service-account-signing-key-file=tokens.key',
    '--service-account-key-file=tokens.pub',
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=RBAC',
    '--admission-control-config-file=admission.json',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--max-requests-inflight=2000',
    '--max-mutating-requests-inflight=1000',
  ];
}

function managerArgs(port: number): readonly string[] {
  return [
    '--kubeconfig=manager.kubeconfig',
    '--authentication-kubeconfig=manager.kubeconfig',
    '--authorization-kubeconfig=manager.kubeconfig',
    `--controllers=${CONTROLLERS.join(',')}`,
    '--use-service-account-credentials=false',
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--leader-elect=false',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}

function failIfEnded(child: Child): void {
  if (!child.isRunning()) throw new Error(`${child.name} has ended\n${tail(child.logFile)}`);
}

async function untilReady(connection: Connection, server: Child): Promise<void> {
  const api = openConnection(connection);
  await eventuallyTrue(
    'the API server is ready',
    async () => !server.isRunning() || (await api.call({ method: 'GET', path: '/readyz' })).status === 200,
    { withinSeconds: 60, everyMilliseconds: 100 },
  ).finally(() => api.close());
  failIfEnded(server);
}

/** A namespace gets its ServiceAccount once the controllers run; pods need it. */
async function untilManaged(connection: Connection, manager: Child): Promise<void> {
  const api = openConnection(connection);
  const path = '/api/v1/namespaces/default/serviceaccounts/default';
  await eventuallyTrue(
    'the controllers run',
    async () => !manager.isRunning() || (await api.call({ method: 'GET', path })).status === 200,
    { withinSeconds: 60, everyMilliseconds: 100 },
  ).finally(() => api.close());
  failIfEnded(manager);
}
