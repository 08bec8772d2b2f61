import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

const A_REVIEW = 'an AdmissionReview as JSON';

/** Fastify's own findings in words that say what was expected. */
const SENTENCES: ReadonlyMap<string, (bodyLimitBytes: number) => string> = new Map<
  string,
  (bodyLimitBytes: number) => string
>([
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', () => `expected content-type application/json with ${A_REVIEW}`],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', () => `the body is empty; expected ${A_REVIEW}`],
  ['FST_ERR_CTP_INVALID_JSON_BODY', () => `the body is not valid JSON; expected ${A_REVIEW}`],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', () => `the body is not as long as content-length says; expected ${A_REVIEW}`],
  ['FST_ERR_CTP_BODY_TOO_LARGE', (bodyLimitBytes) => `the body is too large; expected at most ${bodyLimitBytes} bytes`],
  ['TOO_BUSY', () => 'too busy to answer; try again'],
]);

export interface ErrorAnswer {
  readonly code: number;
  readonly error: string;
}

/** The status code and the sentence for an error. Of one that is not the caller's nothing is disclosed. */
export function errorAnswer(error: FastifyError, bodyLimitBytes: number): ErrorAnswer {
  const code = error.statusCode ?? 500;
  const sentence = SENTENCES.get(error.code)?.(bodyLimitBytes);
  if (sentence !== undefined) return { code, error: sentence };
  return code < 500 ? { code, error: error.message } : { code, error: 'internal error' };
}

export function answerErrors(bodyLimitBytes: number, logger: Logger, recordUnreadable: (code: number) => void) {
  return (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    const answer = errorAnswer(error, bodyLimitBytes);
    recordUnreadable(answer.code);
    if (answer.code >= 500 && error.code !== 'TOO_BUSY') logger.error({ err: error }, 'request failed');
    else logger.warn({ code: answer.code, error: answer.error }, 'request not answered');
    reply.code(answer.code).type('application/json; charset=utf-8').send(answer);
  };
}
