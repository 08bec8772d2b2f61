import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { defaultLimits } from '../../src/server/limits.ts';
import { MOST_VALUES } from '../../src/server/nesting.ts';
import { fakeForecaster } from '../admission/fake-forecaster.ts';
import { migrationReview } from '../reviews/load-reviews.ts';
import { webhookApp } from './webhook-app.ts';

const KIBIBYTE = 1024;
const REVIEW = JSON.stringify(migrationReview());
const head = (bytes: number) =>
  `POST /validate/migrations HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`;
const padded = (bytes: number) => REVIEW.padEnd(bytes);

const apps: FastifyInstance[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** An app that listens, with room for 256 KiB of requests and ten connections. */
const listen = async (forecaster = fakeForecaster()) => {
  const limits = {
    ...defaultLimits,
    eventLoopDelaySeconds: 0,
    decisionTimeoutSeconds: 1,
    bodiesInFlightBytes: 256 * KIBIBYTE,
    connections: 10,
  };
  const { app } = webhookApp(forecaster, { limits });
  apps.push(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const dial = () => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const closed = once(socket, 'close').then(() => text);
    /** The status codes received when there are so many, or the connection is closed. */
    const codes = async (count: number): Promise<readonly (string | undefined)[]> => {
      const found = () => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code);
      while (found().length < count && !socket.destroyed) {
        await Promise.race([once(socket, 'data').catch(() => undefined), closed]);
      }
      return found();
    };
    const send = (bytes: string) => new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
    return { socket, send, codes };
  };
  return { app, dial };
};
const connectionsOf = (app: FastifyInstance) =>
  new Promise<number>((resolve) => app.server.getConnections((_error, count) => resolve(count)));
const answer = async ({ send, codes }: ReturnType<Awaited<ReturnType<typeof listen>>['dial']>, body: string) => {
  await send(`${head(body.length)}${body}`);
  return (await codes(1))[0];
};

describe('requests that are not answered yet share one room', () => {
  test('the largest body that is still being read gives way to a small one', async () => {
    const { dial } = await listen();
    const [small, large] = [dial(), dial()];
    await small.send(`${head(300 * KIBIBYTE)}${' '.repeat(30 * KIBIBYTE)}`);
    await large.send(`${head(300 * KIBIBYTE)}${' '.repeat(200 * KIBIBYTE)}`);
    expect(await answer(dial(), padded(60 * KIBIBYTE))).toBe('200');
    expect(await large.codes(1)).toEqual(['503']);
    expect(await small.codes(0)).toEqual([]);
  });

  test('a body that is larger than all of it is refused', async () => {
    const { dial } = await listen();
    expect(await answer(dial(), padded(300 * KIBIBYTE))).toBe('503');
    expect(await answer(dial(), REVIEW)).toBe('200');
  });

  test('a small body takes from the beginning what it says that it will be', async () => {
    const { dial } = await listen();
    const large = dial();
    await large.send(`${head(300 * KIBIBYTE)}${' '.repeat(100 * KIBIBYTE)}`);
    const small = Array.from({ length: 7 }, () => dial());
    for (const { send } of small) await send(head(16 * KIBIBYTE));
    expect(await large.codes(1)).toEqual(['503']);
    expect(await answer(dial(), REVIEW)).toBe('200');
    for (const { codes } of small) expect(await codes(0)).toEqual([]);
  });

  test('who leaves in the middle, also with requests waiting in line, gives back what he took', async () => {
    // The first of a line is never answered, so that the others wait.
    const { app, dial } = await listen({ ...fakeForecaster(), forecastMigration: () => new Promise(() => undefined) });
    for (let times = 0; times < 20; times += 1) {
      const client = dial();
      await client.send(`${head(REVIEW.length)}${REVIEW}`.repeat(5) + head(300 * KIBIBYTE) + ' '.repeat(50 * KIBIBYTE));
      client.socket.destroy();
      await once(client.socket, 'close');
    }
    while ((await connectionsOf(app)) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const left = await app.inject({
      method: 'POST',
      url: '/mutate/pods',
      headers: { 'content-type': 'application/json' },
      payload: padded(200 * KIBIBYTE),
    });
    expect(left.statusCode).toBe(200);
  });

  test('who has been answered takes no room, however often he asks over one connection', async () => {
    const { dial } = await listen();
    const client = dial();
    for (let times = 1; times <= 10; times += 1) {
      const body = padded(100 * KIBIBYTE);
      await client.send(`${head(body.length)}${body}`);
      expect((await client.codes(times)).at(-1)).toBe('200');
    }
  });

  test('what is being decided is not given up: a large body that comes then is', async () => {
    const begun = Promise.withResolvers<void>();
    const forecastMigration = () => {
      begun.resolve();
      return new Promise<never>(() => undefined);
    };
    const { dial } = await listen({ ...fakeForecaster(), forecastMigration });
    const deciding = dial();
    await deciding.send(`${head(200 * KIBIBYTE)}${padded(200 * KIBIBYTE)}`);
    await begun.promise;
    expect(await answer(dial(), padded(100 * KIBIBYTE))).toBe('503');
    expect(await deciding.codes(1)).toEqual(['200']);
  });

  test.each([
    ['empty objects', '{},'],
    ['empty lists', '[],'],
    ['numbers', '1,'],
    ['members', '"":0,'],
  ])('%s that take many times their text are too many before they are parsed', async (_title, piece) => {
    const { post } = webhookApp();
    const [opening, closing] = piece.startsWith('"') ? ['{', '"":0}'] : ['[', '0]'];
    const many = (count: number) => `${opening}${piece.repeat(count)}${closing}`;
    const refused = await post('/validate/migrations', REVIEW.replace('{', `{"more":${many(MOST_VALUES)},`));
    expect(refused.statusCode).toBe(413);
    expect(refused.json().error).toBe(`the body is too large; expected at most ${MOST_VALUES} values`);
    const answered = await post('/validate/migrations', REVIEW.replace('{', `{"more":${many(MOST_VALUES / 4)},`));
    expect(answered.statusCode).toBe(200);
  });
});

test('of too many connections the idle ones are closed, so that the next caller is answered', async () => {
  const { dial } = await listen();
  const idle: ReturnType<typeof dial>[] = [];
  for (let count = 0; count < 9; count += 1) {
    const client = dial();
    idle.push(client);
    expect(await answer(client, REVIEW)).toBe('200');
  }
  expect(idle.filter(({ socket }) => socket.destroyed)).toEqual([]);
  expect(await answer(dial(), REVIEW)).toBe('200');
  for (const { socket } of idle) if (!socket.destroyed) await once(socket, 'close');
});
