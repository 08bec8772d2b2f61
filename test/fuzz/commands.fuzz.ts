import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { runProgram } from '../commands/run-program.ts';
import { byteChanges, changedBytes } from './mutations/byte-changes.ts';
import { changedJson, jsonChanges } from './mutations/json-changes.ts';
import { JsonTree } from './mutations/json-tree.ts';
import { FuzzedFile } from './snapshots/readings.ts';
import { smallScenarios } from './snapshots/small-scenarios.ts';
import { type FuzzTarget, property, type Saw } from './target.ts';

const file = new FuzzedFile();
const clusters = smallScenarios(12).map(({ before }) => {
  const objects = parseAllDocuments(before).flatMap((document): unknown[] => document.toJS() ?? []);
  return {
    bytes: Buffer.from(objects.map((object) => JSON.stringify(object)).join('\n')),
    tree: new JsonTree(objects),
  };
});

/** `-v` prints the stack of whatever the program has no words of its own for. */
const COMMANDS: readonly (readonly string[])[] = [
  ['forecast', '-A', '--snapshot', file.path, '-v'],
  ['forecast', '-A', '--snapshot', file.path, '-v', '-o', 'json'],
  ['forecast', '-A', '--snapshot', file.path, '-v', '--ratio', '2.5'],
  ['forecast', '--snapshot', file.path, '-v', '--every-node'],
  ['forecast', '--snapshot', file.path, '-v', '-f', file.path],
  ['forecast', '-A', '--snapshot', file.path, '-v', '--start'],
  ['overhead', '-A', '--snapshot', file.path, '-v'],
  ['doctor', '--snapshot', file.path, '-v'],
  ['doctor', '--snapshot', file.path, '-v', '-o', 'json'],
  ['report', '--snapshot', file.path, '-v', '-o', `${file.path}.html`],
];
const command = fc.constantFrom(...COMMANDS);

/** As `undefined` or `[object Object]` a fact, unless it is said to have been received, that is missing shows that nobody had thought of its being missing. */
const SLIPS = /(?<!received\s+)\b(?:undefined|NaN)\b|\[object |\bnull\/|\/null\b/;

async function checkCommand(args: readonly string[], saw: Saw): Promise<void> {
  const { exitCode, stdout, stderr } = await runProgram(args);
  assert.ok([0, 1, 2, 3].includes(exitCode), `exit code ${exitCode}`);
  saw(`exit code ${exitCode}`);
  assert.doesNotMatch(stderr, /^ +at /m, stderr);
  assert.doesNotMatch(stderr, /[^\P{Cc}\n]/u, 'notes control no terminal');
  if (exitCode === 1) {
    assert.match(stderr, /^error: [^\n]+\n$/, `one sentence: ${stderr}`);
    assert.doesNotMatch(stderr, SLIPS, stderr);
  }
  if (args.at(-1) === 'json') return;
  assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u, 'a table controls no terminal');
  assert.doesNotMatch(stdout, SLIPS, stdout);
}

const MEANINGFUL = [
  ...['"Running"', '"Pending"', '"Succeeded"', '"Failed"', '"True"', '"vm1"', '"default"', '"2.5"', '"0"', '"1e3"'],
  ...['"v1.9.0"', '"v1.4.1"', '"v9.9.9"', '"1.1.1"', '"1.9.0"', '"7.0.0"', '"true"', '"deadbeef"', '"5000Mi"', '"1n"'],
  ...['"2026-11-22T02:26:30Z"', '"not a time"', '{"limits":{"memory":"1Gi"}}', '{"limit":{"limitsMemory":"1Gi"}}'],
  ...['"{\\"limit\\":{\\"limitsMemory\\":\\"1Gi\\"}}"', '"[{}]"', '"{"', '4', '2147483648', '9007199254740993'],
];

export const target: FuzzTarget = {
  close: async () => file.remove(),
  properties: [
    property({
      title:
        'over objects of which anything is another value, every command answers or says in a sentence what is wrong',
      given: fc.record({ cluster: fc.nat({ max: clusters.length - 1 }), changes: jsonChanges(MEANINGFUL), command }),
      mustSee: ['exit code 0', 'exit code 1', 'exit code 2', 'exit code 3'],
      holds: async ({ cluster, changes, command: args }, saw) => {
        const text = changedJson((clusters[cluster] as (typeof clusters)[number]).tree, changes);
        // Each object of the list is a document of its own, so that one that nests too deeply does not hide the others.
        file.write(`{"apiVersion":"v1","kind":"List","items":${text}}`);
        await checkCommand(args, saw);
      },
    }),
    property({
      title: 'over a file of which bytes are damaged, every command answers or says in a sentence what is wrong',
      given: fc.record({ cluster: fc.nat({ max: clusters.length - 1 }), changes: byteChanges, command }),
      mustSee: ['exit code 1'],
      holds: async ({ cluster, changes, command: args }, saw) => {
        file.write(changedBytes((clusters[cluster] as (typeof clusters)[number]).bytes, changes));
        await checkCommand(args, saw);
      },
    }),
  ],
};
