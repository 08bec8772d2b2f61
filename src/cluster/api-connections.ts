import { type Agent, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** A connection that is not up by then is tried anew by the next call. */
const CONNECT_MILLISECONDS = 3000;
/** More calls at a time wait in line: what one process asks must not crowd out the API server's other clients. */
const CONNECTIONS = 16;

/**
 * As the Kubernetes client makes an agent, it takes a connection for each call, and as many as there are calls. Through a
 * kubeconfig's HTTP proxy many calls at once still do; those connections that are too many are not kept.
 */
export function keepConnections(agent: Agent): Agent {
  return Object.assign(agent, { keepAlive: true, maxSockets: CONNECTIONS });
}

/** No connection of it is used again; calls that are under way on it, or wait in line, are answered first. */
export function retire(agent: Agent): void {
  agent.maxFreeSockets = 0;
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
}

/** Sends one request; gives what it is answered with as soon as the headers are there. Redirects are not followed. */
export function send(url: string, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.startsWith('http:') ? plainRequest : tlsRequest)(url, options);
  request.once('response', resolve).on('error', reject);
  request.once('socket', (socket) => {
    if (!socket.connecting) return;
    const late = setTimeout(() => request.destroy(connectTimeout()), CONNECT_MILLISECONDS);
    for (const end of ['encrypted' in socket ? 'secureConnect' : 'connect', 'close']) {
      socket.once(end, () => clearTimeout(late));
    }
  });
  request.end(body);
  return promise;
}

function connectTimeout(): Error {
  const message = `no connection in ${CONNECT_MILLISECONDS} ms`;
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
