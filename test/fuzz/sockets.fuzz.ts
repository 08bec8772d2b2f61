import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { defaultLimits } from '../../src/server/limits.ts';
import { createSelfSigned } from '../../src/server/self-signed.ts';
import { fakeForecaster, forecastThatExceeds } from '../admission/fake-forecaster.ts';
import { loadReviews } from '../reviews/load-reviews.ts';
import { httpsClient } from '../server/https-client.ts';
import { paths, webhookApp } from '../server/webhook-app.ts';
import { byteChanges, changedBytes } from './mutations/byte-changes.ts';
import { type FuzzTarget, property } from './target.ts';

/** Shorter than in a cluster, so that a request that is never complete is seen to be given up. */
const limits = { ...defaultLimits, eventLoopDelaySeconds: 0, requestTimeoutSeconds: 2, headersTimeoutSeconds: 1 };
/** Both of these, once more for the interval in which Node looks, and time on a busy machine. */
const GIVEN_UP_MILLISECONDS = 20_000;

const bodies = loadReviews().map(({ review }) => Buffer.from(JSON.stringify(review)));
const { ca, cert, key } = await createSelfSigned(undefined, new Date());
const { app, lines, post } = webhookApp(fakeForecaster(forecastThatExceeds), { tls: { cert, key }, limits });
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;
const client = httpsClient(`https://127.0.0.1:${port}`, ca);

/** Everything that the server sends until it closes; it is told that nothing more comes, or it has to lose patience. */
function exchange(sent: Buffer, ending: 'ends' | 'waits'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca });
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error('the connection was neither answered nor closed'));
    }, GIVEN_UP_MILLISECONDS);
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', finish).once('close', finish).once('end', finish);
    socket.write(sent);
    if (ending === 'ends') socket.end();
  });
}

function requestOf(body: Buffer, path: string, framing: string): Buffer {
  const headers = `POST ${path} HTTP/1.1\r\nhost: headroom\r\ncontent-type: application/json\r\nconnection: close\r\n`;
  if (framing === 'length') {
    return Buffer.concat([Buffer.from(`${headers}content-length: ${body.length}\r\n\r\n`), body]);
  }
  const size = body.length.toString(16);
  return Buffer.concat([
    Buffer.from(`${headers}transfer-encoding: chunked\r\n\r\n${size}\r\n`),
    body,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
}

const STATUS = /HTTP\/1\.1 (\d{3}) /g;
const path = fc.constantFrom(...paths);
const body = fc.nat({ max: bodies.length - 1 });

function checkLog(): void {
  const bugs = lines.splice(0).filter(({ level }) => Number(level) >= 50);
  assert.deepEqual(bugs, []);
}

export const target: FuzzTarget = {
  close: async () => {
    client.close();
    await app.close();
  },
  properties: [
    property({
      title: 'over HTTPS a damaged body gets the very answer that it gets without',
      given: fc.record({ body, path, changes: byteChanges }),
      mustSee: ['200', '400'],
      holds: async ({ body: index, path: to, changes }, saw) => {
        const damaged = changedBytes(bodies[index] as Buffer, changes);
        const text = damaged.toString();
        const [sent, injected] = await Promise.all([client.post(to, text), post(to, text)]);
        assert.deepEqual([sent.statusCode, sent.body], [injected.statusCode, injected.body]);
        saw(String(sent.statusCode));
        checkLog();
      },
    }),
    property({
      title:
        'a damaged HTTP request is answered below 500 or its connection closed, and the next one is answered as ever',
      given: fc.record({
        body,
        path,
        changes: byteChanges,
        framing: fc.constantFrom('length', 'chunked'),
        // Of those that wait each may take seconds.
        ending: fc.oneof({ weight: 30, arbitrary: fc.constant('ends' as const) }, fc.constant('waits' as const)),
      }),
      mustSee: ['400'],
      holds: async ({ body: index, path: to, changes, framing, ending }, saw) => {
        const request = requestOf(bodies[index] as Buffer, to, framing);
        // The head is a fiftieth of the request and has to be met as often as the body.
        const head = request.subarray(0, 400);
        const damaged = Buffer.concat([changedBytes(head, changes), request.subarray(400)]);
        const answer = await exchange(damaged, ending);
        const codes = [...answer.matchAll(STATUS)].map(([, code]) => Number(code));
        for (const code of codes) {
          assert.ok(code < 500, answer);
          saw(String(code));
        }
        if (codes.length === 0) saw('closed');
        const next = await client.post(to, (bodies[index] as Buffer).toString());
        assert.equal(next.statusCode, 200);
        checkLog();
      },
    }),
  ],
};
