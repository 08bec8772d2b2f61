import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildBundle, inTemporaryFolder, writeCertificate } from './bundle.ts';
import { fastifyHttps, goWebhook, headroom } from './contenders.ts';
import { atMost, type Effort, type Figure, figureOf, type Targets } from './figure.ts';
import { postRequest } from './https-connection.ts';
import { onOtherCore, type Resident, residentMegabytesOf } from './processor.ts';
import { exampleMigrationReview, examplePodReview } from './reviews.ts';
import { compare, measureInRounds, spreadOf } from './rounds.ts';
import { ServerProcess, type ServerProgram, type ServerTls } from './server-process.ts';

const PART = 'memory';
const ROUNDS = { full: 3, quick: 1 };
const IDLE_MILLISECONDS = { full: 1500, quick: 100 };
const LOAD_MILLISECONDS = { full: 5000, quick: 200 };
const BETWEEN_SAMPLES_MILLISECONDS = 50;
const CONNECTIONS = 16;
const BUNDLE_TARGET = atMost(3);
const TARGETS: Targets = { 'resident when idle': atMost(80), 'resident under load, the most': atMost(110) };

interface Memory {
  readonly idle: Resident;
  /** The sample in which it was the most. */
  readonly loaded: Resident;
}

/** What `serve` holds in memory over a small cluster, each time in a fresh process, beside servers that do less. */
export function memoryFigures(effort: Effort): Promise<readonly Figure[]> {
  return inTemporaryFolder(async (folder) => {
    const tls = await writeCertificate(folder);
    const bundle = await buildBundle(folder);
    const programs = [await fastifyHttps(folder), await goWebhook(folder), headroom(bundle, 'quota-test')];
    const contenders = programs.map((program) => () => measureProgram(program, tls, effort));
    const rounds = await onOtherCore(() => measureInRounds(contenders, ROUNDS[effort]));
    return [...figuresOf(programs, rounds), await sizeFigure(bundle)];
  });
}

async function measureProgram(program: ServerProgram, tls: ServerTls, effort: Effort): Promise<Memory> {
  const server = await ServerProcess.start(program, tls);
  try {
    await server.untilListening();
    await sleep(IDLE_MILLISECONDS[effort]);
    const idle = residentMegabytesOf(server.pid);
    return { idle, loaded: await mostUnderLoad(server, LOAD_MILLISECONDS[effort]) };
  } finally {
    await server.stop();
  }
}

async function mostUnderLoad(server: ServerProcess, milliseconds: number): Promise<Resident> {
  const requests = [
    postRequest('/validate/migrations', exampleMigrationReview()),
    postRequest('/mutate/pods', examplePodReview()),
  ];
  const samples: Resident[] = [];
  const sampling = setInterval(() => samples.push(residentMegabytesOf(server.pid)), BETWEEN_SAMPLES_MILLISECONDS);
  await server.load(CONNECTIONS, requests, (_, spent) => spent >= milliseconds).finally(() => clearInterval(sampling));
  return samples.reduce((most, sample) => (sample.all > most.all ? sample : most));
}

function figuresOf(programs: readonly ServerProgram[], rounds: readonly (readonly Memory[])[]): readonly Figure[] {
  const moments = [
    { what: 'resident when idle', residentOf: ({ idle }: Memory) => idle },
    { what: 'resident under load, the most', residentOf: ({ loaded }: Memory) => loaded },
  ];
  const shares = [
    { suffix: '', amountOf: ({ all }: Resident) => all },
    { suffix: ', its own pages', amountOf: ({ own }: Resident) => own },
    { suffix: ', pages of files', amountOf: ({ files }: Resident) => files },
  ];
  return moments.flatMap(({ what, residentOf }) =>
    shares.map(({ suffix, amountOf }) => {
      const series = programs.map((program, index) => ({
        what: program.what,
        values: (rounds[index] ?? []).map((memory) => amountOf(residentOf(memory))),
      }));
      const own = series.at(-1)?.values ?? [];
      const compared = compare({ what: `${what}${suffix}`, values: own }, series.slice(0, -1));
      return figureOf(compared, { part: PART, unit: 'MB', targets: TARGETS });
    }),
  );
}

async function sizeFigure(bundle: string): Promise<Figure> {
  const { size } = await stat(bundle);
  const what = 'size of the bundle';
  const compared = { what, value: spreadOf([size / 1e6]), beside: [] };
  return figureOf(compared, { part: PART, unit: 'MB', targets: { [what]: BUNDLE_TARGET } });
}
