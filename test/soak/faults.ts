import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Random } from '../e2e/situations/random.ts';
import type { Service } from './service.ts';
import type { Stage } from './stage.ts';

const KINDS = [
  'API server slow',
  'API server answers 429',
  'API server answers 503',
  'connections to the API server reset',
  'connections to the API server dead',
  'replica killed',
  'replica rolled',
  'clients leave',
] as const;
type Kind = (typeof KINDS)[number];

export interface PlannedFault {
  readonly kind: Kind;
  /** Milliseconds from the start of its part of the run. */
  readonly at: number;
  readonly lasts: number;
}

/** A round takes about so long; in each, every fault comes once. */
const ROUND_MILLISECONDS = 120_000;
const LONGEST_FAULT_MILLISECONDS = 5000;
const SLOW_MILLISECONDS = 30_000;
const LEAVING_CLIENTS = 20;

/** After the fault: until connections that are dead have been given up, or new ones are up. */
const AFTERMATH_MILLISECONDS: Readonly<Partial<Record<Kind, number>>> = {
  'API server slow': 1000,
  'API server answers 429': 1000,
  'API server answers 503': 1000,
  'connections to the API server reset': 500,
  'connections to the API server dead': 6000,
};

/** Every kind as often as any other, in an order that the seed says. */
export function planFaults(random: Random, milliseconds: number): readonly PlannedFault[] {
  const rounds = Math.max(1, Math.floor(milliseconds / ROUND_MILLISECONDS));
  const kinds = Array.from({ length: rounds }, () => random.some(KINDS, KINDS.length)).flat();
  const slot = milliseconds / kinds.length;
  return kinds.map((kind, index) => ({
    kind,
    at: (index + random.below(50) / 100) * slot,
    lasts: Math.min(LONGEST_FAULT_MILLISECONDS, slot / 2),
  }));
}

interface Window {
  readonly from: number;
  to: number;
}

/** Brings faults about, and knows when something was wrong with the API server. */
export class Faults {
  readonly #stage: Stage;
  readonly #service: Service;
  readonly #windows: Window[] = [];
  readonly #counts = new Map<Kind, number>();
  /** Replicas are replaced one after the other. */
  #replacing: Promise<void> = Promise.resolve();

  constructor(stage: Stage, service: Service) {
    this.#stage = stage;
    this.#service = service;
  }

  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Whether something was wrong with the API server then, or had just been. */
  isDisturbed(from: number, to: number): boolean {
    return this.#windows.some((window) => from <= window.to && to >= window.from);
  }

  async run(plan: readonly PlannedFault[], start: number): Promise<void> {
    for (const fault of plan) {
      await sleep(Math.max(0, start + fault.at - performance.now()));
      this.#counts.set(fault.kind, (this.#counts.get(fault.kind) ?? 0) + 1);
      await this.#inject(fault);
    }
  }

  /** All replicas are as they were. */
  settle(): Promise<void> {
    return this.#replacing;
  }

  async #inject(fault: PlannedFault): Promise<void> {
    const { wire } = this.#stage;
    const { kind } = fault;
    switch (kind) {
      case 'API server slow':
        return this.#during(fault, () => wire.delay(SLOW_MILLISECONDS));
      case 'API server answers 429':
        return this.#during(fault, () => wire.answer(429, { 'retry-after': '1' }));
      case 'API server answers 503':
        return this.#during(fault, () => wire.answer(503));
      case 'connections to the API server reset':
        return this.#during({ ...fault, lasts: 0 }, () => wire.cut());
      case 'connections to the API server dead':
        return this.#during({ ...fault, lasts: 0 }, () => wire.freeze('established'));
      case 'replica killed':
        return this.#afterOthers(() => this.#kill());
      case 'replica rolled':
        return this.#afterOthers(() => this.#roll());
      case 'clients leave':
        return this.#leave();
      default:
        return kind satisfies never;
    }
  }

  async #during({ kind, lasts }: PlannedFault, breakIt: () => void): Promise<void> {
    const window: Window = { from: performance.now(), to: Number.POSITIVE_INFINITY };
    this.#windows.push(window);
    breakIt();
    await sleep(lasts);
    this.#stage.wire.heal();
    window.to = performance.now() + (AFTERMATH_MILLISECONDS[kind] ?? 0);
  }

  #afterOthers(act: () => Promise<void>): void {
    this.#replacing = this.#replacing.then(act);
  }

  #other() {
    const { release, steady } = this.#stage;
    const other = release.replicas().find(({ name }) => name !== steady.name);
    if (other === undefined) throw new Error('there is one replica only');
    return other;
  }

  async #kill(): Promise<void> {
    const { release, startReplica } = this.#stage;
    const other = this.#other();
    const endpoint = this.#service.endpointOf(other);
    if (endpoint !== undefined) endpoint.isKilled = true;
    await other.kill();
    await this.#service.removeWhenUnready(other);
    await release.killReplica(other);
    this.#service.add(await startReplica());
  }

  async #roll(): Promise<void> {
    const { release, startReplica } = this.#stage;
    const other = this.#other();
    this.#service.add(await startReplica());
    await Promise.all([release.stopReplica(other), this.#service.removeWhenUnready(other)]);
  }

  /** In the middle of a handshake, of a body, and of waiting for the answer. */
  async #leave(): Promise<void> {
    const { port } = this.#stage.steady;
    const header =
      'POST /mutate/migrations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 40\r\n\r\n';
    const said = ['', header.slice(0, 30), `${header}{"kind":`, `${header}${'{"kind":"AdmissionReview"}'.padEnd(40)}`];
    const leaving = Array.from({ length: LEAVING_CLIENTS }, async (_, index) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      socket.on('error', () => undefined);
      await once(socket, 'secureConnect').catch(() => undefined);
      socket.write(said[index % said.length] ?? '');
      socket.destroy();
    });
    await Promise.all(leaving);
  }
}
