import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createSelfSigned, type SelfSigned } from '../../src/server/self-signed.ts';
import { readTlsPair, watchTlsFiles } from '../../src/server/tls-files.ts';
import { FakeClock } from './fake-clock.ts';
import { collectingLogger, type LogLine } from './replicas.ts';

const now = new Date('2026-11-22T12:00:00Z');

let first: SelfSigned;
let second: SelfSigned;
let folder: string;
let clock: FakeClock;
let taken: string[];
let lines: LogLine[];
let stop: () => void;

/** As kubelet does it: a folder a version, and a link to it that is swapped. */
function mount(version: string, { cert, key }: { cert: string; key: string }): void {
  mkdirSync(join(folder, version));
  writeFileSync(join(folder, version, 'tls.crt'), cert);
  writeFileSync(join(folder, version, 'tls.key'), key);
  symlinkSync(version, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
}

const file = (name: string) => join(folder, name);

beforeAll(async () => {
  first = await createSelfSigned(undefined, now);
  second = await createSelfSigned(undefined, now);
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-test-'));
  mount('..1', first);
  for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), file(name));
  clock = new FakeClock(now);
  taken = [];
  lines = [];
  const [certFile, keyFile] = [file('tls.crt'), file('tls.key')];
  stop = watchTlsFiles(
    { certFile, keyFile, pair: await readTlsPair(certFile, keyFile) },
    { clock, logger: collectingLogger(lines), onPair: ({ cert }) => void taken.push(cert) },
  );
});

afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

test('a certificate that kubelet swaps is taken up', async () => {
  await clock.advance(30);
  expect(taken).toEqual([]);
  mount('..2', second);
  await clock.advance(11);
  expect(taken).toEqual([second.cert]);
  await clock.advance(30);
  expect(taken).toHaveLength(1);
});

test('one that is swapped back is taken up again', async () => {
  mount('..2', second);
  await clock.advance(11);
  mount('..3', first);
  await clock.advance(11);
  expect(taken).toEqual([second.cert, first.cert]);
});

test.each([
  ['half written', () => ({ cert: second.cert.slice(0, 300), key: second.key })],
  ['without its new key', () => ({ cert: second.cert, key: first.key })],
  ['empty', () => ({ cert: '', key: '' })],
])('a certificate that is %s is not taken up, is logged once, and is when it is whole', async (_, broken) => {
  mount('..2', broken());
  await clock.advance(60);
  expect(taken).toEqual([]);
  expect(lines.map(({ level, text }) => [level, text])).toEqual([['warn', 'the changed files are not taken up']]);
  mount('..3', second);
  await clock.advance(11);
  expect(taken).toEqual([second.cert]);
});

test('files that are away for a while change nothing', async () => {
  rmSync(file('tls.crt'));
  await clock.advance(30);
  symlinkSync(join('..data', 'tls.crt'), file('tls.crt'));
  await clock.advance(30);
  expect(taken).toEqual([]);
  expect(lines.map(({ text }) => text)).toEqual(['the changed files are not taken up', 'as it should be again']);
});

test('a chain that is still being written is taken up whole', async () => {
  mount('..2', second);
  await clock.advance(5);
  mount('..3', { cert: second.cert + second.ca, key: second.key });
  await clock.advance(11);
  expect(taken).toEqual([second.cert + second.ca]);
});

test('nothing is taken up after the end', async () => {
  stop();
  mount('..2', second);
  await clock.advance(30);
  await setImmediate();
  expect(taken).toEqual([]);
});
