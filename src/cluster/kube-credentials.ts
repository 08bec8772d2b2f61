import { createHash } from 'node:crypto';
import type { AgentOptions, RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Agent, Dispatcher, ProxyAgent } from 'undici';
import { KubeconfigError, messageOf } from './cluster-error.ts';

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

/** Where the library falls back to when it finds neither a kubeconfig nor a service account. */
const NOWHERE = 'http://localhost:8080';

/** Who we are to an API server, read anew for each call: tokens and certificates in files are replaced while we run. */
export class KubeCredentials {
  readonly server: string;
  readonly namespace: string | undefined;
  readonly #config: KubeConfig;
  #last: Credentials | undefined;

  constructor(kubeconfig: string | undefined, context: string | undefined) {
    this.#config = loadConfig(kubeconfig);
    if (context !== undefined) useContext(this.#config, context);
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null) {
      throw new KubeconfigError(
        `the kubeconfig's context ${this.#config.getCurrentContext() || '(none)'} names no cluster`,
      );
    }
    if (kubeconfig === undefined && cluster.server === NOWHERE) {
      throw new KubeconfigError('there is no kubeconfig and this is no pod: give --kubeconfig FILE or --snapshot FILE');
    }
    this.server = cluster.server;
    this.namespace = this.#config.getContextObject(this.#config.getCurrentContext())?.namespace;
  }

  async current(): Promise<Credentials> {
    const options: RequestOptions & Material = {};
    await this.#config.applyToHTTPSOptions(options);
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

function loadConfig(kubeconfig: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    const what = kubeconfig === undefined ? 'the kubeconfig' : `--kubeconfig ${kubeconfig}`;
    // What is wrong with YAML is said in the first line; the others draw it.
    throw new KubeconfigError(`${what} cannot be read: ${messageOf(error).split('\n', 1)[0]}`);
  }
  return config;
}

function useContext(config: KubeConfig, context: string): void {
  if (config.getContextObject(context) === null) {
    const known = config.getContexts().map(({ name }) => name);
    throw new KubeconfigError(`--context ${context}: the kubeconfig has ${known.join(', ') || 'no context'}`);
  }
  config.setCurrentContext(context);
}

function basicAuth(auth: string | null | undefined): Record<string, string> {
  return auth ? { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
}

function fingerprint({ ca, cert, key, servername, rejectUnauthorized }: Material): string {
  const hash = createHash('sha256');
  for (const part of [ca, cert, key, servername, rejectUnauthorized]) hash.update(`${String(part)}\0`);
  return hash.digest('base64');
}
