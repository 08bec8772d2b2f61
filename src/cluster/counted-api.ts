import type { Api, ApiAnswer } from './api.ts';

export type ReadOutcome = 'ok' | 'not_found' | 'refused' | 'unanswered';

/** Tells of every read what came of it; `kind` is the plural of a resource. What is written is not told of. */
export function countedApi(api: Api, onRead: (kind: string, outcome: ReadOutcome) => void): Api {
  return {
    server: api.server,
    namespace: api.namespace,
    ...(api.origin !== undefined && { origin: api.origin }),
    close: () => api.close(),
    call: async (call, signal) => {
      const answer = await api.call(call, signal);
      if (call.method === 'GET') onRead(kindOf(call.path), outcomeOf(answer));
      return answer;
    },
  };
}

function outcomeOf(answer: ApiAnswer): ReadOutcome {
  switch (answer.kind) {
    case 'done':
      return 'ok';
    case 'refused':
      return answer.code === 404 ? 'not_found' : 'refused';
    case 'unanswered':
      return 'unanswered';
    default:
      return answer satisfies never;
  }
}

/** `pods` of `/api/v1/namespaces/a/pods/b` and `/apis/GROUP/VERSION/pods`, `namespaces` of `/api/v1/namespaces/a`. */
function kindOf(path: string): string {
  const [, root, ...rest] = path.split('/');
  if (root !== 'api' && root !== 'apis') return root ?? '';
  const [first = '', , inNamespace] = rest.slice(root === 'api' ? 1 : 2);
  return first === 'namespaces' ? (inNamespace ?? first) : first;
}
