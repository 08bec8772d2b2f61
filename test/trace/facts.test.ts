import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import { SnapshotCluster } from '../../src/cluster/snapshot.ts';
import type { ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import { forecastJson } from '../../src/forecast/forecast-json.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { countOfFacts, factLines } from '../../src/trace/facts.ts';
import { scene } from '../builders/scene.ts';
import { snapshotOf } from '../builders/snapshot.ts';
import { vmi } from '../builders/virtual-machine.ts';
import { loadObserved } from '../observed/load-observed.ts';
import { loadScenario, scenarioNames } from '../scenarios/load-scenarios.ts';

const steps = readdirSync(new URL('../observed/', import.meta.url))
  .filter((file) => file.endsWith('.yaml.gz'))
  .map((file) => file.slice(0, -'.yaml.gz'.length));
const examples = globSync('examples/{full-node,quota-test*}.yaml');

async function objectsOf(cluster: SnapshotCluster, namespace: string): Promise<ForecastObjects> {
  return { cluster: await cluster.clusterObjects(), namespace: await cluster.namespaceObjects(namespace) };
}

/** What is read of the facts that a trace tells, and of nothing else. */
async function toldAgain(objects: ForecastObjects): Promise<ForecastObjects> {
  const told = new SnapshotCluster();
  for (const line of factLines(objects, '')) {
    if (line.trace === 'unread' || line.object === undefined) throw new Error(`told without its object: ${line.kind}`);
    const logged: KubernetesObject = JSON.parse(JSON.stringify(line.object));
    told.put(logged);
  }
  return objectsOf(told, objects.namespace.name);
}

function spelt(objects: ForecastObjects, name: string): object {
  const forecast = forecastMigration(prepare(objects), name);
  return { ...forecastJson(forecast), unknown: forecast.unknown, notes: forecast.notes };
}

/** Compares the forecast of every VM; gives how many there are. */
async function comparedIn(text: string): Promise<number> {
  const cluster = snapshotOf(text);
  let compared = 0;
  for (const namespace of await cluster.namespaceNames()) {
    const objects = await objectsOf(cluster, namespace);
    const told = await toldAgain(objects);
    for (const { metadata } of objects.namespace.virtualMachineInstances.items) {
      expect(spelt(told, metadata.name)).toEqual(spelt(objects, metadata.name));
      compared += 1;
    }
  }
  return compared;
}

describe('from the facts of a trace comes the same forecast of every VM', () => {
  test.each(scenarioNames)('of scenario %s', async (name) => {
    expect(await comparedIn(loadScenario(name).before)).toBeGreaterThanOrEqual(1);
  });

  test.each(steps)('at the observed step %s', async (step) => {
    const stopped = step.includes('stop') || step.startsWith('test4-step1');
    expect(await comparedIn(loadObserved(step))).toBeGreaterThanOrEqual(stopped ? 0 : 1);
  });

  test.each(examples)('of %s', async (file) => {
    expect(await comparedIn(readFileSync(file, 'utf8'))).toBeGreaterThanOrEqual(file.includes('stopped') ? 0 : 1);
  });
});

describe('the facts of a namespace', () => {
  const crowd = scene().started(vmi('vm2'), vmi('vm3')).running('vm3').lingering('vm2').objects();

  test('are counted without a look at them', () => {
    expect(countOfFacts(crowd)).toBe([...factLines(crowd, 'vm1')].length);
  });

  test('begin with what decides about all of them, and with the asked VM and those under way', () => {
    const names = [...factLines(crowd, 'vm2')].map(({ kind, ...line }) => `${kind} ${'name' in line ? line.name : ''}`);
    expect(names.slice(0, 2)).toEqual(['KubeVirt kubevirt', expect.stringMatching(/^Setting /)]);
    const position = (name: string) => names.findIndex((one) => one.endsWith(name));
    expect(position('ResourceQuota default-z4g94')).toBeLessThan(position('VirtualMachineInstance vm2'));
    expect(position('VirtualMachineInstance vm2')).toBeLessThan(position('VirtualMachineInstance vm1'));
    expect(position('VirtualMachineInstance vm3')).toBeLessThan(position('VirtualMachineInstance vm1'));
    expect(position('VirtualMachineInstance vm1')).toBeLessThan(position('vm2-z9lkd'));
  });

  test('hold no pod that is of no VM, and no VirtualMachine', () => {
    const web = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'quota-test' }, spec: {} };
    const other = {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
      metadata: { name: 'vm1', namespace: 'quota-test' },
      spec: {},
    };
    const told = [...factLines(scene().with(web, other).objects(), 'vm1')];
    expect(
      told.filter(({ kind, ...line }) => kind === 'VirtualMachine' || ('name' in line && line.name === 'web')),
    ).toEqual([]);
  });

  test('are told by their words alone where nobody has kept what was not understood', () => {
    const objects = scene().objects();
    const problem = { kind: 'ResourceQuota', namespace: 'quota-test', name: 'q', message: 'spec: expected object' };
    const quotas = { ...objects.namespace.quotas, problems: [problem] };
    const [first] = factLines({ ...objects, namespace: { ...objects.namespace, quotas } }, 'vm1');
    expect(first).toEqual({ trace: 'problem', apiVersion: 'v1', ...problem });
  });
});
