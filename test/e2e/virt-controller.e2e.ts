import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runFolder } from './harness/cluster.ts';
import { type KubeVirtCluster, startKubeVirt } from './harness/kubevirt-cluster.ts';
import { type QuotaScaling, startQuotaScaling } from './harness/quota-scaling.ts';
import { installRelease, type Release, reviewCounts } from './harness/release.ts';
import { roundOfOne, roundsOf } from './situations/generate.ts';
import { controllerUser } from './situations/play.ts';
import { readRefusals } from './situations/refusals.ts';
import { playRound } from './situations/season.ts';
import type { Fault, Judged } from './situations/situation-run.ts';
import { shareOf, type Tally, tallyOf, tallyText, uncertainShareOf } from './situations/tally.ts';
import { GPU, HOST_DEVICE } from './situations/vm-features.ts';

/** A seed and a number play the same situation again: HEADROOM_SEED=7 HEADROOM_SITUATION=12. */
const seed = Number(process.env.HEADROOM_SEED ?? Math.floor(Math.random() * 1_000_000));
const count = Number(process.env.HEADROOM_SITUATIONS ?? 60);
const only = process.env.HEADROOM_SITUATION;

const rounds = only === undefined ? roundsOf(seed, count) : [roundOfOne(seed, Number(only))];
const SECONDS_PER_ROUND = 240;
const START_SECONDS = 180;
/** Fewer say nothing about shares. */
const ENOUGH_FOR_SHARES = 60;

const say = (line: string) => process.stderr.write(`${line}\n`);
const outerFolder = runFolder();
const folder = join(outerFolder, 'kubevirt');

let kubeVirt: KubeVirtCluster;
let scaling: QuotaScaling;
let release: Release;

beforeAll(async () => {
  kubeVirt = await startKubeVirt(folder);
  // The harness finds the cluster, and what it runs in it, by this.
  process.env.HEADROOM_E2E_FOLDER = folder;
  await copyFile(join(outerFolder, 'headroom.mjs'), join(folder, 'headroom.mjs'));
  await kubeVirt.setCaps({ parallelMigrationsPerCluster: 1000, parallelOutboundMigrationsPerNode: 1000 });
  await kubeVirt.configure(CONFIGURATION);
  await prepareCluster(kubeVirt);
  scaling = await startQuotaScaling(kubeVirt.cluster);
  release = await installRelease(kubeVirt.cluster, { flags: { drain: '0' } });
}, START_SECONDS * 1000);

afterAll(async () => {
  await release?.uninstall();
  await scaling?.stop();
  await kubeVirt?.stop();
  process.env.HEADROOM_E2E_FOLDER = outerFolder;
}, 60_000);

/** Devices that VMs may ask for, and limits for containers that KubeVirt adds without any. */
const CONFIGURATION = {
  permittedHostDevices: {
    pciHostDevices: [{ pciVendorSelector: '10DE:1EB8', resourceName: HOST_DEVICE }],
    mediatedDevices: [{ mdevNameSelector: 'GRID T4-1Q', resourceName: GPU }],
  },
  supportContainerResources: ['sidecar', 'virtiofs'].map((type) => ({
    type,
    resources: { limits: { cpu: '200m', memory: '64M' }, requests: { cpu: '30m', memory: '33M' } },
  })),
};

/** The rights of whom migrations are asked for as, and nodes that take VMs with CPUs of their own. */
async function prepareCluster({ cluster, kubeVirtNamespace }: KubeVirtCluster): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  await cluster.created({
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'asks-for-migrations' },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup, kind: 'User', name: controllerUser(kubeVirtNamespace) }],
  });
  for (const { metadata } of await cluster.list('Node')) {
    await cluster.patch(
      { kind: 'Node', name: metadata.name },
      { metadata: { labels: { 'kubevirt.io/cpumanager': 'true' } } },
    );
  }
}

const faults: Fault[] = [];
const judged: Judged[] = [];
let unanswered = 0;
let recounts = 0;
let tally: Tally;

test(
  'what headroom says of a migration is what virt-controller and the quotas make of it, in every situation of a seed',
  async () => {
    say(`HEADROOM_SEED=${seed}: ${rounds.flatMap(({ situations }) => situations).length} situations`);
    const theatre = { kubeVirt, scaling, refusals: readRefusals(kubeVirt.controller.child.logFile) };
    for (const round of rounds) {
      const started = performance.now();
      const result = await playRound(round, theatre, folder);
      faults.push(...result.faults);
      for (const fault of result.faults) say(faultText(fault));
      judged.push(...result.played.flatMap((one) => one.judged));
      unanswered += result.played.reduce((sum, one) => sum + one.unanswered, 0);
      recounts += result.recounts;
      const { atStart, atMigration } = round.ratios;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      say(
        `  Harvester ${round.harvester}, ratio ${atStart}, then ${atMigration}: ${round.situations.length} situations in ${seconds} s, ${result.faults.length} mismatches`,
      );
    }
    tally = tallyOf(judged);
    say(tallyText(tally));
    say(`not answered in time: ${unanswered}; quotas that counted wrong: ${recounts}; mismatches: ${faults.length}`);
    expect(faults).toEqual([]);
  },
  (rounds.length * SECONDS_PER_ROUND + 60) * 1000,
);

test('none of the launcher pods that virt-controller made was other than headroom had reckoned it', async () => {
  const metrics = await Promise.all(release.replicas().map((replica) => replica.metrics()));
  const drift = metrics.flatMap((text) =>
    text.split('\n').filter((line) => /^headroom_overhead_drift_total\{.*\} [^0]/.test(line)),
  );
  expect(drift).toEqual([]);
  expect((await reviewCounts(release)).get('/mutate/pods')).toBeGreaterThan(judged.length);
});

function faultText({ situation, vm, text, folder: kept }: Fault): string {
  const again = kept === undefined ? '' : `\n    headroom replay ${kept}`;
  return `  HEADROOM_SEED=${seed} HEADROOM_SITUATION=${situation} ${vm}: ${text}${again}`;
}

const testOfShares = count >= ENOUGH_FOR_SHARES && only === undefined ? test : test.skip;

testOfShares('the situations are such that both answers are common, and few stay without one', () => {
  expect(shareOf(tally, 'fits')).toBeGreaterThan(0.2);
  expect(shareOf(tally, 'exceeds')).toBeGreaterThan(0.1);
  expect(shareOf(tally, 'unknown')).toBeLessThan(0.1);
  expect(uncertainShareOf(tally)).toBeLessThan(0.4);
  expect(unanswered).toBeLessThan(tally.migrations * 0.1);
  expect(tally.denied).toBeGreaterThan(0);
});
