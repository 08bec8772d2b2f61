import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { KubeconfigError, messageOf } from './cluster-error.ts';

/** Where the library falls back to when it finds neither a kubeconfig nor a service account. */
const NOWHERE = 'http://localhost:8080';
/** What the library calls the context that it makes of a pod's service account. */
const POD_CONTEXT = 'inClusterContext';
const MOST_NAMED = 20;

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a directory, expected a file',
};

export interface UsableKubeconfig {
  readonly config: KubeConfig;
  readonly server: string;
  /** Which server, user and credentials these are, in words: `context main of ~/.kube/config, user me`. */
  readonly origin: string;
}

/** Finds the kubeconfig as kubectl does, and the context in it. Throws KubeconfigError. */
export function loadKubeconfig(kubeconfig: string | undefined, context: string | undefined): UsableKubeconfig {
  const config = new NamedKubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new KubeconfigError(`${placeOf(config, kubeconfig)} cannot be read: ${faultOf(error, config.files)}`);
  }
  if (kubeconfig === undefined && config.getCurrentCluster()?.server === NOWHERE) {
    throw new KubeconfigError('there is no kubeconfig and this is no pod: give --kubeconfig FILE or --snapshot FILE');
  }
  const place = placeOf(config, kubeconfig);
  if (context !== undefined) useContext(config, context, place);
  return { config, server: serverOf(config, place), origin: originOf(config) };
}

/** Remembers which files it has read: only the library knows where kubectl would look. */
class NamedKubeConfig extends KubeConfig {
  #first = '';
  #hasOthers = false;

  get files(): string {
    return this.#hasOthers ? `${this.#first} and others` : this.#first;
  }

  override loadFromFile(...args: Parameters<KubeConfig['loadFromFile']>): void {
    [this.#first] = args;
    super.loadFromFile(...args);
  }

  override mergeConfig(...args: Parameters<KubeConfig['mergeConfig']>): void {
    this.#hasOthers = true;
    super.mergeConfig(...args);
  }
}

function placeOf({ files }: NamedKubeConfig, asked: string | undefined): string {
  return asked === undefined ? `kubeconfig ${files}` : `--kubeconfig ${asked}`;
}

function faultOf(error: unknown, file: string): string {
  const { code, path } = error as NodeJS.ErrnoException;
  const known = FILE_FAULTS[code ?? ''];
  if (known !== undefined) return path === undefined || path === file ? known : `${path}: ${known}`;
  // What is wrong with YAML is said in the first line; the others draw it.
  const [line = ''] = messageOf(error).split('\n', 1);
  return line;
}

function useContext(config: KubeConfig, context: string, place: string): void {
  if (config.getContextObject(context) === null) {
    throw new KubeconfigError(`--context ${context}: ${place} has ${namedContexts(config)}`);
  }
  config.setCurrentContext(context);
}

function namedContexts(config: KubeConfig): string {
  const names = config.getContexts().map(({ name }) => name);
  if (names.length === 0) return 'no context';
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return `${names.length === 1 ? 'context' : 'contexts'} ${shown}${more}`;
}

function serverOf(config: KubeConfig, place: string): string {
  const name = config.getCurrentContext();
  if (!name)
    throw new KubeconfigError(`${place} names no current-context: give --context; it has ${namedContexts(config)}`);
  const context = config.getContextObject(name);
  if (context === null) {
    throw new KubeconfigError(
      `${place}: there is no context ${name}, its current-context; it has ${namedContexts(config)}`,
    );
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new KubeconfigError(`${place}: context ${name}: there is no cluster ${context.cluster} in it`);
  if (context.user && config.getCurrentUser() === null) {
    throw new KubeconfigError(`${place}: context ${name}: there is no user ${context.user} in it`);
  }
  return cluster.server;
}

function originOf(config: NamedKubeConfig): string {
  const context = config.getCurrentContext();
  if (context === POD_CONTEXT) return "the pod's service account";
  return `context ${context} of ${config.files}, ${userOf(config)}`;
}

const CREDENTIALS = ['token', 'certData', 'certFile', 'exec', 'authProvider', 'username'] as const;

function userOf(config: KubeConfig): string {
  const user = config.getCurrentUser();
  if (user === null) return 'no user';
  return CREDENTIALS.some((each) => user[each]) ? `user ${user.name}` : `user ${user.name} without credentials`;
}
