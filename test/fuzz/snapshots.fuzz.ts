import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import { byteChanges, changedBytes } from './mutations/byte-changes.ts';
import { changedJson, jsonChanges } from './mutations/json-changes.ts';
import { JsonTree } from './mutations/json-tree.ts';
import { checkFastReading, FuzzedFile, type ReadFile, readWhole } from './snapshots/readings.ts';
import { smallScenarios } from './snapshots/small-scenarios.ts';
import { type FuzzTarget, property, type Saw } from './target.ts';

/** The objects of a few clusters, one cluster for each seed. */
const clusters: readonly (readonly KubernetesObject[])[] = smallScenarios(12).map(({ before }) =>
  parseAllDocuments(before).flatMap((document): KubernetesObject[] => document.toJS() ?? []),
);
const file = new FuzzedFile();

/** One cluster, and which of its objects is damaged. */
const place = fc.record({ cluster: fc.nat({ max: clusters.length - 1 }), at: fc.nat({ max: 10_000 }) });
type Place = typeof place extends fc.Arbitrary<infer T> ? T : never;

function placed({ cluster, at }: Place) {
  const objects = clusters[cluster] as readonly KubernetesObject[];
  const index = at % objects.length;
  return { objects, index, others: objects.filter((_, each) => each !== index) };
}

const yamls = new Map<number, string>();

function yamlOf(cluster: number): string {
  const text = yamls.get(cluster) ?? (clusters[cluster] ?? []).map((object) => stringify(object)).join('---\n');
  yamls.set(cluster, text);
  return text;
}

/** What is damaged may nest deeper than it can be printed. */
function textOf(object: unknown): string {
  try {
    return JSON.stringify(object) ?? '';
  } catch {
    return '';
  }
}

/** Nothing that was not damaged is lost or changed, unless the damage is reported. */
function checkOthers(read: ReadFile, others: readonly KubernetesObject[], saw: Saw): void {
  saw(read.kind);
  if (read.kind === 'refused') return;
  let next = 0;
  for (const object of read.objects) {
    if (next < others.length && textOf(object) === textOf(others[next])) next += 1;
  }
  assert.equal(next, others.length, `object ${next} that nobody touched has been lost or changed`);
}

function checkLine(read: ReadFile, first: number, last: number): void {
  if (read.kind === 'refused' && read.line !== undefined)
    assert.ok(read.line >= first && read.line <= last, `lines ${first} to ${last} are damaged: ${read.reason}`);
}

const oneLine = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => (byte === 0x0a ? 0x20 : byte)));
const linesOf = (text: string): number => text.split('\n').length - 1;

async function checkLines(
  { objects, index, others }: ReturnType<typeof placed>,
  line: Buffer,
  saw: Saw,
): Promise<void> {
  const lines = objects.map((object, each) => (each === index ? line : Buffer.from(JSON.stringify(object))));
  file.write(Buffer.concat(lines.flatMap((each) => [each, Buffer.from('\n')])));
  const read = await readWhole(file);
  checkOthers(read, others, saw);
  checkLine(read, index + 1, index === 0 ? objects.length : index + 1);
  await checkFastReading(file, read);
}

export const target: FuzzTarget = {
  close: async () => file.remove(),
  properties: [
    property({
      title: 'of JSON Lines with bytes of one line damaged, that line is named or all others are read, fast as slow',
      given: fc.record({ place, changes: byteChanges }),
      mustSee: ['read', 'refused'],
      holds: async ({ place: where, changes }, saw) => {
        const found = placed(where);
        const line = Buffer.from(JSON.stringify(found.objects[found.index]));
        await checkLines(found, oneLine(changedBytes(line, changes)), saw);
      },
    }),
    property({
      title:
        'of JSON Lines with the structure of one object damaged, that line is named or all others are read, fast as slow',
      given: fc.record({ place, changes: jsonChanges(['"Pod"', '"List"', '"PodList"', '"v1"', '"virt-launcher"']) }),
      mustSee: ['read', 'refused'],
      holds: async ({ place: where, changes }, saw) => {
        const found = placed(where);
        const text = changedJson(new JsonTree(found.objects[found.index]), changes);
        await checkLines(found, Buffer.from(text), saw);
      },
    }),
    property({
      title: 'of YAML with bytes of one document damaged, its lines are named or all others are read',
      given: fc.record({ place, changes: byteChanges }),
      mustSee: ['read', 'refused'],
      holds: async ({ place: where, changes }, saw) => {
        const { objects, index, others } = placed(where);
        const texts = objects.map((object) => stringify(object));
        const damaged = changedBytes(Buffer.from(texts[index] ?? ''), changes);
        const before = texts
          .slice(0, index)
          .map((text) => `${text}---\n`)
          .join('');
        const after = texts
          .slice(index + 1)
          .map((text) => `\n---\n${text}`)
          .join('');
        file.write(Buffer.concat([Buffer.from(before), damaged, Buffer.from(after)]));
        const read = await readWhole(file);
        checkOthers(read, others, saw);
        const first = linesOf(before) + 1;
        checkLine(read, first, first + linesOf(damaged.toString('latin1')) + 1);
        await checkFastReading(file, read);
      },
    }),
    property({
      title: 'of a list with one item damaged, in JSON or YAML, the document is named or all other items are read',
      given: fc.record({ place, changes: jsonChanges(['"Pod"', '"List"']), form: fc.constantFrom('json', 'yaml') }),
      mustSee: ['read', 'refused'],
      holds: async ({ place: where, changes, form }, saw) => {
        const { objects, index, others } = placed(where);
        const items = objects.map((object, each) =>
          each === index ? changedJson(new JsonTree(object), changes) : JSON.stringify(object),
        );
        const json = `{"apiVersion":"v1","kind":"List","items":[${items.join(',\n')}]}\n`;
        file.write(form === 'json' ? json : `kind: List\napiVersion: v1\nitems:\n- ${items.join('\n- ')}\n`);
        const read = await readWhole(file);
        checkOthers(read, others, saw);
        await checkFastReading(file, read);
      },
    }),
    property({
      title: 'a compressed snapshot that is damaged is refused or read as it was',
      given: fc.record({ place, changes: byteChanges }),
      mustSee: ['refused'],
      holds: async ({ place: where, changes }, saw) => {
        const { objects } = placed(where);
        // Of YAML a beginning is often whole YAML as well: only the packing can tell that the rest is missing.
        file.write(changedBytes(gzipSync(yamlOf(where.cluster)), changes));
        const read = await readWhole(file);
        saw(read.kind);
        if (read.kind === 'read') assert.deepEqual(read.objects, objects);
      },
    }),
  ],
};
