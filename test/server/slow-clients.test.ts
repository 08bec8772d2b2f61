import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../src/server/limits.ts';
import { migrationReview } from '../reviews/load-reviews.ts';
import { webhookApp } from './webhook-app.ts';

const { app, ask } = webhookApp(undefined, {
  limits: {
    ...defaultLimits,
    connections: 10,
    eventLoopDelaySeconds: 0,
    headersTimeoutSeconds: 0.05,
    requestTimeoutSeconds: 0.05,
  },
});

const REQUEST = 'POST /validate/migrations HTTP/1.1\r\nhost: a\r\n';
const HEADERS = `${REQUEST}content-type: application/json\r\ncontent-length: 100\r\n\r\n`;

describe('a client that does not come to an end', () => {
  beforeAll(async () => {
    await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => app.close());

  /** Until whoever was silent or slow before this has had its time. */
  const untilSlowOnesHaveHadTheirTime = async (): Promise<void> => {
    const slow = dial();
    slow.write(REQUEST);
    await once(slow.resume(), 'close');
  };

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

  test('because it has not begun keeps its connection: API servers open some for later', async () => {
    const silent = dial();
    await once(silent, 'connect');
    await untilSlowOnesHaveHadTheirTime();
    silent.write(`${REQUEST}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}`);
    const [answer] = await once(silent, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 .*expected an AdmissionReview/s);
    silent.destroy();
  });

  test('because it never begins gives way when there is no room for more', async () => {
    const silent = Array.from({ length: 8 }, dial);
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    await untilSlowOnesHaveHadTheirTime();
    const closed = Promise.all(silent.map((socket) => once(socket.resume(), 'close')));
    const others = [dial(), dial()];
    await closed;
    for (const socket of others) socket.destroy();
  });

  test('and leaves in the middle does no harm', async () => {
    const socket = dial();
    socket.write(`${HEADERS}{"kind":`, () => socket.destroy());
    await once(socket, 'close');
    const { response } = await ask('/validate/migrations', migrationReview());
    expect(response.allowed).toBe(true);
  });
});
