import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Room for connections that come while the idle ones are being closed. */
const LAST_TENTH = 0.9;

/**
 * Holds the connections to a number that the memory has room for. Before there are as many, those that wait for a next
 * request, or for a first one, are closed: whoever opens them and keeps them shall not keep the API server out. Closing one
 * that the API server has, it opens another.
 */
export function boundConnections(server: Server, most: number, unused: Iterable<Socket> = []): void {
  server.maxConnections = most;
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    if (open <= most * LAST_TENTH) return;
    server.closeIdleConnections();
    for (const one of unused) closeUnused(one);
  });
}

/**
 * Go's http.Transport opens a connection for a request that another one then carries, and keeps it for the next. Node.js
 * takes its silence for headers that are late, and would close it with 408, perhaps just when a review is sent: a call that
 * fails. As long as nothing has come over it, it is as idle as one between two requests. Returns those that are kept so.
 */
export function keepUnused(server: Server, keepAliveSeconds: number): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  const answers = server.listeners('clientError');
  server.removeAllListeners('clientError');
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT' || socket.bytesRead > 0) {
      for (const answer of answers) answer.call(server, error, socket);
      return;
    }
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
    socket.setTimeout(keepAliveSeconds * 1000, () => closeUnused(socket));
  });
  return unused;
}

/** One over which something has come since is Node.js' to close. */
function closeUnused(socket: Socket): void {
  if (socket.bytesRead === 0) socket.destroy();
}
