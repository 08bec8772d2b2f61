import type { Api, ApiAnswer, ApiCall } from '../cluster/api.ts';

const CALL_MILLISECONDS = 5000;

/** Every call ends, whatever the API server does. */
export function callInTime(api: Api, call: ApiCall, stopped: AbortSignal): Promise<ApiAnswer> {
  return api.call(call, AbortSignal.any([stopped, AbortSignal.timeout(CALL_MILLISECONDS)]));
}

export type Unhappy = Exclude<ApiAnswer, { kind: 'done' }>;

/** What has gone wrong, the same words for the same kind of thing: they decide whether it is logged again. */
export function describeUnhappy(what: string, answer: Unhappy): string {
  return answer.kind === 'unanswered'
    ? `cannot ${what}: the API server does not answer`
    : `cannot ${what}: ${answer.code} ${answer.reason}`.trimEnd();
}

/** Somebody else was faster, or the object has come or gone meanwhile: what was decided is decided again. */
export function isOutrun(answer: Unhappy): boolean {
  return answer.kind === 'refused' && (answer.code === 409 || answer.code === 404);
}

export function isNotFound(answer: Unhappy): boolean {
  return answer.kind === 'refused' && answer.code === 404;
}
