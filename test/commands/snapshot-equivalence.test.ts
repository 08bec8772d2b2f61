import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { savedObjects } from '../../src/cluster/saved-objects.ts';
import { FakeApiServer } from '../builders/fake-api-server.ts';
import { type Json, merged } from '../builders/json.ts';
import { objectsIn } from '../cluster/live-and-snapshot.ts';
import { loadObserved } from '../observed/load-observed.ts';
import { loadScenario, scenarioNames } from '../scenarios/load-scenarios.ts';
import { headroom, withFolder } from './run-program.ts';

const steps = readdirSync(new URL('../observed/', import.meta.url))
  .filter((file) => file.endsWith('.yaml.gz'))
  .map((file) => file.slice(0, -'.yaml.gz'.length));

const FEW = ['forecast -A -o json', 'doctor -o json'];
const ALL = [...FEW, 'forecast -A --start -o json', 'forecast -A --ratio 4.5 -o json', 'overhead -A -o json'];

function lines(objects: readonly Json[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

async function savedFrom(objects: readonly Json[]): Promise<string> {
  let text = '';
  for await (const kind of savedObjects(new FakeApiServer(objects), { kubectlFlags: [] })) text += lines(kind.objects);
  return text;
}

/** Asks the objects themselves, and what is saved from an API server that has them. */
async function expectSameAnswers(objects: readonly Json[], questions: readonly string[]): Promise<void> {
  const files = { 'all.jsonl': lines(objects), 'saved.jsonl': await savedFrom(objects) };
  expect(files['saved.jsonl'].length).toBeLessThan(files['all.jsonl'].length);
  await withFolder(files, async (folder) => {
    for (const question of questions) {
      const whole = await headroom(`${question} --snapshot ${join(folder, 'all.jsonl')}`);
      expect(whole.stdout).not.toBe('');
      expect({ question, ...(await headroom(`${question} --snapshot ${join(folder, 'saved.jsonl')}`)) }).toEqual({
        question,
        ...whole,
      });
    }
  });
}

function pending(vmims: string): readonly Json[] {
  return objectsIn(vmims).map((one) => merged(one, { status: { phase: 'Pending' } }));
}

describe('what is saved of a cluster gives the answers of the whole cluster', () => {
  test.each(steps)('at the observed step %s', (step) => expectSameAnswers(objectsIn(loadObserved(step)), ALL));

  test.each(scenarioNames)('while the migrations of scenario %s are pending', async (name) => {
    const { before, vmims } = loadScenario(name);
    await expectSameAnswers([...objectsIn(before), ...pending(vmims)], FEW);
  });
});

test('a snapshot of a snapshot is that snapshot', async () => {
  const saved = await savedFrom(objectsIn(loadObserved('test2-step5a-migrating')));
  await withFolder({ 'saved.jsonl': saved }, async (folder) => {
    const file = join(folder, 'saved.jsonl');
    const { stdout, exitCode } = await headroom(`snapshot --snapshot ${file} -o -`);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(saved);
  });
});
