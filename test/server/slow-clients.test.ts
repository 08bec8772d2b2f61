import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../src/server/limits.ts';
import { migrationReview } from '../reviews/load-reviews.ts';
import { webhookApp } from './webhook-app.ts';

const { app, ask } = webhookApp(undefined, {
  limits: { ...defaultLimits, eventLoopDelaySeconds: 0, headersTimeoutSeconds: 0.05, requestTimeoutSeconds: 0.05 },
});

const REQUEST = 'POST /validate/migrations HTTP/1.1\r\nhost: a\r\n';
const HEADERS = `${REQUEST}content-type: application/json\r\ncontent-length: 100\r\n\r\n`;

describe('a client that does not come to an end', () => {
  beforeAll(async () => {
    await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => app.close());

  const dial = (): Socket => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    return socket;
  };

  test.each([
    ['its headers', REQUEST],
    ['its body', `${HEADERS}{`],
  ])('with %s is cut off', async (_title, sent) => {
    const socket = dial();
    socket.write(sent);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 408 |^$/);
  });

  test('and leaves in the middle does no harm', async () => {
    const socket = dial();
    socket.write(`${HEADERS}{"kind":`, () => socket.destroy());
    await once(socket, 'close');
    const { response } = await ask('/validate/migrations', migrationReview());
    expect(response.allowed).toBe(true);
  });
});
