import { createSelfSigned } from '../src/server/self-signed.ts';
import { type Figure, figuresOf } from './figure.ts';
import { type HttpsConnection, postRequest } from './https-connection.ts';
import { exampleMigrationReview, examplePodReview } from './reviews.ts';
import { compareRounds, measureInRounds } from './rounds.ts';
import { ServerProcess } from './server-process.ts';

const ROUNDS = 15;
const ROUND_MILLISECONDS = 400;
const WARM_UP_MILLISECONDS = 2000;
const CONNECTIONS = [1, 16];

interface Scenario {
  readonly what: string;
  readonly server: ServerProcess;
  readonly path: string;
  readonly review: string;
  /** What the webhook has to answer: a refusal to think would be fast. */
  readonly expected: RegExp;
}

/** The answers behind `patch` are base64. */
function readable(body: string): string {
  return body.replace(/"patch":"([^"]*)"/, (_, patch: string) => Buffer.from(patch, 'base64').toString());
}

async function expectAnswer({ server, path, review, expected, what }: Scenario): Promise<void> {
  const connection = await server.connect();
  const { body } = await connection.roundTrip(postRequest(path, review));
  connection.close();
  if (!expected.test(readable(body))) throw new Error(`${what}: unexpected answer ${readable(body)}`);
}

async function openAll(server: ServerProcess, connections: number): Promise<readonly HttpsConnection[]> {
  return Promise.all(Array.from({ length: connections }, () => server.connect()));
}

async function measureScenario(scenario: Scenario, echo: ServerProcess, connections: number) {
  const request = postRequest(scenario.path, scenario.review);
  const servers = [echo, scenario.server];
  const opened = await Promise.all(servers.map((server) => openAll(server, connections)));
  const loadFor = (milliseconds: number) =>
    servers.map((server, index) => () => server.load(opened[index] ?? [], request, milliseconds));
  for (const warmUp of loadFor(WARM_UP_MILLISECONDS)) await warmUp();
  const loads = await measureInRounds(loadFor(ROUND_MILLISECONDS), ROUNDS);
  for (const connection of opened.flat()) connection.close();
  return loads;
}

async function scenarioFigures(scenario: Scenario, echo: ServerProcess): Promise<readonly Figure[]> {
  await expectAnswer(scenario);
  const figures: Figure[] = [];
  for (const connections of CONNECTIONS) {
    const loads = await measureScenario(scenario, echo, connections);
    const what = `${scenario.what}, ${connections} connection${connections === 1 ? '' : 's'}`;
    const whats = [`echo of ${scenario.review.length} bytes`, what];
    const target = { of: 'ratio', bound: 'at least', amount: 0.7 } as const;
    const rates = compareRounds(
      whats,
      loads.map((row) => row.map(({ perSecond }) => perSecond)),
    );
    const cpu = compareRounds(
      whats.map((name) => `${name}, CPU a request`),
      loads.map((row) => row.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    );
    figures.push(...figuresOf(rates, { part: 'HTTPS', unit: 'per s', targets: { [what]: target } }));
    figures.push(...figuresOf(cpu, { part: 'HTTPS', unit: 'us', targets: {} }));
  }
  return figures;
}

/** The webhook against a bare fastify route with the same TLS and the same bodies, each in a process of its own. */
export async function httpsFigures(): Promise<readonly Figure[]> {
  const certificates = await createSelfSigned('localhost', new Date());
  const [echo, webhook, denying] = await Promise.all([
    ServerProcess.start('echo', certificates),
    ServerProcess.start('quota-test', certificates),
    ServerProcess.start('quota-test-after-migration', certificates),
  ]);
  const migration = { path: '/validate/migrations', review: exampleMigrationReview() };
  const pod = { path: '/mutate/pods', review: examplePodReview() };
  const scenarios: readonly Scenario[] = [
    { what: '/validate/migrations', server: webhook, ...migration, expected: /"verdict":"fits"/ },
    { what: '/validate/migrations, denied', server: denying, ...migration, expected: /"allowed":false/ },
    { what: '/mutate/pods', server: webhook, ...pod, expected: /memory-overhead/ },
  ];
  try {
    const figures: Figure[] = [];
    for (const scenario of scenarios) figures.push(...(await scenarioFigures(scenario, echo)));
    return figures;
  } finally {
    await Promise.all([echo.stop(), webhook.stop(), denying.stop()]);
  }
}
