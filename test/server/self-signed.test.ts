import { X509Certificate } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSelfSigned, type SelfSigned } from '../../src/server/self-signed.ts';
import { readTlsPair, writeCaFile } from '../../src/server/tls-files.ts';

const now = new Date('2026-11-22T12:00:00Z');

describe('a self-signed pair', () => {
  let pair: SelfSigned;
  let ca: X509Certificate;
  let certificate: X509Certificate;

  beforeAll(async () => {
    pair = await createSelfSigned('webhook.example.com', now);
    ca = new X509Certificate(pair.ca);
    certificate = new X509Certificate(pair.cert);
  });

  test('is a CA and a certificate that it has issued, with its key', () => {
    expect(ca.ca).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(ca)).toBe(true);
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(pair.key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  test('names this machine and the host', () => {
    for (const host of ['localhost', 'webhook.example.com']) expect(certificate.checkHost(host)).toBe(host);
    for (const address of ['127.0.0.1', '::1']) expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.checkHost('other.example.com')).toBeUndefined();
  });

  test('names a host that is an address as such', async () => {
    const other = new X509Certificate((await createSelfSigned('10.0.0.7', now)).cert);
    expect(other.checkIP('10.0.0.7')).toBe('10.0.0.7');
  });

  test('is valid from an hour ago for a year', () => {
    for (const each of [ca, certificate]) {
      expect(new Date(each.validFrom)).toEqual(new Date('2026-11-22T11:00:00Z'));
      expect(new Date(each.validTo)).toEqual(new Date('2027-11-22T12:00:00Z'));
    }
  });

  test('is another one every time', async () => {
    const again = await createSelfSigned('webhook.example.com', now);
    expect(new X509Certificate(again.cert).serialNumber).not.toBe(certificate.serialNumber);
    expect(again.key).not.toBe(pair.key);
  });
});

describe('files of certificates', () => {
  let pair: SelfSigned;
  let folder: string;
  let caFile: string;

  beforeAll(async () => {
    pair = await createSelfSigned(undefined, now);
    caFile = await writeCaFile(pair.ca);
    folder = dirname(caFile);
    writeFileSync(join(folder, 'tls.crt'), pair.cert);
    writeFileSync(join(folder, 'tls.key'), pair.key);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test("the CA's lies in a folder of its own that others cannot write to", () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(caFile).toMatch(/headroom-.*ca\.crt$/);
  });

  test('a pair is read', async () => {
    expect(await readTlsPair(join(folder, 'tls.crt'), join(folder, 'tls.key'))).toEqual({
      cert: pair.cert,
      key: pair.key,
    });
  });

  test('that are missing are named, with the setting that named them', async () => {
    await expect(readTlsPair(join(folder, 'none.crt'), join(folder, 'tls.key'))).rejects.toThrow(
      /^--tls-cert: cannot read .*none\.crt/,
    );
    await expect(readTlsPair(join(folder, 'tls.crt'), join(folder, 'none.key'))).rejects.toThrow(
      /^--tls-key: cannot read .*none\.key/,
    );
  });

  test('that do not belong together are refused', async () => {
    await expect(readTlsPair(caFile, join(folder, 'tls.key'))).rejects.toThrow(/are not a certificate and its key/);
    await expect(readTlsPair(join(folder, 'tls.crt'), caFile)).rejects.toThrow(/are not a certificate and its key/);
  });
});
