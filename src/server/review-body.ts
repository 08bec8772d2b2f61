import type { FastifyInstance } from 'fastify';
import { DEEPEST_NESTING, excessOf, MOST_VALUES } from './nesting.ts';

/** A request that cannot be read, and the answer to it. */
export class UnreadableRequest extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.name = 'UnreadableRequest';
    this.statusCode = statusCode;
  }
}

const EXCESSES = {
  depth: () =>
    new UnreadableRequest(
      400,
      `the body nests deeper than ${DEEPEST_NESTING} levels; expected an AdmissionReview as JSON`,
    ),
  values: () => new UnreadableRequest(413, `the body is too large; expected at most ${MOST_VALUES} values`),
};

/**
 * Makes `application/json` the only body that is read. The names `__proto__` and `constructor` are dropped instead of
 * refused: a label may be called so, and the review is still answered.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('remove', 'remove');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    const excess = excessOf(body, { depth: DEEPEST_NESTING, values: MOST_VALUES });
    if (excess !== undefined) {
      done(EXCESSES[excess](), undefined);
      return;
    }
    void parseJson(request, body, done);
  });
}

/** The API server sends plain JSON; unpacking what others send would let a small body become a huge one. */
export function refuseEncodedBodies(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') done();
    else done(new UnreadableRequest(415, 'expected a body without content-encoding: plain application/json'));
  });
}
