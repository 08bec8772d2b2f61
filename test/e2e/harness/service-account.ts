import type { ClusterClient } from './cluster.ts';
import { type Connection, writeConnection } from './connection.ts';

/** Longer than any run. */
const TOKEN_SECONDS = 86_400;

/** A connection as a ServiceAccount, which has its rights and nothing more. The kubeconfig is at PATH.kubeconfig. */
export async function connectionOf(
  cluster: ClusterClient,
  account: { readonly name: string; readonly namespace: string },
  path: string,
): Promise<Connection> {
  const { name, namespace } = account;
  const url = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_SECONDS },
  };
  const answer = (await cluster.call('POST', url, request)) as { status: { token: string } };
  const { server, ca } = cluster.connection;
  return writeConnection(path, { server, ca, token: answer.status.token, namespace });
}
