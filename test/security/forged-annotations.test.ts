import { describe, expect, test } from '@jest/globals';
import { type Json, merged } from '../builders/json.ts';
import { scene } from '../builders/scene.ts';
import { runProgram, withFolder } from '../commands/run-program.ts';

const PREFIX = 'headroom.harvesterhci.io';
const CLUSTER = scene().json();

/** With annotations that anybody who may change a pod, a VMI or a migration could have written. */
function forged(kind: string, annotations: Readonly<Record<string, string>>): readonly Json[] {
  return CLUSTER.map((object) => (object.kind === kind ? merged(object, { metadata: { annotations } }) : object));
}

async function printed(objects: readonly Json[], ...args: readonly string[]): Promise<string> {
  const text = objects.map((object) => JSON.stringify(object)).join('\n');
  return withFolder({ 'cluster.jsonl': text }, async (folder) => {
    return (await runProgram([...args, '--snapshot', `${folder}/cluster.jsonl`])).stdout;
  });
}

const COMMANDS = [
  ['forecast', '-A', '-o', 'json'],
  ['overhead', '-A', '-o', 'json'],
  ['doctor', '-o', 'json'],
] as const;

describe('annotations that a tenant writes', () => {
  test.each([
    ['the overhead that KubeVirt reports, as one byte', 'Pod', { 'kubevirt.io/memory-overhead-bytes': '1' }],
    ['the same, as more than the pod has', 'Pod', { 'kubevirt.io/memory-overhead-bytes': '999999999999' }],
    ['another ratio', 'Pod', { [`${PREFIX}/overhead-ratio`]: '100' }],
    ['a ratio that takes long to reckon with', 'Pod', { [`${PREFIX}/overhead-ratio`]: '9'.repeat(100_000) }],
    ['another version', 'Pod', { [`${PREFIX}/kubevirt-version`]: 'v9.9.9' }],
    ["headroom's own figures", 'Pod', { [`${PREFIX}/memory-overhead`]: '1', [`${PREFIX}/workload-memory`]: '1' }],
    ['a verdict', 'VirtualMachineInstance', { [`${PREFIX}/verdict`]: 'exceeds', [`${PREFIX}/forecast`]: '{}' }],
  ])('change no figure, verdict or finding: %s', async (_title, kind, annotations) => {
    expect(forged(kind, annotations)).not.toEqual(CLUSTER);
    for (const command of COMMANDS) {
      expect(await printed(forged(kind, annotations), ...command)).toBe(await printed(CLUSTER, ...command));
    }
  });
});
