import fc from 'fast-check';
import type { JsonTree, NodeChange } from './json-tree.ts';

/** One damage to the structure of a JSON text. `at` is taken modulo the nodes that it chooses among. */
export interface JsonChange {
  /** The outer nodes decide; of the inner ones, of which there are many more, most are never looked at. */
  readonly among: 'outer' | 'all';
  readonly at: number;
  readonly change: NodeChange;
}

/** JSON texts of every kind that an object's member can be taken for. */
const HOSTILE_VALUES = [
  'null',
  'true',
  'false',
  '0',
  '-1',
  '-0',
  '1.5',
  '1e999',
  '9'.repeat(400),
  '""',
  '" "',
  '"../.."',
  '"../../api/v1/secrets?x=%2f#"',
  '"a/b"',
  '"."',
  '"Ümläut"',
  '"\\u0000"',
  '"a\\r\\nWarning: forged\\u001b[2J"',
  '"\\u202egnp.exe"',
  '"\u{1f600}"',
  '"\\ud800"',
  '"<script>alert(1)</script>"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"-1Gi"',
  '"9223372036854775807"',
  '"1e400"',
  '"1Ki"',
  '"1.5"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '[{}]',
  '{"__proto__":{"items":[]}}',
  '{"constructor":{"prototype":{}}}',
  '{"hasOwnProperty":1,"toString":null}',
];

/** By names, so that a failure can be read. Each of them costs as much as a hundred of the others. */
const LARGE_VALUES: ReadonlyMap<string, string> = new Map([
  ['<long text>', JSON.stringify('x'.repeat(70_000))],
  ['<9,000 lists in each other>', `${'['.repeat(9000)}${']'.repeat(9000)}`],
  ['<10,500 objects in each other>', `${'{"a":'.repeat(10_500)}1${'}'.repeat(10_500)}`],
  ['<5,000 items>', `[${'0,'.repeat(5000)}0]`],
  ['<5,000 members of one name>', `{${'"a":1,'.repeat(5000)}"b":2}`],
]);

const HOSTILE_NAMES = [
  '',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'a/b~c',
  '~1',
  '\u0000',
  '\u202e',
  '😀',
];

/** Changes that put in, besides what is hostile anywhere, JSON texts that mean something where they are put. */
export function jsonChanges(meaningful: readonly string[] = []): fc.Arbitrary<readonly JsonChange[]> {
  const value = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...HOSTILE_VALUES) },
    ...(meaningful.length === 0 ? [] : [{ weight: 4, arbitrary: fc.constantFrom(...meaningful) }]),
    { weight: 1, arbitrary: fc.constantFrom(...LARGE_VALUES.keys()) },
  );
  const name = fc.constantFrom(...HOSTILE_NAMES);
  const kind = <K extends NodeChange['kind']>(one: K) => fc.constant(one);
  const change: fc.Arbitrary<NodeChange> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: kind('replace'), text: value }) },
    { weight: 3, arbitrary: fc.record({ kind: kind('remove') }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('rename'), name }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('precede'), text: value }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('follow'), text: value }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('put in'), name, text: value }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('repeat'), times: fc.integer({ min: 2, max: 300 }) }) },
  );
  const among = fc.oneof({ weight: 7, arbitrary: fc.constant('outer' as const) }, fc.constant('all' as const));
  return fc.array(fc.record({ among, at: fc.nat({ max: 2 ** 20 }), change }), { minLength: 1, maxLength: 4 });
}

export function changedJson(tree: JsonTree, changes: readonly JsonChange[]): string {
  const byNode = new Map<number, NodeChange>();
  for (const { among, at, change } of changes) {
    const nodes = among === 'outer' ? tree.outer : tree.all;
    byNode.set(nodes[at % nodes.length] ?? 0, spelledOut(change));
  }
  return tree.print(byNode);
}

function spelledOut(change: NodeChange): NodeChange {
  return 'text' in change ? { ...change, text: LARGE_VALUES.get(change.text) ?? change.text } : change;
}
