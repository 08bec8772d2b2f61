import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { groupOf, OBJECT_KINDS } from '../../src/cluster/object-kinds.ts';
import { quantityShape } from '../../src/objects/quantity-shape.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { objectJson } from '../../src/trace/object-json.ts';
import type { Json } from '../builders/json.ts';
import { objectsIn } from '../cluster/live-and-snapshot.ts';
import { loadObserved } from '../observed/load-observed.ts';
import { loadScenario, scenarioNames } from '../scenarios/load-scenarios.ts';

const steps = readdirSync(new URL('../observed/', import.meta.url))
  .filter((file) => file.endsWith('.yaml.gz'))
  .map((file) => file.slice(0, -'.yaml.gz'.length));
const examples = globSync('examples/*.yaml');

function shapeOf({ kind, apiVersion }: { kind?: unknown; apiVersion?: unknown }) {
  return Object.values(OBJECT_KINDS).find((one) => one.kind === kind && one.group === groupOf(`${apiVersion}`))?.shape;
}

/** Reads, writes and reads again each object of a kind that forecasts read; gives how many were the same. */
function comparedIn(text: string): number {
  let compared = 0;
  for (const object of objectsIn(text)) {
    const read = shapeOf(object)?.safeParse(object);
    if (read?.success !== true) continue;
    const written = JSON.parse(JSON.stringify(objectJson(read.data)));
    expect(shapeOf(object)?.parse(written)).toEqual(read.data);
    compared += 1;
  }
  return compared;
}

describe('what was read of an object is written such that it is read as the same', () => {
  test.each(scenarioNames)('in scenario %s', (name) => {
    expect(comparedIn(loadScenario(name).before)).toBeGreaterThan(5);
  });

  test.each(steps)('at the observed step %s', (step) => {
    expect(comparedIn(loadObserved(step))).toBeGreaterThan(5);
  });

  test.each(examples)('in %s', (file) => {
    expect(comparedIn(readFileSync(file, 'utf8'))).toBeGreaterThanOrEqual(file.includes('addon') ? 0 : 1);
  });

  test('whatever the family of its amounts', () => {
    const digits = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 7n }), fc.bigInt({ min: 0n, max: 999_999_999n }));
    const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e0', 'e3', 'e-3', 'E2');
    fc.assert(
      fc.property(digits, suffix, ([whole, fraction], family) => {
        const read = quantityShape.safeParse(`${whole}.${fraction}${family}`);
        fc.pre(read.success);
        const again = quantityShape.parse(objectJson(read.data));
        expect([again.nanos, again.format]).toEqual([read.data?.nanos, read.data?.format]);
      }),
    );
  });

  test.each(['1000Ki', '0Ki', '512.5Ki', '0.9765625Ki', '1.5e0', '0e5', '5e0', '7', '1023Mi'])('such as %s', (text) => {
    const read = Quantity.parse(text);
    const again = Quantity.parse(String(objectJson(read)));
    expect([again.nanos, again.format]).toEqual([read.nanos, read.format]);
  });

  test('and members of any name', () => {
    const labels = new Map([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(JSON.stringify(objectJson({ metadata: { labels } }))).toBe(
      '{"metadata":{"labels":{"__proto__":"a","constructor":"b"}}}',
    );
  });

  test('though what stands in the place of a mere presence is nested without end', () => {
    let nested: Json = {};
    for (let depth = 0; depth < 100_000; depth += 1) nested = { nested };
    const written = JSON.stringify(objectJson({ spec: { volumes: [{ name: 'a', secret: nested }] } }));
    expect(written.length).toBeLessThan(1000);
  });
});
