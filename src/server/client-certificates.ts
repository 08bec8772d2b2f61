import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { type WatchParts, watchFiles } from './watched-files.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The file's certificates; the error says what is wrong with it. */
export async function readClientAuthorities(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Error(`--client-ca: cannot read ${file}: ${error.message}`);
  });
  const certificates = text.match(CERTIFICATE) ?? [];
  try {
    // An authority that is none would refuse everybody, and only then.
    const others = certificates.filter((pem) => !new X509Certificate(pem).ca);
    if (certificates.length === 0 || others.length > 0) throw new Error('expected certificates of authorities in PEM');
    createSecureContext({ ca: text });
  } catch (error) {
    throw new Error(`--client-ca ${file}: ${error instanceof Error ? error.message : error}`);
  }
  return text;
}

/** Of strangers as many are told as somebody can read. */
const TOLD_AGAIN_MILLISECONDS = 10_000;

/** The check of clients' certificates: of the handshake by OpenSSL, of names and changes here. */
export class ClientCertificates {
  readonly #names: readonly string[];
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #now: () => number;
  /** With their connections: those of clients that were checked against the present authorities. */
  #checked = new WeakSet<object>();
  /** By client, the authorities that its handshake began with: a late one is still checked against those. */
  readonly #begun = new Map<string, string>();
  #authorities: string;
  #toldAt = Number.NEGATIVE_INFINITY;
  #untold = 0;

  constructor(
    authorities: string,
    names: readonly string[],
    logger: Pick<Logger, 'warn'>,
    now = () => performance.now(),
  ) {
    this.#authorities = authorities;
    this.#names = names;
    this.#logger = logger;
    this.#now = now;
  }

  get authorities(): string {
    return this.#authorities;
  }

  /** Connections that are open were made with the former ones: each is answered once more and closed. */
  use(authorities: string): void {
    this.#authorities = authorities;
    this.#checked = new WeakSet();
  }

  noteBeginning(socket: Socket): void {
    const client = clientOf(socket);
    this.#begun.set(client, this.#authorities);
    socket.once('close', () => this.#begun.delete(client));
  }

  noteConnection(socket: Socket): void {
    if (this.#begun.get(clientOf(socket)) === this.#authorities) this.#checked.add(socket);
  }

  /** `stale`: it was made while other authorities were trusted. */
  judge({ socket }: Pick<IncomingMessage, 'socket'>): 'known' | 'stale' | 'stranger' {
    if (!(socket instanceof TLSSocket) || !socket.authorized || !this.#isNamed(socket)) return 'stranger';
    return this.#checked.has(socket) ? 'known' : 'stale';
  }

  #isNamed(socket: TLSSocket): boolean {
    if (this.#names.length === 0) return true;
    const { subject } = socket.getPeerCertificate();
    const name: unknown = subject?.CN;
    // Of a certificate with several, an array: nobody could say which one counts.
    return typeof name === 'string' && this.#names.includes(name);
  }

  /** A line for the first, and after a while one for all that came since: a port scan must not fill the log. */
  tell(client: string | undefined, reason: string): void {
    const now = this.#now();
    if (now - this.#toldAt < TOLD_AGAIN_MILLISECONDS) {
      this.#untold += 1;
      return;
    }
    this.#logger.warn({ client, reason, ...(this.#untold > 0 && { moreBefore: this.#untold }) }, 'client refused');
    this.#toldAt = now;
    this.#untold = 0;
  }
}

function clientOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** What has a TLS server let nobody past its handshake but clients of these authorities. */
export function handshakeOptions(clients: ClientCertificates | undefined) {
  return clients === undefined ? {} : { ca: clients.authorities, requestCert: true, rejectUnauthorized: true };
}

const REFUSAL = { code: 403, error: 'the client certificate is not made out to a name that may ask' };

/** Refuses before anything is read of a request, and says in the log who was refused and why. */
export function checkClients(
  app: FastifyInstance,
  clients: ClientCertificates,
  recordUnreadable: (code: number) => void,
): void {
  app.server.on('connection', (socket: Socket) => clients.noteBeginning(socket));
  app.server.on('secureConnection', (socket: TLSSocket) => clients.noteConnection(socket));
  app.server.on('tlsClientError', (error: Error & { readonly reason?: string }, socket: TLSSocket) => {
    // OpenSSL's own words, such as `peer did not return a certificate`; the message has its file and line beside them.
    clients.tell(socket.remoteAddress, error.reason ?? error.message);
  });
  app.addHook('onRequest', async (request, reply) => {
    const judgement = clients.judge(request.raw);
    if (judgement !== 'known') reply.header('connection', 'close');
    if (judgement !== 'stranger') return;
    clients.tell(request.ip, REFUSAL.error);
    recordUnreadable(REFUSAL.code);
    return reply.code(REFUSAL.code).send(REFUSAL);
  });
}

/** Hands over each content of the file that differs from the one before. Returns what ends it. */
export function watchClientAuthorities(
  clients: ClientCertificates,
  caFile: string,
  { onChange, ...parts }: WatchParts & { readonly onChange: () => void },
): () => void {
  return watchFiles(
    {
      file: caFile,
      read: () => readClientAuthorities(caFile),
      isSame: (one, other) => one === other,
      first: clients.authorities,
      onChange: (authorities, log) => {
        clients.use(authorities);
        onChange();
        log.event({ clientCaFile: caFile }, 'client authorities taken up');
      },
    },
    parts,
  );
}
