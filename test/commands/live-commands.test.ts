import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSelfSigned, type SelfSigned } from '../../src/server/self-signed.ts';
import { FakeApiServer, refused } from '../builders/fake-api-server.ts';
import { HttpsApiServer } from '../builders/https-api-server.ts';
import { answersOf } from '../builders/https-cluster.ts';
import type { Json } from '../builders/json.ts';
import { namespace } from '../builders/namespace.ts';
import { objectsIn } from '../cluster/live-and-snapshot.ts';
import { loadObserved } from '../observed/load-observed.ts';
import { headroom, type ProgramResult } from './run-program.ts';

/** The namespace of the KubeVirt object. */
const SYSTEM = namespace({ metadata: { name: 'harvester-system' } });

let pair: SelfSigned;
let server: HttpsApiServer;
let cluster: FakeApiServer;
let kubeconfig: string;

beforeAll(async () => {
  pair = await createSelfSigned(undefined, new Date());
});

beforeEach(async () => {
  server = await HttpsApiServer.start(pair);
  cluster = new FakeApiServer([...objectsIn(loadObserved('test2-step5a-migrating')), SYSTEM]);
  server.answers = [answersOf(cluster)];
  kubeconfig = server.kubeconfig();
});

afterEach(() => server.stop());

function live(line: string): Promise<ProgramResult> {
  return headroom(`${line} --kubeconfig ${kubeconfig}`);
}

function where(): string {
  return `the API server ${server.url} (context main of ${kubeconfig}, user me`;
}

/** What is said on stderr of a command that has failed. */
async function failure(line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await headroom(line);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  return stderr;
}

describe('a cluster and what is saved of it', () => {
  test.each(['forecast -A -o json', 'forecast -n quota-test', 'overhead -A -o json', 'doctor -o json'])(
    'give the same answer to %s',
    async (line) => {
      const file = join(server.folder, 'cluster.jsonl.gz');
      const { exitCode, stderr } = await live(`snapshot -o ${file}`);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: expect.stringMatching(/^note: .*1 ResourceQuota\n$/),
      });
      const answer = await live(line);
      expect(answer.stdout).toContain('quota-test');
      expect(answer).toEqual(await headroom(`${line} --snapshot ${file}`));
    },
  );

  test('without KubeVirt and Harvester, which is said', async () => {
    cluster.intervene = ({ path }) => (path.startsWith('/apis/') ? refused(404) : undefined);
    const { exitCode, stderr } = await live(`snapshot -o ${join(server.folder, 'cluster.jsonl')}`);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      'note: the API server knows no KubeVirt, VirtualMachine, VirtualMachineInstanceMigration, VirtualMachineInstance: KubeVirt is not installed there; is this the right context?',
    );
    expect(stderr).toContain('note: the API server knows no Setting of Harvester: nothing scales quotas there');
  });

  test('that nobody may list are told of by kind, with the command that checks it, and no file is left', async () => {
    cluster.intervene = ({ path }) => (path === '/api/v1/pods' ? refused(403, 'pods is forbidden') : undefined);
    const { exitCode, stderr } = await live(`snapshot -o ${join(server.folder, 'cluster.jsonl')}`);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `error: ${where()}) does not permit: list pods in all namespaces\nerror: to check: kubectl --kubeconfig ${kubeconfig} auth can-i list pods -A\n`,
    );
    expect(readdirSync(server.folder)).toEqual(['kubeconfig']);
  });

  test('leave nothing behind when somebody interrupts', async () => {
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    server.answers = [() => asked()];
    const args = ['snapshot', '--kubeconfig', kubeconfig, '-o', join(server.folder, 'cluster.jsonl')];
    const child = spawn(process.execPath, ['src/cli.ts', ...args], { stdio: 'ignore' });
    await isAsked;
    expect(readdirSync(server.folder)).toHaveLength(2);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
    expect(readdirSync(server.folder)).toEqual(['kubeconfig']);
  });
});

describe.each(['forecast -A', 'forecast vm1 -n quota-test', 'overhead -A', 'doctor', 'snapshot -o /dev/null'])(
  '%s',
  (line) => {
    test('says which API server it cannot connect to, and where it has that from', async () => {
      kubeconfig = server.kubeconfig({ token: 'secret' }, { server: 'https://127.0.0.1:1' });
      expect(await failure(`${line} --kubeconfig ${kubeconfig}`)).toBe(
        `error: the API server https://127.0.0.1:1 (context main of ${kubeconfig}, user me) cannot be asked: connect ECONNREFUSED 127.0.0.1:1: nothing listens there\n`,
      );
    });

    test('says whose credentials are not accepted', async () => {
      cluster.intervene = () => refused(401, 'Unauthorized');
      expect(await failure(`${line} --kubeconfig ${kubeconfig}`)).toBe(
        `error: ${where()}) does not accept these credentials, which may be missing, expired or revoked: 401 Unauthorized\n`,
      );
    });
  },
);

describe('an API server that cannot be asked', () => {
  const asked = (user: Json, of: Json = {}) => failure(`forecast -A --kubeconfig ${server.kubeconfig(user, of)}`);

  test('has a certificate of an authority that the kubeconfig does not name', async () => {
    const { ca } = await createSelfSigned(undefined, new Date());
    expect(await asked({}, { 'certificate-authority-data': Buffer.from(ca).toString('base64') })).toMatch(
      /^error: the API server https.*user me without credentials\) cannot be asked: .*certificate.*: the kubeconfig's certificate authority has not signed its certificate\n$/,
    );
  });

  test('has a certificate of another host', async () => {
    expect(await asked({}, { 'tls-server-name': 'other.example' })).toMatch(
      /cannot be asked: Hostname\/IP does not match certificate's altnames: .*: its certificate is that of another host\n$/,
    );
  });

  test('has a name that nobody knows', async () => {
    expect(await asked({}, { server: 'https://nowhere.invalid' })).toMatch(
      /^error: the API server https:\/\/nowhere\.invalid \(.*\) cannot be asked: getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid: (there is no host of that name|the name server does not answer)\n$/,
    );
  });

  test('is something else', async () => {
    server.answers = [(response) => response.end('<html>')];
    expect(await asked({})).toMatch(/cannot be asked: the API server answered 200 with something that is not JSON\n$/);
  });

  const exec = (command: string, ...args: readonly string[]): Json => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args, interactiveMode: 'Never' },
  });

  test.each([
    ['is not installed', exec('no-such-command'), 'no-such-command is not installed (spawn no-such-command ENOENT)'],
    ['fails', exec('sh', '-c', 'echo you must log in >&2; exit 3'), 'sh has failed: you must log in'],
    ['fails without a word', exec('false'), 'false has failed: it does not say why'],
    ['prints something else', exec('echo', 'hello'), /echo has printed no ExecCredential: .*hello.*/],
    ['prints a credential without a status', exec('echo', '{}'), /echo has printed no ExecCredential: .*/],
  ])('is so because the command that gives the credentials %s', async (_, user, words) => {
    const told = await asked(user);
    const start = `error: no credentials for the API server ${server.url} (context main of ${kubeconfig}, user me): the kubeconfig's command `;
    expect(told.slice(0, start.length)).toBe(start);
    expect(told.slice(start.length).trimEnd()).toMatch(words);
    expect(server.sent).toEqual([]);
  });
});

test('a kind that the user may not list makes verdicts unknown, with the command that checks it', async () => {
  cluster.intervene = ({ path }) => (path.endsWith('/pods') ? refused(403, 'pods is forbidden') : undefined);
  const { exitCode, stdout } = await live('forecast vm1 -n quota-test -o json');
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout).forecasts[0].reason).toBe(
    `kind Pod of namespace quota-test could not be read: 403 pods is forbidden (kubectl --kubeconfig ${kubeconfig} auth can-i list pods -n quota-test)`,
  );
});
