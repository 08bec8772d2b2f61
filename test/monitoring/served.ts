import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { createAuthority, createLeaf } from '../../src/certificates/issue.ts';
import type { Json } from '../builders/json.ts';
import { eventually } from '../e2e/harness/eventually.ts';
import { freePorts } from '../e2e/harness/ports.ts';
import { type Child, startChild, tail } from '../e2e/harness/processes.ts';
import { type HttpsAnswer, httpsClient } from '../server/https-client.ts';
import { pathOf } from './chart-files.ts';

const DAY_MILLISECONDS = 86_400_000;

export interface ServedOptions {
  readonly name: string;
  readonly folder: string;
  /** Where it has its facts from, and what else it is told. */
  readonly flags: readonly string[];
  /** Of its certificate; 90 days is its whole lifetime. */
  readonly daysLeft: number;
}

/** A `headroom serve` of its own process. */
export interface Served {
  readonly name: string;
  /** Of its metrics. */
  readonly adminAddress: string;
  post(path: string, body: string): Promise<HttpsAnswer>;
  /** Tells it to end, which it does as soon as it has drained. */
  drain(): void;
  stop(signal?: 'SIGKILL'): Promise<void>;
}

export async function startServed({ name, folder, flags, daysLeft }: ServedOptions): Promise<Served> {
  const [port = 0, adminPort = 0] = await freePorts(2);
  const { ca, certFile, keyFile } = await writeCertificate(join(folder, name), daysLeft);
  const child = startChild({
    name,
    program: process.execPath,
    args: [
      pathOf('src/cli.ts'),
      'serve',
      '--host=localhost',
      `--port=${port}`,
      `--admin-port=${adminPort}`,
      `--tls-cert=${certFile}`,
      `--tls-key=${keyFile}`,
      '--drain=0',
      '--survey-interval=1',
      ...flags,
    ],
    folder,
    environment: { NODE_ENV: 'production', PATH: '/usr/bin:/bin', HOME: folder },
  });
  const adminAddress = `localhost:${adminPort}`;
  await untilReady(child, adminAddress);
  const { post, close } = httpsClient(`https://localhost:${port}`, ca);
  return {
    name,
    adminAddress,
    post,
    drain: () => void process.kill(child.pid, 'SIGTERM'),
    stop: async (signal) => {
      close();
      await child.stop(signal ?? 'SIGTERM', 20);
    },
  };
}

async function untilReady(child: Child, adminAddress: string): Promise<void> {
  const attempt = async () => {
    if (child.isRunning() && !(await fetch(`http://${adminAddress}/readyz`)).ok) throw new Error(tail(child.logFile));
  };
  await eventually(`${child.name} is ready`, attempt, { withinSeconds: 30 });
  if (!child.isRunning()) throw new Error(`${child.name} has ended\n${tail(child.logFile)}`);
}

async function writeCertificate(path: string, daysLeft: number) {
  const notAfter = new Date(Date.now() + daysLeft * DAY_MILLISECONDS);
  const validity = { now: new Date(notAfter.getTime() - 90 * DAY_MILLISECONDS), notAfter };
  const authority = await createAuthority('monitoring', validity);
  const leaf = await createLeaf(authority, ['localhost', '127.0.0.1'], validity);
  const [certFile, keyFile] = [`${path}.crt`, `${path}.key`];
  writeFileSync(certFile, leaf.certificate);
  writeFileSync(keyFile, leaf.key, { mode: 0o600 });
  return { ca: authority.certificate, certFile, keyFile };
}

export function readObjects(file: string): readonly Json[] {
  return parseAllDocuments(readFileSync(pathOf(file), 'utf8')).map((document) => document.toJS() as Json);
}

/** A review of examples/, of another VM if need be. */
export function migrationReview(vmi = 'vm1'): string {
  return readFileSync(pathOf('examples/review-migration.json'), 'utf8').replaceAll('"vm1"', `"${vmi}"`);
}

/** As the API server asks about a pod that virt-controller creates. */
export function podReview(pod: Json): string {
  const { metadata } = pod as { metadata: { name: string; namespace: string } };
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  const resource = { group: '', version: 'v1', resource: 'pods' };
  const username = 'system:serviceaccount:harvester-system:kubevirt-controller';
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'ea15d965-d575-46de-b2a0-da1dcee30ba5',
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: metadata.name,
      namespace: metadata.namespace,
      operation: 'CREATE',
      userInfo: { username },
      object: pod,
      oldObject: null,
      dryRun: false,
      options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
    },
  });
}
