import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { openSnapshot } from '../../src/cluster/snapshot.ts';
import { openText, pod, refusalOf, withFiles } from './open-text.ts';

const good = stringify(pod('a', 'team'));
const line = JSON.stringify(pod('a', 'team'));

describe('a broken snapshot is refused with file, document and line', () => {
  test.each<{ title: string; content: string; says: string }>([
    {
      title: 'an object has neither apiVersion nor metadata',
      content: `${good}---\n---\nkind: Pod\n`,
      says: 'document 2, line 17: expected a Kubernetes object with apiVersion and kind, found one without apiVersion',
    },
    {
      title: 'a document of YAML is badly indented',
      content: `${good}---\napiVersion: v1\nkind: Pod\n  metadata: {}\n`,
      says: 'document 2, line 17: not valid YAML: Nested mappings are not allowed in compact mappings',
    },
    {
      title: 'a key stands twice in YAML, as when two outputs are joined',
      content: 'apiVersion: v1\nitems: []\nkind: List\napiVersion: v1\nitems: []\nkind: List\n',
      says: 'document 1, line 4: not valid YAML: Map keys must be unique',
    },
    {
      title: 'a document of JSON holds a bare word',
      content: '{\n  "apiVersion": "v1",\n  "kind": Pod\n}\n',
      says: 'document 1, line 3: not valid JSON: expected value, found "Pod"',
    },
    {
      title: 'a document of JSON has a comma too many',
      content: `---\n{\n  "apiVersion": "v1",\n  "kind": "Pod",\n}\n---\n${good}`,
      says: 'document 1, line 5: not valid JSON: expected property name, found "}"',
    },
    {
      title: 'a document of JSON is cut off',
      content: '{\n  "apiVersion": "v1",\n  "kind": "Pod",\n  "metadata": {\n    "name": "a"\n',
      says: 'document 1, line 5: not valid JSON: expected "," or "}", found the end',
    },
    {
      title: 'a line of JSON Lines is cut off',
      content: `${line}\n${line}\n${line.slice(0, 40)}\n${line}\n`,
      says: 'line 3: not valid JSON: expected property name, found a string that is not closed or not well escaped',
    },
    {
      title: 'the first line of JSON Lines is cut off',
      content: `${line.slice(0, 30)}\n${line}\n`,
      says: 'document 1, line 1: not valid JSON: expected value, found a string that is not closed or not well escaped',
    },
    {
      title: 'a line of JSON Lines is no JSON',
      content: `${line}\n\nkind: Pod\n`,
      says: 'line 3: not valid JSON: expected value, found "kind: Pod"',
    },
    {
      title: 'a line of JSON Lines is no Kubernetes object',
      content: `${line}\n{"level":"info","msg":"listening"}\n`,
      says: 'line 2: expected a Kubernetes object with apiVersion and kind, found one without apiVersion',
    },
    {
      title: 'an object has no kind',
      content: `${good}---\napiVersion: v1\nmetadata: {}\n`,
      says: 'document 2, line 16: expected a Kubernetes object with apiVersion and kind, found one without kind',
    },
    {
      title: 'an item of a list has no kind',
      content: `${good}---\n${stringify({ apiVersion: 'v1', kind: 'List', items: [pod('a'), { apiVersion: 'v1' }] })}`,
      says: 'document 2, line 16: items[1]: expected a Kubernetes object with apiVersion and kind, found one without kind',
    },
    {
      title: 'an item of a list is null',
      content: '{"apiVersion":"v1","kind":"PodList","items":[null]}',
      says: 'line 1: items[0]: expected a Kubernetes object with apiVersion and kind, found null',
    },
    {
      title: 'the items of a list are no list',
      content: 'apiVersion: v1\nkind: List\nitems: 3\n',
      says: 'document 1, line 1: items: expected a list, found a number',
    },
    {
      title: 'it is plain text',
      content: 'No resources found in default namespace.\n',
      says: 'document 1, line 1: expected a Kubernetes object with apiVersion and kind, found plain text',
    },
    {
      title: 'it is a JSON array',
      content: `[\n${line},\n${line}\n]\n`,
      says: 'document 1, line 1: expected a Kubernetes object with apiVersion and kind, found a list',
    },
    {
      title: 'its aliases multiply',
      content: [...'abcdefghi']
        .map((name, at, all) => `${name}: &${name} [${at === 0 ? 'x' : Array(9).fill(`*${all[at - 1]}`)}]\n`)
        .join(''),
      says: 'document 1, line 1: not valid YAML: Excessive alias count indicates a resource exhaustion attack',
    },
  ])('$title', async ({ content, says }) => {
    expect(await refusalOf(content)).toBe(`SnapshotError: file: ${says}`);
  });
});

describe('a file that is no snapshot is refused in words', () => {
  test.each<{ title: string; content: string | Uint8Array; says: string }>([
    { title: 'an empty file', content: '', says: 'holds no Kubernetes object, expected YAML, JSON or JSON Lines' },
    {
      title: 'nothing but comments',
      content: '# nothing\n---\n',
      says: 'holds no Kubernetes object, expected YAML, JSON or JSON Lines',
    },
    {
      title: 'a compressed file in a compressed file',
      content: gzipSync(gzipSync(good.repeat(50))),
      says: 'holds binary data, expected YAML, JSON or JSON Lines in UTF-8',
    },
    {
      title: 'UTF-16, as PowerShell writes it',
      content: Buffer.from(`\uFEFF${good}`, 'utf16le'),
      says: 'holds binary data, expected YAML, JSON or JSON Lines in UTF-8',
    },
  ])('$title', async ({ content, says }) => {
    expect(await refusalOf(content)).toBe(`SnapshotError: file: ${says}`);
  });

  test('100,000 nested arrays', async () => {
    expect(await refusalOf('['.repeat(100_000))).toBe(
      'SnapshotError: file: document 1, line 1: not valid JSON: expected value or "]", found the end',
    );
    expect(await refusalOf(`a: ${'['.repeat(100_000)}`)).toMatch(/^SnapshotError: file: document 1, line 1: /);
  });

  test('a missing file and a directory', async () => {
    await withFiles([good], async ([file = '']) => {
      await expect(openSnapshot([file, `${file}.gone`])).rejects.toThrow(`${file}.gone: no such file`);
      await expect(openSnapshot([file, '/'])).rejects.toThrow('/: is a directory, expected a file');
      await expect(openSnapshot([`${file}/below`])).rejects.toThrow(`${file}/below: cannot be read (ENOTDIR)`);
    });
  });
});

test('of several files the broken one is named', async () => {
  await withFiles([good, 'apiVersion: v1\n'], async (files) => {
    await expect(openSnapshot(files)).rejects.toThrow(`${files[1]}: document 1, line 1: `);
  });
});

test('__proto__ and duplicate keys in JSON do no harm', async () => {
  const poison = '"__proto__":{"isAdmin":true,"kind":"Secret"}';
  const cluster = await openText(
    `{"apiVersion":"v1","kind":"Secret","kind":"Pod",${poison},"metadata":{"name":"a","name":"b","namespace":"__proto__",${poison},"labels":{"__proto__":"x","ok":"y"}},"spec":{${poison}}}`,
    `apiVersion: v1\nkind: Pod\n__proto__: {isAdmin: true}\nmetadata: {name: __proto__, namespace: __proto__, __proto__: {}}\nspec: {}\n`,
  );
  const { pods } = await cluster.namespaceObjects('__proto__');
  expect(pods.items.map((item) => item.metadata.name)).toEqual(['b', '__proto__']);
  expect(pods.items[0]?.metadata.labels.get('ok')).toBe('y');
  expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false);
});
