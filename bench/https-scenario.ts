import { atMost, type Effort, type Figure, figureOf, type Targets, type Unit } from './figure.ts';
import { postRequest } from './https-connection.ts';
import { compare, measureInRounds, quantile } from './rounds.ts';
import type { Enough, Load, ServerProcess } from './server-process.ts';

const ROUNDS = { full: 11, quick: 1 };
const ROUND_MILLISECONDS = { full: 300, quick: 100 };
/**
 * V8, with one core for the program and its compilers, is as fast as it gets after some 30,000. A number and not a time, for
 * a busy machine takes longer.
 */
const WARM_UP_REQUESTS = { full: 40_000, quick: 200 };
/** With another number of connections. */
const AGAIN_REQUESTS = { full: 500, quick: 50 };
const MOST_CONNECTIONS = 64;

export interface Scenario {
  readonly what: string;
  readonly path: string;
  readonly review: string;
  readonly connections: Readonly<Record<Effort, readonly number[]>>;
  /** Each is set beside each of the yardsticks. */
  readonly subjects: readonly ServerProcess[];
  readonly yardsticks: readonly ServerProcess[];
  /** What the subjects have to answer: a refusal to think would be fast. */
  readonly expected: RegExp;
  /** Of the first subject's requests a second, by yardstick. */
  readonly targets?: Targets;
  /** Of its slowest requests where there are most connections: this yardstick's. */
  readonly notSlowerThan?: string;
}

interface Metric {
  readonly what: string;
  readonly unit: Unit;
  readonly amountOf: (load: Load) => number;
}

const METRICS: readonly Metric[] = [
  { what: 'requests', unit: 'per s', amountOf: ({ perSecond }) => perSecond },
  { what: 'CPU a request', unit: 'us', amountOf: ({ cpuMicroseconds }) => cpuMicroseconds },
  { what: 'latency p50', unit: 'ms', amountOf: ({ latencies }) => quantile(latencies, 0.5) },
  { what: 'latency p99', unit: 'ms', amountOf: ({ latencies }) => quantile(latencies, 0.99) },
];

export async function scenarioFigures(scenario: Scenario, effort: Effort): Promise<readonly Figure[]> {
  for (const subject of scenario.subjects) await expectAnswer(subject, scenario);
  const figures: Figure[] = [];
  for (const connections of scenario.connections[effort]) {
    const loads = await measureScenario(scenario, connections, effort);
    console.error(`  ${titleOf(scenario, connections)}; share of its core that each server used: ${busyText(loads)}`);
    for (const subject of scenario.subjects) {
      for (const metric of METRICS) figures.push(metricFigure(metric, scenario, { subject, connections, loads }));
    }
  }
  return figures;
}

/** The answers behind `patch` are base64. */
function readable(body: string): string {
  return body.replace(/"patch":"([^"]*)"/, (_, patch: string) => Buffer.from(patch, 'base64').toString());
}

async function expectAnswer(server: ServerProcess, { what, path, review, expected }: Scenario): Promise<void> {
  const connection = await server.connect();
  const { body } = await connection.roundTrip(postRequest(path, review));
  connection.close();
  if (!expected.test(readable(body))) throw new Error(`${what}: ${server.what} answered ${readable(body)}`);
}

type Loads = ReadonlyMap<ServerProcess, readonly Load[]>;

async function measureScenario(scenario: Scenario, connections: number, effort: Effort): Promise<Loads> {
  const requests = preparedRequests(scenario);
  const servers = [...scenario.yardsticks, ...scenario.subjects];
  const loadsUntil = (enough: Enough) => servers.map((server) => () => server.load(connections, requests, enough));
  const isFirst = connections === scenario.connections[effort][0];
  const warmUp = (isFirst ? WARM_UP_REQUESTS : AGAIN_REQUESTS)[effort];
  await measureInRounds(
    loadsUntil((answered) => answered >= warmUp),
    1,
  );
  const round = ROUND_MILLISECONDS[effort];
  const loads = await measureInRounds(
    loadsUntil((_, milliseconds) => milliseconds >= round),
    ROUNDS[effort],
  );
  return new Map(servers.map((server, index) => [server, loads[index] ?? []]));
}

/** Each with a uid of its own, as an API server gives them. */
function preparedRequests({ path, review }: Scenario): readonly Buffer[] {
  const { request, ...rest } = JSON.parse(review) as { readonly request: object };
  return Array.from({ length: MOST_CONNECTIONS }, (_, index) => {
    const uid = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    return postRequest(path, JSON.stringify({ ...rest, request: { ...request, uid } }));
  });
}

function titleOf({ what }: Scenario, connections: number): string {
  return `${what}, ${connections} connection${connections === 1 ? '' : 's'}`;
}

interface Run {
  readonly subject: ServerProcess;
  readonly connections: number;
  readonly loads: Loads;
}

function metricFigure({ what: metric, unit, amountOf }: Metric, scenario: Scenario, run: Run): Figure {
  const { subject, connections, loads } = run;
  const isFirst = subject === scenario.subjects[0];
  const what = `${titleOf(scenario, connections)}${isFirst ? '' : `, ${subject.what}`}: ${metric}`;
  const seriesOf = (server: ServerProcess) => ({ what: server.what, values: (loads.get(server) ?? []).map(amountOf) });
  const compared = compare({ ...seriesOf(subject), what }, scenario.yardsticks.map(seriesOf));
  const targets = isFirst ? targetsOf(metric, connections, scenario) : {};
  const named = Object.entries(targets).map(([yardstick, target]) => [`${what} / ${yardstick}`, target]);
  return figureOf(compared, { part: 'HTTPS', unit, targets: Object.fromEntries(named) });
}

/** By yardstick. */
function targetsOf(metric: string, connections: number, { targets = {}, notSlowerThan }: Scenario): Targets {
  if (metric === 'requests') return targets;
  const isWorstCase = metric === 'latency p99' && connections === MOST_CONNECTIONS;
  return isWorstCase && notSlowerThan !== undefined ? { [notSlowerThan]: atMost(1) } : {};
}

/** Where it is much less than 1, the client was what limited that server, and what it needs for a request says more. */
function busyText(loads: Loads): string {
  const shares = [...loads].map(([{ what }, rounds]) => {
    const share = rounds.reduce((sum, { busy }) => sum + busy, 0) / rounds.length;
    const turnedAway = rounds.reduce((sum, round) => sum + round.turnedAway, 0);
    return `${what} ${share.toFixed(2)}${turnedAway === 0 ? '' : ` (${turnedAway} requests turned away)`}`;
  });
  return shares.join(', ');
}
