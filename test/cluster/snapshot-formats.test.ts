import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { everythingIn, openText, pod, podNames } from './open-text.ts';

type Stored = Readonly<Record<string, unknown>>;

const podList = (...pods: Stored[]) => ({ apiVersion: 'v1', kind: 'List', metadata: {}, items: pods });
const pretty = (object: unknown) => `${JSON.stringify(object, null, 4)}\n`;
const [a, b] = [pod('a', 'team'), pod('b', 'team')];
const yamlA = stringify(a);
const yamlB = stringify(b);

describe('a snapshot of two pods reads the same', () => {
  test.each<{ title: string; content: string | Uint8Array }>([
    { title: 'as YAML documents', content: `${yamlA}---\n${yamlB}` },
    { title: 'as YAML documents with CRLF', content: `${yamlA}---\n${yamlB}`.replaceAll('\n', '\r\n') },
    { title: 'as YAML after a byte order mark', content: `\uFEFF${yamlA}---\n${yamlB}` },
    {
      title: 'with empty documents and comments',
      content: `# one\n---\n---\n# two\n\n---\n${yamlA}---\n# three\n---\n${yamlB}---\n`,
    },
    { title: 'with a null document', content: `null\n---\n${yamlA}---\n~\n---\n${yamlB}` },
    { title: 'with a YAML directive and document ends', content: `%YAML 1.2\n---\n${yamlA}...\n---\n${yamlB}...\n` },
    { title: 'with a comment after the document marker', content: `--- # first\n${yamlA}--- # second\n${yamlB}` },
    {
      title: 'with JSON on the line of the document marker',
      content: `--- ${JSON.stringify(a)}\n--- ${JSON.stringify(b)}`,
    },
    {
      title: 'as flow YAML',
      content: `{apiVersion: v1, kind: List, items: [${JSON.stringify(a)}, ${JSON.stringify(b)}]}`,
    },
    { title: 'as a List in YAML', content: stringify(podList(a, b)) },
    { title: 'as a List inside a List', content: stringify(podList(podList(a), b)) },
    { title: 'as a List in pretty JSON', content: pretty(podList(a, b)) },
    {
      title: 'as a List in JSON without indentation',
      content: JSON.stringify(podList(a, b), null, 1).replaceAll(/^ +/gm, ''),
    },
    { title: 'as a List in one line of JSON', content: JSON.stringify(podList(a, b)) },
    { title: 'as pretty JSON after pretty JSON, as two kubectl commands leave it', content: pretty(a) + pretty(b) },
    { title: 'as pretty JSON documents between YAML markers', content: `${pretty(a)}---\n${pretty(b)}` },
    { title: 'as JSON Lines', content: `${JSON.stringify(a)}\n${JSON.stringify(b)}\n` },
    {
      title: 'as JSON Lines with CRLF, blank lines and no last line end',
      content: `\n${JSON.stringify(a)}\r\n\r\n${JSON.stringify(b)}`,
    },
    { title: 'as JSON Lines after a byte order mark', content: `\uFEFF${JSON.stringify(a)}\n${JSON.stringify(b)}` },
    { title: 'as a JSON line, then YAML', content: `${JSON.stringify(a)}\n---\n${yamlB}` },
    {
      title: 'when an alias is used, as some tools write it',
      content: `apiVersion: v1\nkind: List\nkeep: &a ${JSON.stringify(a)}\nitems: [*a, ${JSON.stringify(b)}]`,
    },
  ])('$title', async ({ content }) => {
    const namespace = await (await openText(content)).namespaceObjects('team');
    const expected = await (await openText(`${JSON.stringify(a)}\n${JSON.stringify(b)}`)).namespaceObjects('team');
    expect(podNames(namespace)).toEqual(['a', 'b']);
    expect(namespace).toEqual(expected);
  });
});

test('the items of a typed list take their kind from the list', async () => {
  const { kind, apiVersion, ...bare } = a as { kind: string; apiVersion: string };
  const quota = { metadata: { name: 'q', namespace: 'team' }, spec: { hard: { pods: '1' } } };
  const cluster = await openText(
    stringify({ apiVersion, kind: `${kind}List`, items: [bare] }),
    pretty({ apiVersion: 'v1', kind: 'ResourceQuotaList', items: [quota] }),
  );
  const namespace = await cluster.namespaceObjects('team');
  expect(podNames(namespace)).toEqual(['a']);
  expect(namespace.quotas.items.map((item) => item.metadata.name)).toEqual(['q']);
});

test('an empty list is a cluster without objects, as kubectl prints one', async () => {
  const cluster = await openText(
    'apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: ""\n',
    '{"apiVersion":"v1","kind":"PodList","items":null}',
  );
  expect(await cluster.namespaceNames()).toEqual([]);
});

test('a dash in a block of text does not end a document', async () => {
  const cluster = await openText(
    `${yamlA.replace('metadata:', 'metadata:\n  annotations:\n    notes: |\n      ---\n      --- more')}`,
  );
  const [item] = (await cluster.namespaceObjects('team')).pods.items;
  expect(item?.metadata.annotations.get('notes')).toBe('---\n--- more\n');
});

test('objects that cross the blocks a file is read in stay whole, in every format', async () => {
  const pods = Array.from({ length: 400 }, (_, index) => ({ ...pod(`pod-${index}`, 'team'), notes: 'ü'.repeat(700) }));
  const texts = [
    pods.map((item) => JSON.stringify(item)).join('\n'),
    pretty(podList(...pods)),
    pods.map((item) => stringify(item)).join('---\n'),
  ];
  for (const content of texts) {
    const cluster = await openText(content);
    expect(podNames(await cluster.namespaceObjects('team'))).toHaveLength(pods.length);
  }
});

test('a snapshot can come from standard input', async () => {
  const script = `import { openSnapshot } from ${JSON.stringify(new URL('../../src/cluster/snapshot.ts', import.meta.url))};
    const cluster = await openSnapshot(['-']);
    console.log(JSON.stringify(await cluster.namespaceNames()));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(yamlA);
  expect(await text(child.stdout)).toBe('["team"]\n');
});

const nameArbitrary = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
const mapArbitrary = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), {
  maxKeys: 3,
  noNullPrototype: true,
});
const metadataArbitrary = fc.record(
  { name: nameArbitrary, namespace: nameArbitrary, labels: mapArbitrary, annotations: mapArbitrary },
  { requiredKeys: ['name'], noNullPrototype: true },
);
const amountsArbitrary = fc.dictionary(
  nameArbitrary,
  fc.constantFrom('1', '500m', '4Gi', '5000Mi', '1e3', 'no amount', 7),
  { maxKeys: 3, noNullPrototype: true },
);
const objectArbitrary = fc.oneof(
  fc.record(
    { apiVersion: fc.constant('v1'), kind: fc.constant('Namespace'), metadata: metadataArbitrary },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      apiVersion: fc.constantFrom('v1', 'harvesterhci.io/v1beta1'),
      kind: fc.constant('ResourceQuota'),
      metadata: metadataArbitrary,
      spec: fc.record({ hard: amountsArbitrary }, { noNullPrototype: true }),
    },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      apiVersion: fc.constant('harvesterhci.io/v1beta1'),
      kind: fc.constant('Setting'),
      metadata: metadataArbitrary,
      value: fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noDefaultInfinity: true, noNaN: true })),
    },
    { noNullPrototype: true },
  ),
  fc.record(
    { apiVersion: fc.constant('v1'), kind: fc.constant('Secret'), metadata: metadataArbitrary },
    { noNullPrototype: true },
  ),
);

test('YAML, JSON and JSON Lines of the same objects are the same cluster', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(objectArbitrary, { minLength: 1, maxLength: 6 }), async (objects) => {
      const contents = [
        objects.map((object) => JSON.stringify(object)).join('\n'),
        pretty(podList(...objects)),
        objects.map((object) => stringify(object)).join('---\n'),
        stringify(podList(...objects)),
      ];
      const [lines, ...others] = await Promise.all(
        contents.map(async (content) => everythingIn(await openText(content))),
      );
      for (const other of others) expect(other).toEqual(lines);
    }),
    { numRuns: 60 },
  );
});
