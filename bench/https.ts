import { buildBundle, inTemporaryFolder, writeCertificate } from './bundle.ts';
import { fastifyHttps, goWebhook, HEADROOM_ANEW, headroom, nodeHttps } from './contenders.ts';
import { atLeast, type Effort, type Figure } from './figure.ts';
import { type Scenario, scenarioFigures } from './https-scenario.ts';
import { onOtherCore } from './processor.ts';
import { exampleMigrationReview, examplePodReview } from './reviews.ts';
import { ServerProcess, type ServerProgram } from './server-process.ts';

/** Most first: that warms up the fastest. */
const CONNECTIONS = { full: [64, 16, 1], quick: [64, 1] };
const TYPICAL_CONNECTIONS = { full: [16], quick: [16] };

interface Servers {
  readonly yardsticks: readonly ServerProcess[];
  readonly fitting: ServerProcess;
  readonly anew: ServerProcess;
  readonly denying: ServerProcess;
}

/** headroom and webhooks that do less, each in a process of its own on the same core, asked the same in turns. */
export function httpsFigures(effort: Effort): Promise<readonly Figure[]> {
  return inTemporaryFolder(async (folder) => {
    const tls = await writeCertificate(folder);
    const bundle = await buildBundle(folder);
    const running: ServerProcess[] = [];
    const start = async (program: ServerProgram): Promise<ServerProcess> => {
      const server = await ServerProcess.start(program, tls);
      running.push(server);
      return server.untilListening();
    };
    try {
      const servers = {
        yardsticks: [
          await start(await nodeHttps(folder)),
          await start(await fastifyHttps(folder)),
          await start(await goWebhook(folder)),
        ],
        fitting: await start(headroom(bundle, 'quota-test')),
        anew: await start(HEADROOM_ANEW),
        denying: await start(headroom(bundle, 'quota-test-after-migration')),
      };
      return await onOtherCore(() => figuresOf(scenariosOf(servers), effort));
    } finally {
      await Promise.all(running.map((server) => server.stop()));
    }
  });
}

async function figuresOf(scenarios: readonly Scenario[], effort: Effort): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const scenario of scenarios) figures.push(...(await scenarioFigures(scenario, effort)));
  return figures;
}

function scenariosOf({ yardsticks, fitting, anew, denying }: Servers): readonly Scenario[] {
  const [, fastify = '', go = ''] = yardsticks.map(({ what }) => what);
  const migration = { path: '/validate/migrations', review: exampleMigrationReview(), yardsticks };
  const pod = { path: '/mutate/pods', review: examplePodReview(), yardsticks };
  return [
    {
      ...migration,
      what: titleOf(migration),
      connections: CONNECTIONS,
      subjects: [fitting, anew],
      expected: /"verdict":"fits"/,
      targets: { [fastify]: atLeast(0.85), [go]: atLeast(1.3) },
      notSlowerThan: go,
    },
    {
      ...migration,
      what: `${migration.path}, denied`,
      connections: TYPICAL_CONNECTIONS,
      subjects: [denying],
      expected: /"allowed":false/,
    },
    {
      ...pod,
      what: titleOf(pod),
      connections: CONNECTIONS,
      subjects: [fitting],
      expected: /memory-overhead/,
      targets: { [fastify]: atLeast(0.7), [go]: atLeast(2) },
      notSlowerThan: go,
    },
  ];
}

function titleOf({ path, review }: Pick<Scenario, 'path' | 'review'>): string {
  return `${path} (${(Buffer.byteLength(review) / 1000).toFixed(1)} KB)`;
}
