import { type CertificateKeeper, keepCertificates } from '../../src/certificates/certificate-keeper.ts';
import type { ServingPair } from '../../src/certificates/certificate-set.ts';
import type { CertificateLogger } from '../../src/certificates/change-log.ts';
import type { Clock } from '../../src/certificates/clock.ts';
import type { Api, ApiCall } from '../../src/cluster/api.ts';
import { InMemoryApi, type StoredObject, unanswered } from '../builders/in-memory-api.ts';
import { FakeClock } from './fake-clock.ts';

export const SECRET = '/api/v1/namespaces/headroom-system/secrets/headroom-certificates';
const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';
export const VALIDATING = `${REGISTRATION}/validatingwebhookconfigurations/headroom`;
export const MUTATING = `${REGISTRATION}/mutatingwebhookconfigurations/headroom`;
export const HOST = 'headroom.headroom-system.svc';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  readonly [fact: string]: unknown;
}

export function collectingLogger(lines: LogLine[]): CertificateLogger {
  const level = (name: LogLine['level']) => (facts: object, text: string) =>
    void lines.push({ ...facts, level: name, text });
  return { info: level('info'), warn: level('warn'), error: level('error') } as CertificateLogger;
}

/** One replica's own way to the API server, which can be cut. */
class Cable implements Api {
  readonly server = 'https://in-memory.example';
  readonly namespace = 'headroom-system';
  readonly #api: InMemoryApi;
  isCut = false;

  constructor(api: InMemoryApi) {
    this.#api = api;
  }

  async call(call: ApiCall, signal: AbortSignal) {
    return this.isCut ? unanswered : this.#api.call(call, signal);
  }

  async close(): Promise<void> {}
}

export interface ReplicaOptions {
  readonly hosts?: readonly string[];
  readonly lifetimeSeconds?: number;
  readonly clock?: Clock;
  readonly onPair?: (pair: ServingPair) => void;
}

export interface Replica {
  readonly keeper: CertificateKeeper;
  readonly first: Promise<ServingPair | undefined>;
  readonly pairs: ServingPair[];
  readonly lines: LogLine[];
  readonly cable: Cable;
}

/** What the chart installs, and replicas on it. Certificates live 600 seconds and are checked every 20. */
export class Namespace {
  readonly api = new InMemoryApi();
  readonly clock: FakeClock;
  readonly replicas: Replica[] = [];

  constructor(start = new Date('2026-11-22T12:00:00Z')) {
    this.clock = new FakeClock(start);
    this.api.set(SECRET, {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: { name: 'headroom-certificates' },
    });
    this.api.set(VALIDATING, this.#configuration('validate-migrations'));
    this.api.set(MUTATING, this.#configuration('mutate-migrations', 'mutate-pods'));
  }

  #configuration(...names: string[]): StoredObject {
    const service = { name: 'headroom', namespace: 'headroom-system' };
    return { metadata: { name: 'headroom' }, webhooks: names.map((name) => ({ name, clientConfig: { service } })) };
  }

  /** Does not wait for its first certificate. */
  startReplica(options: ReplicaOptions = {}): Replica {
    const pairs: ServingPair[] = [];
    const lines: LogLine[] = [];
    const cable = new Cable(this.api);
    const keeper = keepCertificates({
      api: cable,
      namespace: 'headroom-system',
      secretName: 'headroom-certificates',
      webhookConfigurationName: 'headroom',
      hosts: options.hosts ?? [HOST],
      lifetimeSeconds: options.lifetimeSeconds ?? 600,
      clock: options.clock ?? this.clock,
      logger: collectingLogger(lines),
      onPair: (pair) => {
        pairs.push(pair);
        options.onPair?.(pair);
      },
    });
    const first = keeper.start();
    const replica = { keeper, first, pairs, lines, cable };
    this.replicas.push(replica);
    return replica;
  }

  async start(count: number): Promise<Replica[]> {
    const started = Array.from({ length: count }, () => this.startReplica());
    await this.idle();
    return started;
  }

  async stop(replica: Replica): Promise<void> {
    this.replicas.splice(this.replicas.indexOf(replica), 1);
    await replica.keeper.stop();
  }

  async stopAll(): Promise<void> {
    for (const replica of [...this.replicas]) await this.stop(replica);
  }

  idle(): Promise<void> {
    return this.clock.idle(this.replicas.length);
  }

  /** Of the Secret, as text. */
  data(key: string): string {
    return Buffer.from(this.api.get(SECRET)?.data?.[key] ?? '', 'base64').toString();
  }

  changeData(change: (data: Record<string, string>) => Record<string, string>): void {
    const secret = this.api.get(SECRET);
    if (secret !== undefined) this.api.set(SECRET, { ...secret, data: change(secret.data ?? {}) });
  }

  /** The caBundle of every webhook, as text. */
  caBundles(): string[] {
    return [VALIDATING, MUTATING].flatMap((path) => {
      const webhooks = (this.api.get(path)?.webhooks ?? []) as { clientConfig: { caBundle?: string } }[];
      return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString());
    });
  }

  setCaBundles(path: string, caBundle: string): void {
    const configuration = this.api.get(path);
    const webhooks = configuration?.webhooks as { clientConfig: { caBundle?: string } }[];
    for (const { clientConfig } of webhooks) clientConfig.caBundle = Buffer.from(caBundle).toString('base64');
    if (configuration !== undefined) this.api.set(path, configuration);
  }
}

export function lastPair({ pairs }: Replica): ServingPair {
  const pair = pairs.at(-1);
  if (pair === undefined) throw new Error('this replica has no certificate yet');
  return pair;
}
