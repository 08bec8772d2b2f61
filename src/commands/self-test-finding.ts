import { VERDICT_ANNOTATION } from '../admission/annotation-names.ts';
import { isPlainObject } from '../admission/review.ts';
import type { ApiAnswer } from '../cluster/api.ts';

/** Of a VM that need not exist. */
export const SELF_TEST_VMI = 'headroom-self-test';

/** Whether the API server asked headroom, in a sentence. */
export interface SelfTestFinding {
  readonly answered: boolean;
  readonly verdict?: string;
  readonly message: string;
}

type Refusal = Extract<ApiAnswer, { readonly kind: 'refused' }>;

/** What the API server's answer to a dry-run migration tells. */
export function selfTestFinding(answer: ApiAnswer, namespace: string): SelfTestFinding {
  switch (answer.kind) {
    case 'done':
      return admitted(answer.body, namespace);
    case 'refused':
      return refused(answer, namespace);
    case 'unanswered':
      return { answered: false, message: `the API server did not answer: ${answer.message}` };
    default:
      return answer satisfies never;
  }
}

function admitted(body: unknown, namespace: string): SelfTestFinding {
  const verdict = annotationsOf(body)[VERDICT_ANNOTATION];
  if (typeof verdict === 'string') return { answered: true, verdict, message: `headroom answered: verdict ${verdict}` };
  return {
    answered: false,
    message:
      `headroom was not asked: the API server admits migrations in namespace ${namespace} without it. Either it cannot ` +
      'reach the webhook, or does not trust its certificate (caBundle of the webhook configurations), or the namespace ' +
      'is excluded or has policy off. The logs of headroom and of the API server say more',
  };
}

function annotationsOf(body: unknown): Record<string, unknown> {
  const metadata = isPlainObject(body) ? body.metadata : undefined;
  const annotations = isPlainObject(metadata) ? metadata.annotations : undefined;
  return isPlainObject(annotations) ? annotations : {};
}

interface RefusalRow {
  readonly matches: (refusal: Refusal, namespace: string) => boolean;
  readonly answered?: true;
  readonly sentence: (refusal: Refusal, namespace: string) => string;
}

/** The first row that matches. KubeVirt's own webhooks refuse a migration of a VM that does not exist, once headroom was asked. */
const REFUSALS: readonly RefusalRow[] = [
  {
    matches: ({ message }) => /headroom\.harvesterhci\.io" denied the request/.test(message),
    answered: true,
    sentence: ({ message }) => `headroom answered, and denied: ${message}`,
  },
  {
    matches: ({ warnings }) => warnings.some((warning) => warning.includes(SELF_TEST_VMI)),
    answered: true,
    sentence: ({ message }) => `headroom answered, with a warning; the migration was then refused: ${message}`,
  },
  {
    matches: ({ message }) => /failed calling webhook "[^"]*headroom\.harvesterhci\.io"/.test(message),
    sentence: ({ message }) => `the API server could not ask headroom: ${message}`,
  },
  {
    matches: ({ code }) => code === 401,
    sentence: ({ message }) => `the API server does not know these credentials: ${message}`,
  },
  {
    matches: ({ code, message }) => code === 403 && /cannot create resource/.test(message),
    sentence: ({ message }, namespace) => `not allowed to create migrations in namespace ${namespace}: ${message}`,
  },
  {
    matches: ({ code, message }, namespace) => code === 404 && message.includes(`namespaces "${namespace}" not found`),
    sentence: (_, namespace) => `there is no namespace ${namespace}: give another with --namespace`,
  },
  {
    matches: ({ code }) => code === 404,
    sentence: () =>
      'there is no KubeVirt here: the API server knows no VirtualMachineInstanceMigration of kubevirt.io/v1',
  },
];

function refused(refusal: Refusal, namespace: string): SelfTestFinding {
  const row = REFUSALS.find(({ matches }) => matches(refusal, namespace));
  if (row === undefined) {
    return { answered: false, message: `refused before headroom could be asked: ${refusal.message}` };
  }
  return { answered: row.answered ?? false, message: row.sentence(refusal, namespace) };
}
