import type { ServerResponse } from 'node:http';
import type { ApiCall } from '../../src/cluster/api.ts';
import type { FakeApiServer } from './fake-api-server.ts';
import { answerJson, type SentCall } from './https-api-server.ts';

/** Answers of an HttpsApiServer as a FakeApiServer gives them. */
export function answersOf(cluster: FakeApiServer): (response: ServerResponse, call: SentCall) => void {
  return (response, { method, url }) => {
    const { pathname, searchParams } = new URL(url, 'https://any');
    const call: ApiCall = {
      method: method as ApiCall['method'],
      path: pathname,
      query: Object.fromEntries(searchParams),
    };
    void cluster.call(call, new AbortController().signal).then((answer) => {
      switch (answer.kind) {
        case 'done':
          return answerJson(answer.body)(response, undefined as never);
        case 'refused': {
          const { code, reason, message } = answer;
          return answerJson({ kind: 'Status', reason, message }, code)(response, undefined as never);
        }
        case 'unanswered':
          return response.destroy();
        default:
          return answer satisfies never;
      }
    });
  };
}
