import { describe, expect, test } from '@jest/globals';
import type { Api, ApiAnswer, ApiCall } from '../../src/cluster/api.ts';
import { selfTest } from '../../src/commands/self-test.ts';
import { expectGolden } from './golden.ts';
import { headroom, withFolder } from './run-program.ts';

/** An API server that gives one answer, and keeps what it was asked. */
function apiThatAnswers(answer: ApiAnswer): Api & { readonly calls: ApiCall[] } {
  const calls: ApiCall[] = [];
  return {
    calls,
    server: 'https://api.example',
    namespace: undefined,
    call: async (call) => {
      calls.push(call);
      return answer;
    },
    close: async () => undefined,
  };
}

function findingOf(answer: ApiAnswer) {
  return selfTest(apiThatAnswers(answer), 'team-a', AbortSignal.timeout(1000));
}

const refusal = (code: number, message: string, warnings: readonly string[] = []): ApiAnswer => {
  return { kind: 'refused', code, reason: '', message, warnings };
};
const VERDICT = 'headroom.harvesterhci.io/verdict';
const UNKNOWN_VMI = 'Cannot tell whether VM team-a/headroom-self-test fits its quota: it was not found';
const DENIAL =
  'admission webhook "validate-migrations.headroom.harvesterhci.io" denied the request: VM team-a/headroom-self-test cannot migrate';

describe('the self-test asks the API server for one migration', () => {
  test('as a dry run, in the namespace given', async () => {
    const api = apiThatAnswers({ kind: 'unanswered', message: 'down' });
    await selfTest(api, 'team-a', AbortSignal.timeout(1000));
    expect(api.calls).toEqual([
      {
        method: 'POST',
        path: '/apis/kubevirt.io/v1/namespaces/team-a/virtualmachineinstancemigrations',
        query: { dryRun: 'All' },
        body: {
          apiVersion: 'kubevirt.io/v1',
          kind: 'VirtualMachineInstanceMigration',
          metadata: { generateName: 'headroom-self-test-', namespace: 'team-a' },
          spec: { vmiName: 'headroom-self-test' },
        },
      },
    ]);
  });
});

describe('headroom has answered', () => {
  test('where the migration that comes back carries its verdict', async () => {
    const body = { metadata: { annotations: { [VERDICT]: 'unknown' } } };
    expect(await findingOf({ kind: 'done', body, warnings: [] })).toEqual({
      answered: true,
      verdict: 'unknown',
      message: 'headroom answered: verdict unknown',
    });
  });

  test.each([
    [
      'where KubeVirt refuses the migration of a VM that does not exist, after headroom warned',
      refusal(422, 'the VMI "headroom-self-test" does not exist', ['be careful', UNKNOWN_VMI]),
      'then refused: the VMI "headroom-self-test" does not exist',
    ],
    ['where it denies the migration itself', refusal(403, DENIAL), `and denied: ${DENIAL}`],
  ])('%s', async (_title, answer, words) => {
    const { answered, message } = await findingOf(answer);
    expect({ answered, message }).toEqual({ answered: true, message: expect.stringContaining(words) });
  });
});

describe('headroom has not answered', () => {
  const unreached =
    'Internal error occurred: failed calling webhook "validate-migrations.headroom.harvesterhci.io": no endpoints available';
  const forbidden =
    'virtualmachineinstancemigrations.kubevirt.io is forbidden: User "me" cannot create resource "virtualmachineinstancemigrations"';
  test.each<[string, ApiAnswer, string]>([
    ['where the migration is admitted without a verdict', { kind: 'done', body: {}, warnings: [] }, 'was not asked'],
    [
      'where another webhook alone annotates the migration',
      { kind: 'done', body: { metadata: { annotations: { other: 'x' } } }, warnings: ['other'] },
      'was not asked',
    ],
    ['where failurePolicy Fail says that it cannot be reached', refusal(500, unreached), unreached],
    ['where the asker may not create migrations', refusal(403, forbidden), 'not allowed to create migrations'],
    ['where the credentials have expired', refusal(401, 'Unauthorized'), 'does not know these credentials'],
    [
      'where the namespace does not exist',
      refusal(404, 'namespaces "team-a" not found'),
      'there is no namespace team-a: give another with --namespace',
    ],
    ['where KubeVirt is not installed', refusal(404, 'HTTP status 404'), 'there is no KubeVirt here'],
    [
      'where another webhook refuses first',
      refusal(403, 'admission webhook "other.example" denied the request: no', ['unrelated']),
      'refused before headroom could be asked: admission webhook "other.example"',
    ],
    [
      'where the API server is down',
      { kind: 'unanswered', message: 'connect refused' },
      'did not answer: connect refused',
    ],
  ])('%s', async (_title, answer, words) => {
    const { answered, message } = await findingOf(answer);
    expect({ answered, message }).toEqual({ answered: false, message: expect.stringContaining(words) });
  });
});

/** Nothing listens on port 1. */
const KUBECONFIG = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: { token: 't' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
});

describe('the command self-test', () => {
  test('fails in a sentence where the API server cannot be reached', async () => {
    await withFolder({ config: KUBECONFIG }, async (folder) => {
      const { exitCode, stdout, stderr } = await headroom(`self-test --kubeconfig ${folder}/config`);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(/^error: the API server did not answer: .*ECONNREFUSED/);
    });
  });

  test('says the same to a program', async () => {
    await withFolder({ config: KUBECONFIG }, async (folder) => {
      const { exitCode, stdout } = await headroom(`self-test -n team-a -o json --kubeconfig ${folder}/config`);
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toEqual({ answered: false, message: expect.stringContaining('did not answer') });
    });
  });

  test('refuses what can be no namespace', async () => {
    const { exitCode, stderr } = await headroom('self-test -n ../kube-system');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'error: --namespace: "../kube-system" is not a name\n',
    });
  });

  test('explains itself', async () => {
    expectGolden('help-self-test.txt', (await headroom('self-test --help')).stdout);
  });
});
