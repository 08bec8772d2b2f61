import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Agent, request } from 'undici';
import { type ClusterClient, runFolder } from './cluster.ts';
import { writeConnection } from './connection.ts';
import type { Release } from './release.ts';

export interface CountedCall {
  readonly method: string;
  readonly path: string;
  /** Of the answer, without resource versions: those get longer as a cluster gets older. */
  readonly bytes: number;
}

/** Stands between a replica and the API server. */
export interface CountingProxy {
  /** Names the proxy as the API server, for the ServiceAccount of the release. */
  readonly kubeconfig: string;
  /** Calls that something causes, in the order of their paths. */
  during(act: () => Promise<unknown>): Promise<readonly CountedCall[]>;
  close(): Promise<void>;
}

const VERSIONS = /"resourceVersion":"\d+"/g;

export async function startCountingProxy(cluster: ClusterClient, { connection }: Release): Promise<CountingProxy> {
  const folder = runFolder();
  const { server: target, ca } = cluster.connection;
  const dispatcher = new Agent({ connect: { ca }, connections: 32 });
  const calls: CountedCall[] = [];
  const certificate = { cert: readFileSync(`${folder}/server.crt`), key: readFileSync(`${folder}/server.key`) };
  const server = createServer(certificate, async (incoming, outgoing) => {
    const { statusCode, headers, body } = await forward(incoming, target, dispatcher);
    const text = await body.text();
    const { method = '', url: path = '' } = incoming;
    calls.push({ method, path, bytes: Buffer.byteLength(text.replaceAll(VERSIONS, '')) });
    const { 'content-type': type = 'application/json', date = '' } = headers;
    outgoing.writeHead(statusCode, { 'content-type': String(type), date: String(date) }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { token = '', namespace = '' } = connection;
  const { kubeconfig } = await writeConnection(`${folder}/counting-proxy`, { server: url, ca, token, namespace });
  return {
    kubeconfig,
    during: async (act) => {
      calls.length = 0;
      await act();
      return calls.toSorted((one, other) => one.path.localeCompare(other.path));
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await dispatcher.close();
    },
  };
}

async function forward(incoming: IncomingMessage, target: string, dispatcher: Agent) {
  const { method = 'GET', url = '/', headers } = incoming;
  const body = await buffer(incoming);
  return request(`${target}${url}`, {
    dispatcher,
    method: method as 'GET',
    headers: {
      authorization: headers.authorization ?? '',
      accept: headers.accept ?? '',
      'content-type': headers['content-type'] ?? '',
    },
    body: body.length === 0 ? null : body,
  });
}
