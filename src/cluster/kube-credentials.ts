import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import type { AgentOptions, RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { keepConnections } from './api-connections.ts';
import { CredentialsError, KubeconfigError, messageOf } from './cluster-error.ts';
import { loadKubeconfig } from './kubeconfig.ts';

/** Just below the 90 s after which the API server closes an idle connection itself. */
const KEEP_ALIVE_MILLISECONDS = 80_000;
/** To a proxy, that of one which takes a connection and then says nothing as well: nothing else bounds it. */
const PROXIED_KEEP_ALIVE_MILLISECONDS = 3000;

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** Changes when connections have to be made anew: with the CA or the client's certificate, not with a token. */
  readonly identity: string;
  /** What makes connections, directly or through the kubeconfig's proxy, and keeps them. */
  readonly openAgent: () => Promise<Agent>;
}

/** What the client library makes of https options, with the names it gives them. */
type Material = Pick<AgentOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername'>;

/** Who we are to an API server, read anew for each call: tokens and certificates in files are replaced while we run. */
export class KubeCredentials {
  readonly server: string;
  readonly origin: string;
  readonly namespace: string | undefined;
  readonly #config: KubeConfig;

  constructor(kubeconfig: string | undefined, context: string | undefined) {
    const { config, server, origin } = loadKubeconfig(kubeconfig, context);
    this.#config = config;
    this.server = server;
    this.origin = origin;
    this.namespace = config.getContextObject(config.getCurrentContext())?.namespace;
  }

  /** Throws CredentialsError. */
  async current(): Promise<Credentials> {
    const options: RequestOptions & Material = {};
    try {
      await this.#config.applyToHTTPSOptions(options);
    } catch (error) {
      throw new CredentialsError(credentialsFault(this.#config, error));
    }
    const headers = { ...(options.headers as Record<string, string> | undefined), ...basicAuth(options.auth) };
    return { headers, identity: fingerprint(options), openAgent: () => this.#openAgent(options) };
  }

  /**
   * By the library, which knows how to speak through proxies. It makes an agent once for each user, of the certificate of
   * that time: hence a user of no name, who has the certificate of now.
   */
  async #openAgent({ ca, cert, key, pfx, passphrase }: Material): Promise<Agent> {
    const config = new KubeConfig();
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null) throw new KubeconfigError('the kubeconfig has no cluster any more');
    config.loadFromClusterAndUser(cluster, { name: '' });
    const timeout = cluster.proxyUrl ? PROXIED_KEEP_ALIVE_MILLISECONDS : KEEP_ALIVE_MILLISECONDS;
    const options: RequestOptions & Material = { ca, cert, key, pfx, passphrase, timeout };
    await config.applyToHTTPSOptions(options);
    if (!(options.agent instanceof Agent)) throw new TypeError('the Kubernetes client has made no agent');
    return keepConnections(options.agent);
  }
}

/** What a command wrote on stderr may be long; what is wrong is said first. */
const MOST_CHARACTERS = 500;

function credentialsFault(config: KubeConfig, error: unknown): string {
  const command = config.getCurrentUser()?.exec?.command;
  const message = messageOf(error).trim();
  if (command === undefined) return message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `the kubeconfig's command ${command} is not installed (${message})`;
  if (error instanceof SyntaxError || error instanceof TypeError) {
    return `the kubeconfig's command ${command} has printed no ExecCredential: ${message}`;
  }
  return `the kubeconfig's command ${command} has failed: ${message.slice(0, MOST_CHARACTERS) || 'it does not say why'}`;
}

function basicAuth(auth: string | null | undefined): Record<string, string> {
  return auth ? { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
}

function fingerprint({ ca, cert, key, servername, rejectUnauthorized }: Material): string {
  const hash = createHash('sha256');
  for (const part of [ca, cert, key, servername, rejectUnauthorized]) hash.update(`${String(part)}\0`);
  return hash.digest('base64');
}
