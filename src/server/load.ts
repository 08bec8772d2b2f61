import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';

const RESOLUTION_MILLISECONDS = 10;
const SAMPLE_MILLISECONDS = 500;

/** The request is right, and comes at a bad time. */
export class TooBusy extends Error {
  readonly statusCode = 503;
  readonly code = 'TOO_BUSY';
}

/**
 * Refuses requests while the event loop runs so late, `mostSeconds` on average, that their callers would not wait for the
 * answer. Measured by Node alone: whatever opens a file to look at the process fails when file descriptors are short.
 */
export function shedLoad(app: FastifyInstance, mostSeconds: number): void {
  if (mostSeconds <= 0) return;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  histogram.enable();
  let lateMilliseconds = 0;
  const timer = setInterval(() => {
    // Without a sample the loop has not turned at all.
    lateMilliseconds =
      histogram.count === 0 ? Number.POSITIVE_INFINITY : histogram.mean / 1e6 - RESOLUTION_MILLISECONDS;
    histogram.reset();
  }, SAMPLE_MILLISECONDS).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    histogram.disable();
  });
  app.addHook('onRequest', (_request, reply, done) => {
    if (lateMilliseconds <= mostSeconds * 1000) return done();
    reply.header('retry-after', '1');
    done(new TooBusy());
  });
}
