import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import type { SnapshotCluster } from '../../src/cluster/snapshot.ts';
import { snapshotOf } from '../builders/snapshot.ts';
import { headroom } from '../commands/run-program.ts';
import { clusterOf, clusterTextOf } from '../reviews/cluster-of-review.ts';
import { loadReviews } from '../reviews/load-reviews.ts';
import { loadScenario, scenarioNames } from '../scenarios/load-scenarios.ts';
import { migrationReview, tracedApp } from './traced.ts';

let parent = '';
let folders = 0;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'headroom-traces-'));
});
afterAll(() => rm(parent, { recursive: true }));

interface Replayed {
  readonly decided: Record<string, unknown>;
  readonly replayed: Record<string, unknown>;
}

/** Asks a webhook that traces, writes the trace as a scenario, and replays that. */
async function replayedTrace(cluster: SnapshotCluster, path: string, review: object, uid: string): Promise<Replayed> {
  const { ask, log } = tracedApp(clusterForecaster(cluster));
  await ask(path, review);
  folders += 1;
  const [file, folder] = [join(parent, `${folders}.log`), join(parent, `${folders}`)];
  await writeFile(file, log());
  const written = await headroom(`trace ${file} --uid ${uid} --scenario ${folder}`);
  expect(written.stderr).toBe('');
  expect(written.exitCode).toBe(0);
  const [shown] = JSON.parse((await headroom(`trace ${file} --uid ${uid} -o json`)).stdout);
  const { stdout } = await headroom(`replay -o json ${folder}`);
  const [replayed] = JSON.parse(stdout).migrations;
  const { verdict, atBest, reason, target } = shown.verdict.forecast;
  const short = shown.evidence.filter(({ trace, shortBy }: Record<string, unknown>) => trace === 'quota' && shortBy);
  const pick = ({ quota, resource, used, requested, hardAfterScaleUp }: Record<string, string>) => {
    return { quota, resource, used, requested, hardAfterScaleUp };
  };
  return { decided: { vmi: replayed.vmi, verdict, atBest, reason, target, short: short.map(pick) }, replayed };
}

const reviews = loadReviews().filter(({ review }) => {
  const { operation, resource } = review.request;
  const isCreation = operation === 'CREATE' && resource.resource === 'virtualmachineinstancemigrations';
  return isCreation && clusterTextOf(review) !== undefined;
});

describe('a recorded migration is replayed as it was decided', () => {
  test('of which there are some', () => expect(reviews.length).toBeGreaterThanOrEqual(10));

  test.each(reviews)('$file, by the validating webhook', async ({ review }) => {
    const { decided, replayed } = await replayedTrace(
      clusterOf(review),
      '/validate/migrations',
      review,
      review.request.uid,
    );
    expect(replayed).toEqual(decided);
  });

  test.each(reviews)('$file, by the mutating webhook', async ({ review }) => {
    const { decided, replayed } = await replayedTrace(
      clusterOf(review),
      '/mutate/migrations',
      review,
      review.request.uid,
    );
    expect(replayed).toEqual(decided);
  });
});

describe('the migrations of a scenario, each asked for by itself, are replayed as they were decided', () => {
  test.each(scenarioNames)('%s', async (name) => {
    const { before, vmims } = loadScenario(name);
    const asked = parseAllDocuments(vmims).map((document) => document.toJS());
    const cluster = snapshotOf(before);
    for (const { metadata, spec } of asked) {
      const review = migrationReview(metadata.namespace, spec.vmiName);
      const { decided, replayed } = await replayedTrace(
        cluster,
        '/validate/migrations',
        review,
        `asked-${spec.vmiName}`,
      );
      expect(replayed).toEqual(decided);
    }
    expect(asked.length).toBeGreaterThanOrEqual(1);
  });
});

test.each([
  'quota-test',
  'quota-test-after-migration',
  'quota-test-ratio-4.5',
  'quota-test-stuck',
  'quota-test-6000Mi',
])('vm1 of examples/%s.yaml is replayed as it was decided', async (name) => {
  const cluster = snapshotOf(readFileSync(`examples/${name}.yaml`, 'utf8'));
  const review = migrationReview('quota-test', 'vm1');
  const { decided, replayed } = await replayedTrace(cluster, '/validate/migrations', review, 'asked-vm1');
  expect(replayed).toEqual(decided);
});
