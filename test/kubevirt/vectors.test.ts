import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { replayVectorLine } from '../../src/commands/replay-vectors.ts';

const FOLDER = new URL('../vectors/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.startsWith('kubevirt-v') && name.endsWith('.jsonl.gz'));

function linesOf(file: string): string[] {
  const text = gunzipSync(readFileSync(new URL(file, FOLDER))).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

describe("KubeVirt's own answers", () => {
  test('there are some of every version that could be built', () => {
    expect(files).toHaveLength(11);
  });

  test.each(files)('%s: overhead, pod and target pod are the same', (file) => {
    const lines = linesOf(file);
    const failed = lines.map((line) => replayVectorLine(line, file)).filter(({ passed }) => !passed);
    expect(failed.map(({ name, differences }) => ({ name, differences }))).toEqual([]);
    expect(lines.length).toBeGreaterThanOrEqual(120);
  });
});
