import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { LiveCluster } from '../../src/cluster/live-cluster.ts';
import type { NamespaceObjects } from '../../src/forecast/cluster-objects.ts';
import type { Survey } from '../../src/survey/survey.ts';
import { type SurveyedCluster, type SurveyOptions, startSurveys } from '../../src/survey/surveyor.ts';
import { FakeApiServer, refused, UNANSWERED } from '../builders/fake-api-server.ts';
import { quota } from '../builders/namespace.ts';
import { scene } from '../builders/scene.ts';
import { snapshotOf } from '../builders/snapshot.ts';

const one = scene();
const objects = one.objects();

/** Many namespaces, each as the first; whoever reads is watched. */
class Cluster implements SurveyedCluster {
  reading = 0;
  mostReading = 0;
  readonly read: string[] = [];
  names: readonly string[];
  answer: (namespace: string) => NamespaceObjects = (name) => ({ ...objects.namespace, name });
  whileReading: (() => Promise<unknown>) | undefined;

  constructor(names: readonly string[]) {
    this.names = names;
  }

  async namespacesWithQuotaAndVms() {
    return this.names;
  }

  async clusterObjects() {
    return objects.cluster;
  }

  async namespaceObjects(namespace: string) {
    this.reading += 1;
    this.mostReading = Math.max(this.mostReading, this.reading);
    this.read.push(namespace);
    await this.whileReading?.();
    this.reading -= 1;
    return this.answer(namespace);
  }
}

interface Watched {
  readonly surveys: Survey[];
  readonly pauses: number[];
  readonly unread: string[];
  readonly bugs: unknown[];
  /** At how many milliseconds of the clock it was told that the last survey says nothing any more. */
  readonly lost: number[];
  /** How many milliseconds were paused for before each survey. */
  readonly waits: number[];
}

/** Surveys until there have been as many; no time passes but what is paused for. */
async function surveysOf(
  cluster: SurveyedCluster,
  count: number,
  changes: Partial<SurveyOptions> = {},
): Promise<Watched> {
  const stopping = new AbortController();
  const watched: Watched = { surveys: [], pauses: [], unread: [], bugs: [], lost: [], waits: [] };
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  let clock = 0;
  const end = () => {
    stopping.abort();
    stop();
  };
  const source = startSurveys(cluster, {
    intervalSeconds: 300,
    now: () => clock,
    date: () => new Date(1_800_000_000_000 + clock),
    pause: async (milliseconds, signal) => {
      signal.throwIfAborted();
      watched.pauses.push(milliseconds);
      if (milliseconds >= 1000) watched.waits.push(milliseconds);
      if (watched.waits.length > count) return end();
      clock += milliseconds;
    },
    timeLimit: () => new AbortController().signal,
    random: () => 0.5,
    reportUnread: (why) => watched.unread.push(why),
    reportBug: (error) => watched.bugs.push(error),
    ...changes,
  });
  const onSurvey = (survey: Survey): void => void watched.surveys.push(survey);
  source.start({ onSurvey, onLost: () => watched.lost.push(clock) }, stopping.signal);
  await stopped;
  return watched;
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `ns-${String(index).padStart(5, '0')}`);

describe('surveys', () => {
  test('come again and again, the first soon after the start', async () => {
    const { surveys, waits, bugs } = await surveysOf(new Cluster(['a', 'b']), 3);
    expect(waits).toEqual([15_000, 300_000, 300_000, 300_000]);
    expect(surveys.map(({ at }) => at.getTime() - 1_800_000_000_000)).toEqual([15_000, 315_000, 615_000]);
    expect(surveys.map(({ namespaces }) => namespaces.map(({ namespace }) => namespace))).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(bugs).toEqual([]);
  });

  test.each([
    { title: 'the first at most half a minute late', random: () => 0.999_999, first: 29_999.97, second: 329_999.94 },
    { title: 'or at once', random: () => 0, first: 0, second: 270_000 },
  ])('do not begin on all replicas together: $title', async ({ random, first, second }) => {
    const { pauses } = await surveysOf(new Cluster([]), 1, { random });
    expect(pauses[0]).toBeCloseTo(first);
    expect(pauses.at(-1)).toBeCloseTo(second);
  });

  test('begin within the interval where that is short', async () => {
    const { pauses } = await surveysOf(new Cluster([]), 1, { intervalSeconds: 2 });
    expect(pauses[0]).toBe(1000);
  });

  test('read one namespace at a time', async () => {
    const cluster = new Cluster(names(20));
    cluster.whileReading = () => Promise.resolve().then(() => undefined);
    await surveysOf(cluster, 2);
    expect(cluster.mostReading).toBe(1);
    expect(cluster.read).toEqual([...cluster.names, ...cluster.names]);
  });

  test('rest after each namespace as long as it took, so that half of the time is left to others', async () => {
    let clock = 0;
    const cluster = new Cluster(names(3));
    cluster.whileReading = async () => {
      clock += 400;
    };
    const { pauses } = await surveysOf(cluster, 1, { now: () => clock });
    expect(pauses.filter((milliseconds) => milliseconds === 400)).toHaveLength(3);
  });

  test('let others have their turn in a long calculation', async () => {
    let clock = 0;
    const { pauses } = await surveysOf(new Cluster(['a']), 1, { now: () => (clock += 6) });
    expect(pauses.filter((milliseconds) => milliseconds === 0).length).toBeGreaterThanOrEqual(1);
  });

  test('keep those with the least room and tell how many there are beside them', async () => {
    const { surveys } = await surveysOf(new Cluster(names(3000)), 1);
    expect(surveys[0]?.namespaces).toHaveLength(500);
    expect(surveys[0]?.leftOut).toBe(2500);
  });

  test('keep as many as they are told to', async () => {
    const { surveys } = await surveysOf(new Cluster(names(5)), 1, { mostNamespaces: 2 });
    expect(surveys[0]).toMatchObject({ leftOut: 3, unread: [] });
    expect(surveys[0]?.namespaces).toHaveLength(2);
  });

  test('leave out a namespace whose VMs have ended meanwhile', async () => {
    const cluster = new Cluster(['a', 'b']);
    const nothing = { items: [], problems: [] };
    cluster.answer = (name) => ({
      ...objects.namespace,
      name,
      ...(name === 'a' && { virtualMachineInstances: nothing }),
    });
    const { surveys } = await surveysOf(cluster, 1);
    expect(surveys[0]).toMatchObject({ namespaces: [{ namespace: 'b' }], leftOut: 0, unread: [] });
  });
});

describe('what goes wrong', () => {
  test('a namespace that cannot be read is named, and told of once', async () => {
    const cluster = new Cluster(['a', 'b', 'c']);
    const pods = { items: [], problems: [], unreadable: 'pods could not be read: no answer in time' };
    cluster.answer = (name) => ({ ...objects.namespace, name, ...(name !== 'b' && { pods }) });
    const { surveys, unread, bugs } = await surveysOf(cluster, 1);
    expect(surveys[0]).toMatchObject({ namespaces: [{ namespace: 'b' }], unread: ['a', 'c'] });
    expect(unread).toEqual([pods.unreadable]);
    expect(bugs).toEqual([]);
  });

  test('of ten in a row that cannot be read no more are tried, and there is no survey', async () => {
    const cluster = new Cluster(names(100));
    const pods = { items: [], problems: [], unreadable: 'pods could not be read: no answer in time' };
    const isReadable = (name: string) => name < 'ns-00005' || name === 'ns-00010';
    cluster.answer = (name) => ({ ...objects.namespace, name, ...(!isReadable(name) && { pods }) });
    const { surveys, unread, bugs } = await surveysOf(cluster, 1);
    expect([surveys, bugs, cluster.read.at(-1)]).toEqual([[], [], 'ns-00020']);
    expect(unread).toEqual([pods.unreadable, 'given up: the API server answers no more']);
  });

  test('a fault of our own costs the namespace it was met in, and is reported', async () => {
    const cluster = new Cluster(['a', 'b']);
    cluster.answer = (name) => {
      if (name === 'a') throw new Error('a fault');
      return { ...objects.namespace, name };
    };
    const { surveys, bugs } = await surveysOf(cluster, 1);
    expect(surveys[0]).toMatchObject({ namespaces: [{ namespace: 'b' }], unread: ['a'] });
    expect(bugs).toEqual([new Error('a fault')]);
  });

  test('a cluster that cannot be read gives no survey, and the next is tried at its time', async () => {
    const cluster = new Cluster(['a']);
    let tries = 0;
    cluster.namespacesWithQuotaAndVms = async () => {
      tries += 1;
      if (tries === 1) throw new Error('kind ResourceQuota could not be read');
      return ['a'];
    };
    const { surveys, unread } = await surveysOf(cluster, 2);
    expect(surveys).toHaveLength(1);
    expect(unread).toEqual(['kind ResourceQuota could not be read']);
  });

  test('nor does one whose KubeVirt cannot be read: all its VMs would be unknown', async () => {
    const cluster = new Cluster(['a']);
    const kubeVirts = { items: [], problems: [], unreadable: 'kind KubeVirt could not be read' };
    cluster.clusterObjects = async () => ({ ...objects.cluster, kubeVirts });
    const { surveys, unread } = await surveysOf(cluster, 1);
    expect([surveys, unread, cluster.read]).toEqual([[], ['kind KubeVirt could not be read'], []]);
  });

  /** Surveys of a cluster that can be read where the letter is an `r`, and how often it was told that they are lost. */
  async function lostOf(tries: string) {
    const cluster = new Cluster(['a']);
    let tried = 0;
    cluster.namespacesWithQuotaAndVms = async () => {
      if (tries[tried++] !== 'r') throw new Error('kind ResourceQuota could not be read');
      return ['a'];
    };
    const { surveys, lost } = await surveysOf(cluster, tries.length);
    return { surveys: surveys.length, lost: lost.map((milliseconds) => (milliseconds - 15_000) / 300_000 + 1) };
  }

  test.each([
    { title: 'two in a row that fail change nothing', tries: 'rffrff', surveys: 2, lost: [] },
    { title: 'with the third in a row the last survey is lost', tries: 'rfff', surveys: 1, lost: [4] },
    { title: 'which is told of once, however many follow', tries: 'rffffffff', surveys: 1, lost: [4] },
    { title: 'and once more when there was another meanwhile', tries: 'rffffrfffr', surveys: 3, lost: [4, 9] },
    { title: 'it is told of too where there was never one', tries: 'fff', surveys: 0, lost: [3] },
  ])('of surveys $title', async ({ tries, surveys, lost }) => {
    expect(await lostOf(tries)).toEqual({ surveys, lost });
  });

  test.each([
    { title: 'before anything is read', fault: 'timeLimit' },
    { title: 'after everything was read', fault: 'date' },
  ] as const)('a fault of our own $title costs that survey, and the next comes at its time', async ({ fault }) => {
    let failures = 0;
    const work = { timeLimit: () => new AbortController().signal, date: () => new Date(0) };
    const failing = (): never => {
      throw new Error('a fault');
    };
    const { surveys, waits, unread, lost } = await surveysOf(new Cluster(['a']), 5, {
      ...work,
      [fault]: () => (++failures <= 3 ? failing() : work[fault]()),
    });
    expect(waits).toEqual([15_000, ...Array(5).fill(300_000)]);
    expect(unread).toEqual(Array(3).fill('a fault'));
    expect([surveys.length, lost]).toEqual([2, [615_000]]);
  });

  test('a fault of the listener does not end the surveys', async () => {
    const stopping = new AbortController();
    const bugs: unknown[] = [];
    let told = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    startSurveys(new Cluster(['a']), {
      intervalSeconds: 1,
      now: () => 0,
      date: () => new Date(0),
      pause: async (_, signal) => signal.throwIfAborted(),
      timeLimit: () => new AbortController().signal,
      random: () => 0,
      reportUnread: () => undefined,
      reportBug: (error) => bugs.push(error),
    }).start(
      {
        onSurvey: () => {
          told += 1;
          if (told === 1) throw new Error('of the listener');
          stopping.abort();
          resolve();
        },
        onLost: () => undefined,
      },
      stopping.signal,
    );
    await promise;
    expect(bugs).toEqual([new Error('of the listener')]);
  });

  test('a survey that is stopped tells of nothing any more', async () => {
    const stopping = new AbortController();
    const cluster = new Cluster(names(10));
    const { promise, resolve } = Promise.withResolvers<void>();
    cluster.whileReading = async () => {
      if (cluster.read.length < 3) return;
      stopping.abort();
      resolve();
    };
    const heard: unknown[] = [];
    startSurveys(cluster, {
      intervalSeconds: 1,
      now: () => 0,
      date: () => new Date(0),
      pause: async (_, signal) => signal.throwIfAborted(),
      timeLimit: () => new AbortController().signal,
      random: () => 0,
      reportUnread: (why) => heard.push(why),
      reportBug: (error) => heard.push(error),
    }).start({ onSurvey: (survey) => heard.push(survey), onLost: () => heard.push('lost') }, stopping.signal);
    await promise;
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect([heard, cluster.read.length]).toEqual([[], 3]);
  });
});

const inNamespace = (name: string) =>
  one.json().map((object) => {
    const metadata = object.metadata as { namespace?: string; name: string };
    if (object.kind === 'Namespace') return { ...object, metadata: { ...metadata, name } };
    return metadata.namespace === 'quota-test' ? { ...object, metadata: { ...metadata, namespace: name } } : object;
  });

describe('a live cluster', () => {
  const live = (api: FakeApiServer) => new LiveCluster(api, { recentSeconds: 0, now: () => 0 });
  const withVms = [...inNamespace('quota-test'), ...inNamespace('b')];
  const quotaAlone = { ...quota('alone', { pods: '1' }), metadata: { name: 'alone', namespace: 'no-vms' } };
  const vmAlone = inNamespace('no-quota').filter(({ kind }) => kind !== 'ResourceQuota');

  test('is surveyed where there are both a quota and VMs, without a list of namespaces', async () => {
    const api = new FakeApiServer([...withVms, quotaAlone, ...vmAlone]);
    api.largestPage = 1;
    const { surveys } = await surveysOf(live(api), 1);
    expect(surveys[0]?.namespaces.map(({ namespace }) => namespace)).toEqual(['b', 'quota-test']);
    const asked = api.asked();
    expect(asked).not.toContain('GET /api/v1/namespaces');
    expect(asked.filter((call) => call.includes('/no-vms/') || call.includes('/no-quota/'))).toEqual([]);
    expect(surveys[0]?.namespaces[0]).toEqual({ ...surveys[0]?.namespaces[1], namespace: 'b' });
  });

  test('gives the survey of a snapshot of the same objects', async () => {
    const { surveys } = await surveysOf(live(new FakeApiServer(withVms)), 1);
    const { surveys: ofSnapshot } = await surveysOf(
      snapshotOf(withVms.map((each) => stringify(each)).join('---\n')),
      1,
    );
    expect(surveys).toEqual(ofSnapshot);
    expect(surveys[0]?.namespaces).toHaveLength(2);
  });

  test.each([
    { title: 'may not be listed', answer: refused(403, 'forbidden'), why: /could not be read: 403 forbidden$/ },
    { title: 'are not answered for', answer: UNANSWERED, why: /could not be read: connect ECONNREFUSED$/ },
  ])('gives none where quotas $title', async ({ answer, why }) => {
    const api = new FakeApiServer(withVms);
    api.intervene = ({ path }) => (path === '/api/v1/resourcequotas' ? answer : undefined);
    const { surveys, unread } = await surveysOf(live(api), 1);
    expect(surveys).toEqual([]);
    expect(unread).toEqual([expect.stringMatching(why)]);
  });

  test('that answers about one namespace too late is surveyed without it', async () => {
    const api = new FakeApiServer(withVms);
    const limits: { readonly milliseconds: number; readonly controller: AbortController }[] = [];
    api.pause = async ({ path }) => {
      if (path === '/api/v1/namespaces/b/pods') limits.at(-1)?.controller.abort();
    };
    const timeLimit = (milliseconds: number) => {
      const controller = new AbortController();
      limits.push({ milliseconds, controller });
      return controller.signal;
    };
    const { surveys, unread } = await surveysOf(live(api), 1, { timeLimit });
    expect(surveys[0]).toMatchObject({ namespaces: [{ namespace: 'quota-test' }], unread: ['b'] });
    expect(unread).toEqual([expect.stringMatching(/b could not be read: no answer in time$/)]);
    expect(limits.map(({ milliseconds }) => milliseconds)).toEqual([30_000, 30_000, 30_000]);
  });
});
