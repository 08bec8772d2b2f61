import { isDeepStrictEqual } from 'node:util';
import { annotationJson } from '../../../src/forecast/forecast-json.ts';
import { forecastMigration, prepare } from '../../../src/forecast/forecast-migrations.ts';
import { forecastObjects } from '../../builders/forecast-objects.ts';
import { eventually } from '../harness/eventually.ts';
import { notesOn } from '../harness/forecast.ts';
import type { HarvesterRules } from '../harness/quota-scaling.ts';
import { migrationAsStored } from '../harness/virt-api.ts';
import type { RoundDraft, SituationDraft } from './draft.ts';
import type { Foretold } from './judgement.ts';
import { type Fault, type Played, SituationRun } from './situation-run.ts';
import { Stage, type Theatre } from './stage.ts';

/** More would wait for one another: virt-controller makes one target pod at a time. */
const SIDE_BY_SIDE = 8;

export interface PlayedRound {
  readonly played: readonly Played[];
  readonly faults: readonly Fault[];
  readonly recounts: number;
}

/** Starts all VMs at one ratio, sets the other, and plays all situations. What breaks is a fault of its situation. */
export async function playRound(round: RoundDraft, theatre: Theatre, recordsFolder: string): Promise<PlayedRound> {
  const { harvester, ratios, situations } = round;
  const faults: Fault[] = [];
  const broken = (draft: SituationDraft) => (error: unknown) => {
    faults.push({ situation: draft.number, vm: '', text: `it could not be played: ${chainOf(error)}` });
    return undefined;
  };
  await setHarvester(theatre, harvester);
  await setRatio(theatre, ratios.atStart);
  const stages = await sideBySide(situations, async (draft) => {
    const stage = new Stage(draft, theatre);
    return stage.setUp().then(() => stage, broken(draft));
  });
  await setRatio(theatre, ratios.atMigration);
  const ready = stages.filter((stage) => stage !== undefined);
  if (ready[0] !== undefined) await untilReckoned(ready[0]);
  const played = await sideBySide(ready, async (stage) => {
    const run = stage.narrow().then(() => new SituationRun(stage, recordsFolder).run());
    const result = await run.catch(broken(stage.draft));
    await stage.remove().catch(() => undefined);
    return result;
  });
  const done = played.filter((one) => one !== undefined);
  const recounts = ready.reduce((sum, stage) => sum + stage.recounts, 0);
  return { played: done, faults: [...faults, ...done.flatMap((one) => one.faults)], recounts };
}

async function setHarvester({ kubeVirt, scaling }: Theatre, version: HarvesterRules): Promise<void> {
  await kubeVirt.cluster.patch({ kind: 'Setting', name: 'server-version' }, { value: `v${version}.0` });
  scaling.setRules(version);
}

/** 0 switches it off. */
function setRatio({ kubeVirt }: Theatre, ratio: string): Promise<void> {
  return kubeVirt.setRatio(ratio === '0' ? null : ratio);
}

/** Headroom keeps what it knows of the cluster for some seconds: asked on dry run until it reckons by the ratio of now. */
async function untilReckoned(stage: Stage): Promise<void> {
  const [vm] = stage.draft.vms;
  const { namespace, cluster } = stage;
  if (vm === undefined) return;
  await eventually(
    'headroom reckons by the ratio that is set',
    async () => {
      const prepared = prepare(forecastObjects(await stage.objects(), namespace));
      const expected: Foretold = JSON.parse(JSON.stringify(annotationJson(forecastMigration(prepared, vm.name))));
      const object = await cluster.created(migrationAsStored(vm.name, namespace), { dryRun: true });
      const found: Foretold = JSON.parse(notesOn(object).forecast ?? '{}');
      if (!isDeepStrictEqual(found.target, expected.target)) throw new Error(JSON.stringify({ found, expected }));
    },
    { withinSeconds: 30, everyMilliseconds: 250 },
  );
}

async function sideBySide<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<readonly U[]> {
  const waiting = items.entries();
  const results: U[] = [];
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return results;
}

function chainOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${chainOf(error.cause)}`;
}
