import { type Api, whyNot } from './api.ts';
import type { Failure } from './list-pages.ts';
import type { ObjectKind } from './object-kinds.ts';

/** What was asked for in vain. */
export interface AskedFor {
  readonly kind: Pick<ObjectKind<never>, 'group' | 'plural' | 'scope'>;
  readonly verb: 'get' | 'list';
  readonly namespace?: string | undefined;
  readonly name?: string;
}

/** The command that says whether the caller may do what was refused; `flags` are those that lead kubectl to the cluster. */
export function permissionCheck({ kind, verb, namespace, name }: AskedFor, flags: readonly string[] = []): string {
  const place = namespace === undefined ? '-A' : `-n ${namespace}`;
  const resource = `${resourceOf(kind)}${name === undefined ? '' : `/${name}`}`;
  return ['kubectl', ...flags, 'auth can-i', verb, resource, ...(kind.scope === 'cluster' ? [] : [place])].join(' ');
}

/** As RBAC and kubectl name it: `pods`, `virtualmachines.kubevirt.io`. */
export function resourceOf({ group, plural }: AskedFor['kind']): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** Why a call came to nothing, and how to look into it where a right is missing. */
export function whyNotWithCheck(failure: Failure, asked: AskedFor, flags: readonly string[] = []): string {
  const why = whyNot(failure);
  return isForbidden(failure) ? `${why} (${permissionCheck(asked, flags)})` : why;
}

export function isForbidden(failure: Failure): boolean {
  return failure.kind === 'refused' && failure.code === 403;
}

/** By the codes of Node and OpenSSL: what such a fault means where a server is to be reached. */
const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name server does not answer',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'nobody answers; is there a firewall, or a VPN that is off?',
  DEPTH_ZERO_SELF_SIGNED_CERT: "the kubeconfig's certificate authority has not signed its certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "the kubeconfig's certificate authority has not signed its certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the kubeconfig's certificate authority has not signed its certificate",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the kubeconfig's certificate authority has not signed its certificate",
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is that of another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what listens there speaks no TLS',
};

/** Why nothing at all can be asked of an API server, or not by this user; undefined where it can. */
export function connectionFault(
  { server, origin }: Pick<Api, 'server' | 'origin'>,
  failure: Failure,
): string | undefined {
  const where = `the API server ${server} (${origin ?? 'of unknown origin'})`;
  if (failure.kind === 'refused') {
    if (failure.code !== 401) return undefined;
    return `${where} does not accept these credentials, which may be missing, expired or revoked: ${whyNot(failure)}`;
  }
  if (failure.cause === 'credentials') return `no credentials for ${where}: ${failure.message}`;
  const meaning = MEANINGS[failure.code ?? ''];
  return `${where} cannot be asked: ${failure.message}${meaning === undefined ? '' : `: ${meaning}`}`;
}
