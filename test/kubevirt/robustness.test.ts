import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderLauncherPod } from '../../src/kubevirt/launcher-pod.ts';
import { RELEASES } from '../../src/kubevirt/release-table.ts';
import { overheadSavings } from '../../src/kubevirt/savings.ts';
import { kubeVirtConfigurationShape } from '../../src/objects/kubevirt.ts';
import { virtualMachineInstanceShape } from '../../src/objects/virtual-machine-instance.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface Case {
  readonly input: { readonly vmi: Json; readonly config: Json };
}

const file = new URL('../vectors/kubevirt-v1.9.0.jsonl.gz', import.meta.url);
const cases = gunzipSync(readFileSync(file))
  .toString('utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): Case => JSON.parse(line));

const ODD: readonly Json[] = [null, {}, [], '', '0', 'NaN', '1e400', '-1Gi', '0.0000001m', 0, -1, 1e300, true, 'ﷺ'];

/** Replaces, at each step down a path, the member that the path's number chooses. */
function mutated(value: Json, path: readonly number[], replacement: Json): Json {
  const [turn, ...rest] = path;
  if (turn === undefined || value === null || typeof value !== 'object') return replacement;
  const keys = Object.keys(value);
  const key = keys[turn % Math.max(1, keys.length)];
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item, index) => (`${index}` === key ? mutated(item, rest, replacement) : item));
  return { ...value, [key]: mutated(value[key] ?? null, rest, replacement) };
}

test('whatever the shapes let through is rendered or refused, never thrown at', () => {
  let readable = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...cases),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 7 }),
      fc.constantFrom(...ODD),
      fc.constantFrom(...RELEASES),
      (...[{ input }, path, odd, release]) => {
        const vmi = virtualMachineInstanceShape.safeParse(mutated(input.vmi, path, odd));
        const config = kubeVirtConfigurationShape.safeParse(mutated(input.config, path, odd));
        if (!vmi.success || !config.success) return;
        readable += 1;
        const request = {
          vmi: vmi.data,
          configuration: config.data,
          release,
          clusterArchitecture: 'amd64',
          role: 'target' as const,
          namespaceLabels: new Map<string, string>(),
          quotas: [],
        };
        expect(['pod', 'refused']).toContain(renderLauncherPod(request).kind);
        expect(overheadSavings(request).length).toBeLessThanOrEqual(3);
      },
    ),
    { numRuns: 2000 },
  );
  expect(readable).toBeGreaterThan(100);
});
