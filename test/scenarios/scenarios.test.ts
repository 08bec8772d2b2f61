import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isScenario, replayScenario } from '../../src/commands/replay-scenario.ts';
import { loadScenario, scenarioNames, writeScenario } from './load-scenarios.ts';

let parent: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'headroom-'));
});

afterAll(async () => {
  await rm(parent, { recursive: true });
});

const rows = scenarioNames.map((name) => {
  const { outcome } = loadScenario(name);
  const vms = Object.values(outcome.migrations).map(({ vmi }) => vmi);
  return {
    name,
    harvester: name < '300' ? '1.7' : '1.9',
    what: outcome.class ?? outcome.quotaKind,
    vms: vms.join(', '),
  };
});

describe('what a real control plane did is what is forecast', () => {
  test.each(rows)('$name, Harvester $harvester, $what: $vms', async ({ name }) => {
    const folder = await writeScenario(loadScenario(name), parent);
    expect(await isScenario(folder)).toBe(true);
    const { differences, isSet, isCertain, computed } = await replayScenario(folder);
    expect(differences).toEqual([]);
    expect(computed).toMatchObject({ scenario: name });
    if (!isSet && loadScenario(name).outcome.quotaKind !== 'two-default') expect(isCertain).toBe(true);
  });
});

test('every kind of quota and every class of compensation is among them, alone and in sets', () => {
  const outcomes = scenarioNames.map((name) => loadScenario(name).outcome);
  expect(new Set(outcomes.map(({ quotaKind }) => quotaKind))).toEqual(
    new Set([
      'managed',
      'managed+other',
      'managed+other-limits',
      'managed-memonly',
      'managed-mismatch',
      'managed-noann',
      'managed-reqkeys',
      'managed-skip',
      'none',
      'other',
      'two-default',
    ]),
  );
  expect(new Set(outcomes.flatMap((outcome) => outcome.class ?? [])).size).toBe(16);
  const alone = outcomes.filter(({ migrations }) => Object.keys(migrations).length === 1);
  expect(alone.length).toBeGreaterThan(25);
  expect(outcomes.length - alone.length).toBeGreaterThan(25);
});
