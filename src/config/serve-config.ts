import type { z } from 'zod';
import type { ClassPolicies } from '../admission/policy.ts';
import { isPemText, type LOG_LEVELS, settingsShape } from './settings-shape.ts';

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Settings of `serve`, checked once. */
export interface ServeConfig {
  /** Files that stand for the cluster; none means a live one. */
  readonly snapshots: readonly string[];
  /** Absent: every address of the machine, or with a snapshot only its own. */
  readonly host?: string;
  readonly port: number;
  readonly adminPort: number;
  /** Of the cluster; absent: KUBECONFIG, the pod's service account or the user's own, whichever is there first. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly ownNamespace?: string;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  /** Authorities of the clients that are answered; absent: anybody is. */
  readonly clientCaFile?: string;
  /** Common names of which such a client has one; absent: any. */
  readonly clientNames?: readonly string[];
  /** Secret of the own namespace in which the replicas keep their certificates. */
  readonly certificateSecret?: string;
  readonly certificateLifetimeSeconds: number;
  /** Name of both webhook configurations whose `caBundle` is kept. */
  readonly webhookConfiguration?: string;
  /** Name of the Service, which the certificates are made out to. */
  readonly serviceName?: string;
  /** ConfigMap of the own namespace that holds the room promised to migrations that are just being created. */
  readonly reservations?: string;
  readonly classPolicies: ClassPolicies;
  readonly decisionTimeoutSeconds: number;
  readonly drainSeconds: number;
  /** Between two looks at all namespaces; 0 for none. */
  readonly surveyIntervalSeconds: number;
  readonly events: 'on' | 'off';
  readonly statusPage: 'on' | 'off';
  readonly logLevel: LogLevel;
}

/** What a user typed where; the message has a line for each setting that is wrong. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

/** Flags as the command line gives them, by their names in camel case. */
export type Flags = Readonly<Record<string, unknown>>;
export type Environment = Readonly<Record<string, string | undefined>>;

type Setting = keyof typeof settingsShape.shape;

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}
function flagOf(setting: string): string {
  return `--${kebabCase(setting)}`;
}
function variableOf(setting: string): string {
  return `HEADROOM_${kebabCase(setting).replaceAll('-', '_').toUpperCase()}`;
}

/**
 * Kubernetes gives every container variables for the Services of its namespace: with a Service called headroom,
 * HEADROOM_PORT is `tcp://10.43.0.7:443`, which nobody meant as a setting.
 */
function isServiceLink(value: string): boolean {
  return /^(tcp|udp|sctp):\/\//.test(value);
}

function fromEnvironment(setting: Setting, environment: Environment): unknown {
  const value = environment[variableOf(setting)];
  if (value === undefined || value === '' || isServiceLink(value)) return undefined;
  return setting === 'snapshot' ? value.split(',') : value;
}

function fromFlags(setting: Setting, flags: Flags): unknown {
  const value = flags[setting];
  return typeof value === 'number' ? String(value) : value;
}

function givenSettings(flags: Flags, environment: Environment): Record<string, unknown> {
  const names = Object.keys(settingsShape.shape) as Setting[];
  return Object.fromEntries(names.map((name) => [name, fromFlags(name, flags) ?? fromEnvironment(name, environment)]));
}

function problemOf(issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const setting = String(issue.path[0]);
  const value = isPemText(given[setting]) ? 'PEM text' : (JSON.stringify(given[setting]) ?? 'nothing');
  return `${flagOf(setting)} (${variableOf(setting)}): ${issue.message}, got ${value}`;
}

type Settings = z.infer<typeof settingsShape>;

const TLS_FILES = '--tls-cert and --tls-key (HEADROOM_TLS_CERT, HEADROOM_TLS_KEY)';
const SECRET = '--certificate-secret (HEADROOM_CERTIFICATE_SECRET)';

function tlsProblems({ tlsCert, tlsKey, certificateSecret, snapshot }: Settings): readonly string[] {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) return [`${TLS_FILES}: expected both or neither`];
  if (tlsCert !== undefined && certificateSecret !== undefined) return [`${SECRET}: expected without ${TLS_FILES}`];
  if (tlsCert === undefined && certificateSecret === undefined && snapshot.length === 0) {
    return [`${TLS_FILES} or ${SECRET}: expected, unless --snapshot is given`];
  }
  return [];
}

function clientProblems({ clientCa, clientName }: Settings): readonly string[] {
  if (clientName === undefined || clientCa !== undefined) return [];
  return ['--client-name (HEADROOM_CLIENT_NAME): expected with --client-ca (HEADROOM_CLIENT_CA)'];
}

/** A snapshot stands still: what is kept in a cluster has no place beside it. */
function clusterProblems(settings: Settings): readonly string[] {
  if (settings.snapshot.length === 0) return [];
  const live = ['certificateSecret', 'webhookConfiguration', 'reservations'] as const;
  return live
    .filter((name) => settings[name] !== undefined)
    .map((name) => `${flagOf(name)} (${variableOf(name)}): expected without --snapshot`);
}

/** Flags win over the environment, and that over the defaults. Throws a ConfigError that names every wrong setting. */
export function serveConfig(flags: Flags, environment: Environment): ServeConfig {
  const given = givenSettings(flags, environment);
  const read = settingsShape.safeParse(given);
  if (!read.success) throw new ConfigError(read.error.issues.map((issue) => problemOf(issue, given)));
  const settings = read.data;
  const problems = [...tlsProblems(settings), ...clientProblems(settings), ...clusterProblems(settings)];
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    snapshots: Object.freeze(settings.snapshot),
    port: settings.port,
    adminPort: settings.adminPort,
    certificateLifetimeSeconds: settings.certificateLifetime,
    classPolicies: Object.freeze({
      user: settings.policyUser,
      evacuation: settings.policyEvacuation,
      'workload-update': settings.policyWorkloadUpdate,
      platform: settings.policyPlatform,
    }),
    decisionTimeoutSeconds: settings.decisionTimeout,
    drainSeconds: settings.drain,
    surveyIntervalSeconds: settings.surveyInterval,
    events: settings.events,
    statusPage: settings.statusPage,
    logLevel: settings.logLevel,
    ...withoutAbsent({
      host: settings.host,
      kubeconfig: textOf(flags.kubeconfig),
      context: textOf(flags.context),
      ownNamespace: settings.ownNamespace,
      tlsCertFile: settings.tlsCert,
      tlsKeyFile: settings.tlsKey,
      clientCaFile: settings.clientCa,
      clientNames: settings.clientName,
      certificateSecret: settings.certificateSecret,
      webhookConfiguration: settings.webhookConfiguration,
      serviceName: settings.serviceName,
      reservations: settings.reservations,
    }),
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

type Given<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Without the settings that nobody gave. */
function withoutAbsent<T extends object>(settings: T): Given<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** A row a setting, for the command line's options and the documentation. */
export function describedSettings(): readonly { flag: string; variable: string; text: string; default: string }[] {
  return Object.entries(settingsShape.shape).map(([name, shape]) => {
    const byDefault = settingsShape.shape[name as Setting].safeParse(undefined);
    return {
      flag: flagOf(name),
      variable: variableOf(name),
      text: shape.description ?? '',
      default: byDefault.success && byDefault.data !== undefined ? String(byDefault.data) : '',
    };
  });
}
