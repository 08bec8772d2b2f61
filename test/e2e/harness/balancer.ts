import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Something that connections can be sent to. */
export interface Backend {
  readonly name: string;
  readonly port: number;
  readonly adminPort: number;
}

/** What a Service and its endpoints are: new connections go round among the backends that say they are ready. */
export interface Balancer {
  readonly port: number;
  /** Resolves when it has been asked whether it is ready; from then on it is asked again and again. */
  add(backend: Backend): Promise<void>;
  remove(backend: Backend): void;
  /** Connections handed to each backend so far. */
  connections(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

interface Member extends Backend {
  isReady: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** The kubelet asks every two seconds, and the change takes a moment to spread; here both are shorter. */
const PROBE_MILLISECONDS = 100;

async function isReady({ adminPort }: Backend): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(2000);
    return (await fetch(`http://127.0.0.1:${adminPort}/readyz`, { signal })).ok;
  } catch {
    return false;
  }
}

function watch(member: Member): void {
  const probe = async (): Promise<void> => {
    member.isReady = await isReady(member);
    if (member.timer !== undefined) member.timer = setTimeout(() => void probe(), PROBE_MILLISECONDS);
  };
  member.timer = setTimeout(() => void probe(), PROBE_MILLISECONDS);
}

function join(one: Socket, other: Socket): void {
  one.pipe(other);
  // Half of a connection is of no use to either end.
  one.on('error', () => other.destroy()).on('close', () => other.destroy());
}

export async function startBalancer(): Promise<Balancer> {
  const members = new Map<string, Member>();
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    const ready = [...members.values()].filter((member) => member.isReady);
    turn += 1;
    const chosen = ready[turn % ready.length];
    // As kube-proxy does where a Service has no endpoint.
    if (chosen === undefined) return void socket.on('error', () => undefined).resetAndDestroy();
    counts.set(chosen.name, (counts.get(chosen.name) ?? 0) + 1);
    const onward = connect({ port: chosen.port, host: '127.0.0.1', noDelay: true });
    join(socket, onward);
    join(onward, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const remove = ({ name }: Backend): void => {
    const member = members.get(name);
    clearTimeout(member?.timer);
    if (member !== undefined) member.timer = undefined;
    members.delete(name);
  };
  return {
    port: (server.address() as AddressInfo).port,
    add: async (backend) => {
      const member: Member = { ...backend, isReady: await isReady(backend), timer: undefined };
      members.set(backend.name, member);
      watch(member);
    },
    remove,
    connections: () => counts,
    close: async () => {
      for (const member of members.values()) remove(member);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
