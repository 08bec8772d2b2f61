import { createHash } from 'node:crypto';
import type { AgentOptions, RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Agent, Dispatcher, ProxyAgent } from 'undici';
import { CredentialsError, KubeconfigError, messageOf } from './cluster-error.ts';
import { loadKubeconfig } from './kubeconfig.ts';

type TlsOptions = Extract<Agent.Options['connect'], object>;

/** How the API server is reached. */
export type Transport =
  | { readonly type: 'none' }
  | { readonly type: 'agent'; readonly connect: TlsOptions }
  | { readonly type: 'proxy'; readonly uri: string; readonly requestTls: NonNullable<ProxyAgent.Options['requestTls']> }
  | { readonly type: 'socks'; readonly dispatcher: Dispatcher };

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** Changes when connections have to be made anew: with the CA or the client's certificate, not with a token. */
  readonly identity: string;
  readonly transport: Transport;
}

/** What the client library makes of https options, with the names it gives them. */
type Material = Pick<AgentOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername'>;

/** Who we are to an API server, read anew for each call: tokens and certificates in files are replaced while we run. */
export class KubeCredentials {
  readonly server: string;
  readonly origin: string;
  readonly namespace: string | undefined;
  readonly #config: KubeConfig;
  #last: Credentials | undefined;

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
    const identity = fingerprint(options);
    if (this.#last?.identity === identity) return { ...this.#last, headers };
    this.#last = { headers, identity, transport: await this.#transport(options) };
    return this.#last;
  }

  async #transport(options: Material): Promise<Transport> {
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
    const made = this.#config.createDispatcherOptions(this.#config.getCurrentCluster(), {
      ca,
      cert,
      key,
      pfx,
      passphrase,
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
      ...(servername !== undefined && { servername }),
    });
    switch (made.type) {
      case 'none':
        return { type: 'none' };
      case 'agent':
        return { type: 'agent', connect: made.connect as TlsOptions };
      case 'proxy':
        return { type: 'proxy', uri: made.uri, requestTls: made.requestTls as object };
      case 'socks':
        return { type: 'socks', dispatcher: await this.#socksDispatcher() };
      default:
        return made satisfies never;
    }
  }

  /** Only the library knows how to speak through a SOCKS proxy, and it hands that on in one way only. */
  async #socksDispatcher(): Promise<Dispatcher> {
    let dispatcher: Dispatcher | undefined;
    const taker = {
      setHeaderParam: () => {},
      setDispatcher: (given: Dispatcher) => {
        dispatcher = given;
      },
    };
    await this.#config.applySecurityAuthentication(
      taker as unknown as Parameters<KubeConfig['applySecurityAuthentication']>[0],
    );
    if (dispatcher === undefined) throw new KubeconfigError('the SOCKS proxy of the kubeconfig cannot be used');
    return dispatcher;
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
