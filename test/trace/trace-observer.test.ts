import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../src/admission/evidence.ts';
import { ignored, type Outcome } from '../../src/admission/response.ts';
import { createLogger } from '../../src/config/logger.ts';
import { forecastMigration, prepare } from '../../src/forecast/forecast-migrations.ts';
import { podShape } from '../../src/objects/kubernetes.ts';
import type { SeenDecision } from '../../src/trace/decision-trace.ts';
import { type TraceOptions, traceObserver } from '../../src/trace/trace-observer.ts';
import { type Scene, scene } from '../builders/scene.ts';
import { vmi } from '../builders/virtual-machine.ts';

type Line = Readonly<Record<string, unknown>>;

/** An observer whose work for later is done when it is told so, a task at a time. */
function observed(options: Omit<TraceOptions, 'later'> = {}, level: 'debug' | 'info' = 'debug') {
  const lines: Line[] = [];
  const tasks: (() => void)[] = [];
  const logger = createLogger(level, { write: (line) => void lines.push(JSON.parse(line)) });
  const observe = traceObserver(logger, { ...options, later: (task) => tasks.push(task) });
  const step = (): boolean => {
    const task = tasks.shift();
    task?.();
    return task !== undefined;
  };
  const finish = (): number => {
    let steps = 0;
    while (step()) steps += 1;
    return steps;
  };
  return { lines, observe, step, finish };
}

function evidenceOf(from: Scene, name = 'vm1'): Evidence {
  const basis = prepare(from.objects());
  const asked = {
    namespace: 'quota-test',
    vmi: name,
    migrationName: `${name}-m1`,
    userName: 'a person',
    isDryRun: true,
    annotations: new Map([['note', 'of a person']]),
  };
  return { kind: 'migration', asked, basis, forecast: forecastMigration(basis, name) };
}

function seen(evidence: Evidence | undefined, changes: Partial<SeenDecision> = {}): SeenDecision {
  const outcome: Outcome = {
    decision: { verdict: 'fits', migrationClass: 'user', policy: 'deny', namespace: 'quota-test', vmi: 'vm1' },
    ...(evidence !== undefined && { evidence }),
  };
  return { path: '/validate/migrations', uid: 'u1', outcome, seconds: 0.0125, at: new Date(0), ...changes };
}

const crowd = scene().started(...Array.from({ length: 60 }, (_, index) => vmi(`other${index}`)));

describe('a traced decision', () => {
  test('is told from the request to the verdict, every line with its uid', () => {
    const { lines, observe, finish } = observed();
    observe(seen(evidenceOf(scene())));
    finish();
    for (const line of lines) expect(line).toMatchObject({ level: 'debug', uid: 'u1', decision: 1 });
    expect(lines[0]).toMatchObject({
      trace: 'request',
      at: '1970-01-01T00:00:00.000Z',
      path: '/validate/migrations',
      about: 'migration',
      namespace: 'quota-test',
      vmi: 'vm1',
      name: 'vm1-m1',
      class: 'user',
      dryRun: true,
    });
    const counts = Object.groupBy(lines, ({ trace }) => String(trace));
    expect(lines.at(-1)).toMatchObject({
      trace: 'verdict',
      denied: false,
      milliseconds: 12.5,
      forecast: { verdict: 'fits', target: { 'limits.memory': '4797464313' } },
      lines: { unread: 0, problem: 0, fact: counts.fact?.length, overhead: 2, quota: counts.quota?.length },
      leftOut: 0,
    });
  });

  test('tells each term of the overhead, by KubeVirt for the pod and by Harvester for the scale-up', () => {
    const { lines, observe, finish } = observed();
    observe(seen(evidenceOf(scene({ ratio: '4.5' }))));
    finish();
    const overheads = lines.filter(({ trace }) => trace === 'overhead');
    expect(overheads.map(({ by, ratio }) => `${by} ${ratio}`)).toEqual([
      'KubeVirt 1.6.3-150700.3.13.1 4.5',
      'Harvester 1.7.0 4.5',
    ]);
    for (const { terms, baseBytes, ratioShareBytes, totalBytes } of overheads) {
      const sum = (terms as { bytes: string }[]).reduce((total, { bytes }) => total + BigInt(bytes), 0n);
      expect(`${sum}`).toBe(baseBytes);
      expect(`${sum + BigInt(String(ratioShareBytes))}`).toBe(totalBytes);
    }
  });

  test("tells each quota's sum as the forecast has it", () => {
    const { lines, observe, finish } = observed();
    const evidence = evidenceOf(scene().ratio('4.5').started(vmi('vm2')).base({ 'limits.memory': '6Gi' }));
    observe(seen(evidence));
    finish();
    const forecast = evidence.kind === 'migration' ? evidence.forecast : undefined;
    const sums = lines.filter(({ trace }) => trace === 'quota');
    expect(sums.length).toBeGreaterThan(0);
    expect(sums).toMatchObject(
      (forecast?.quotas ?? []).map(({ quota, resource, used, requested, hardAfterScaleUp }) => {
        return { quota, resource, used: `${used}`, requested: `${requested}`, hardAfterScaleUp: `${hardAfterScaleUp}` };
      }),
    );
  });

  test('tells nothing of the person who asked', () => {
    const { lines, observe, finish } = observed();
    observe(seen(evidenceOf(scene())));
    finish();
    expect(JSON.stringify(lines)).not.toMatch(/a person|of a person/);
  });

  test('of a pod tells what it was described by', () => {
    const from = scene();
    const basis = prepare(from.objects());
    const pod = podShape.parse(from.find('Pod', 'virt-launcher-vm1-src01'));
    const annotations = { memoryOverheadBytes: 7n, overheadRatio: '1.5', kubeVirtVersion: 'v1.6.3' };
    const { lines, observe, finish } = observed();
    observe(seen({ kind: 'pod', pod, basis, description: { kind: 'described', annotations } }));
    finish();
    expect(lines[0]).toMatchObject({ trace: 'request', about: 'pod', name: 'virt-launcher-vm1-src01' });
    expect(lines.filter(({ trace }) => trace === 'overhead')).toHaveLength(2);
    expect(lines.at(-1)).toMatchObject({ annotations: { memoryOverheadBytes: '7', overheadRatio: '1.5' } });
  });

  test('of a pod that nobody could describe tells why', () => {
    const { lines, observe, finish } = observed();
    observe(seen({ kind: 'pod', description: { kind: 'unknown', unknown: 'vm-not-found', reason: 'no VM' } }));
    finish();
    expect(lines.map(({ trace }) => trace)).toEqual(['request', 'verdict']);
    expect(lines[1]).toMatchObject({ unknown: 'vm-not-found', reason: 'no VM', lines: { fact: 0 }, leftOut: 0 });
  });

  test('without evidence is told all the same', () => {
    const { lines, observe, finish } = observed();
    observe(seen(undefined));
    finish();
    expect(lines).toMatchObject([{ trace: 'request', about: 'nothing known' }, { trace: 'verdict' }]);
  });

  test('of a VM that is not there has no overhead', () => {
    const { lines, observe, finish } = observed();
    observe(seen(evidenceOf(scene(), 'nobody')));
    finish();
    expect(lines.filter(({ trace }) => trace === 'overhead')).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ forecast: { verdict: 'unknown', unknown: 'vm-not-found' } });
  });
});

describe("tracing stands in nobody's way", () => {
  test('for nothing is written until there is time', () => {
    const { lines, observe, step } = observed();
    observe(seen(evidenceOf(scene())));
    expect(lines).toEqual([]);
    expect(step()).toBe(true);
    expect(lines.length).toBeGreaterThan(0);
  });

  test('for a large namespace is written a little at a time', () => {
    const { lines, observe, finish } = observed();
    observe(seen(evidenceOf(crowd)));
    const steps = finish();
    const characters = lines.reduce((sum, line) => sum + JSON.stringify(line).length, 0);
    expect(steps).toBeGreaterThanOrEqual(Math.floor(characters / (2 * 32 * 1024)));
    expect(steps).toBeGreaterThan(2);
  });

  test('for no more is written than may be, the asked VM first, and what is left out is counted', () => {
    const all = observed();
    all.observe(seen(evidenceOf(crowd)));
    all.finish();
    const few = observed({ mostCharacters: 30_000 });
    few.observe(seen(evidenceOf(crowd)));
    few.finish();
    const facts = ({ lines }: { readonly lines: readonly Line[] }) => lines.filter(({ trace }) => trace === 'fact');
    expect(few.lines.at(-1)).toMatchObject({ trace: 'verdict', leftOut: facts(all).length - facts(few).length });
    expect(JSON.stringify(few.lines).length).toBeLessThan(60_000);
    const vmis = facts(few).filter(({ kind }) => kind === 'VirtualMachineInstance');
    expect(vmis[0]).toMatchObject({ name: 'vm1' });
    expect(vmis.length).toBeLessThan(60);
  });

  test('for of too many decisions at once request and verdict are told alone', () => {
    const { lines, observe, finish } = observed({ mostWaiting: 1 });
    observe(seen(evidenceOf(scene())));
    observe(seen(evidenceOf(scene()), { uid: 'u2' }));
    expect(lines).toMatchObject([
      { trace: 'request', uid: 'u2' },
      { trace: 'verdict', uid: 'u2', lines: { fact: 0 }, leftOut: expect.any(Number) },
    ]);
    expect(lines[1]?.leftOut).toBeGreaterThan(5);
    finish();
    expect(lines.filter(({ uid, trace }) => uid === 'u1' && trace === 'verdict')).toHaveLength(1);
  });

  test('for a bug of its own is logged, and the next decision is traced', () => {
    const { lines, observe, finish } = observed();
    const broken = evidenceOf(scene());
    const forecast = { ...(broken.kind === 'migration' ? broken.forecast : {}), quotas: undefined };
    observe(seen({ ...broken, forecast } as unknown as Evidence));
    observe(seen(evidenceOf(scene()), { uid: 'u2' }));
    finish();
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { uid: 'u1', msg: 'internal error while tracing; the decision stands' },
    ]);
    expect(lines.at(-1)).toMatchObject({ trace: 'verdict', uid: 'u2' });
  });

  test('for what headroom has no say in is not traced', () => {
    const { lines, observe, finish } = observed();
    observe(seen(undefined, { outcome: ignored }));
    finish();
    expect(lines).toEqual([]);
  });

  test('for at level info nothing of it is logged', () => {
    const { lines, observe, finish } = observed({}, 'info');
    observe(seen(evidenceOf(scene())));
    finish();
    expect(lines).toEqual([]);
  });
});
