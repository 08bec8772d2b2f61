import { buildBundle, inTemporaryFolder, pathOf, writeCertificate } from './bundle.ts';
import { fastifyHttps } from './contenders.ts';
import { atMost, type Effort, type Figure, figureOf } from './figure.ts';
import { compare, measureInRounds } from './rounds.ts';
import { CopiedBundle, Sources, startOfFastify, startOfNode } from './started-process.ts';

const ROUNDS = { full: 9, quick: 1 };
const READY = atMost(500);

/** From the start of the process until it says that it is ready, over a small snapshot. */
export function startFigures(effort: Effort): Promise<readonly Figure[]> {
  return inTemporaryFolder(async (folder) => {
    const tls = await writeCertificate(folder);
    const fastify = await fastifyHttps(folder);
    const bundle = new CopiedBundle(folder, await buildBundle(folder));
    const sources = new Sources(folder, pathOf('../src/cli.ts'));
    const yardsticks = [
      { what: 'node -e 0', start: startOfNode },
      { what: 'bare fastify route', start: () => startOfFastify(fastify, tls) },
    ];
    const subjects = [
      { what: 'bundle, cold: a new copy, an empty compile cache', start: () => bundle.startCold(), target: READY },
      { what: 'bundle, warm: the same copy and cache again', start: () => bundle.startWarm(), target: READY },
      { what: 'sources, cold: an empty compile cache', start: () => sources.startCold() },
      { what: 'sources, warm: the same cache again', start: () => sources.startWarm() },
    ];
    const contenders = [...yardsticks, ...subjects];
    const rounds = await measureInRounds(
      contenders.map(({ start }) => start),
      ROUNDS[effort],
    );
    const series = contenders.map(({ what }, index) => ({ what, values: rounds[index] ?? [] }));
    return subjects.map(({ what, target }, index) => {
      const compared = compare(
        series[yardsticks.length + index] ?? { what, values: [] },
        series.slice(0, yardsticks.length),
      );
      return figureOf(compared, { part: 'start', unit: 'ms', targets: target === undefined ? {} : { [what]: target } });
    });
  });
}
