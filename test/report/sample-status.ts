import type { RecentDecision, Status } from '../../src/report/status-data.ts';
import { statusPage, statusPolicy } from '../../src/report/status-page.ts';
import type { NamespaceSurvey, QuotaRoom, Survey } from '../../src/survey/survey.ts';

export const NOW = new Date('2026-11-22T19:30:12Z');
const MEBIBYTE = 1_048_576n;

function ago(seconds: number): Date {
  return new Date(NOW.getTime() - seconds * 1000);
}

const MESSAGES: Readonly<Record<RecentDecision['verdict'], string>> = {
  exceeds: 'VM team-a/vm1 cannot migrate: quota default is short of limits.memory by 477Mi. Set limitsMemory to 5477Mi',
  waits: 'VM team-a/vm1 has to wait: there is room once migrations under way have settled',
  fits: 'VM team-a/vm1 can migrate',
  unknown: 'Cannot tell whether VM team-a/vm1 fits its quota: the quota is not understood',
  described: 'Memory overhead 415.00 MiB, at ratio 1.5 of KubeVirt 1.6.3',
  off: '',
};

export function decision(verdict: RecentDecision['verdict'], changes: Partial<RecentDecision> = {}): RecentDecision {
  const isPod = verdict === 'described';
  return {
    at: ago(75),
    path: isPod ? '/mutate/pods' : '/validate/migrations',
    uid: '0b2f5a0e-7d53-4f0b-8f0e-4c9b9a0c5a11',
    namespace: 'team-a',
    vmi: 'vm1',
    migrationClass: isPod ? undefined : 'user',
    verdict,
    next: undefined,
    answer: 'admitted',
    isDryRun: false,
    line: MESSAGES[verdict],
    ...changes,
  };
}

/** Room of a key in mebibytes, negative where it is short. */
export function room(resource: QuotaRoom['resource'], mebibytes: number, quota = 'default-z4g94'): QuotaRoom {
  const bytes = BigInt(mebibytes) * MEBIBYTE;
  return {
    quota,
    resource,
    headroomBytes: bytes > 0n ? bytes : 0n,
    shortfallBytes: bytes < 0n ? -bytes : 0n,
  };
}

export function namespaceSurvey(
  namespace: string,
  rooms: readonly QuotaRoom[],
  vms: Partial<NamespaceSurvey['vms']> = {},
): NamespaceSurvey {
  return { namespace, rooms, vms: { exceeds: 0, waits: 0, fits: 0, unknown: 0, ...vms }, driftedPods: 0 };
}

export function surveyOf(namespaces: readonly NamespaceSurvey[], changes: Partial<Survey> = {}): Survey {
  return { at: ago(130), seconds: 2.5, namespaces, leftOut: 0, unread: [], ...changes };
}

export const MIXED_SURVEY = surveyOf([
  namespaceSurvey('fine', [room('limits.memory', 6144)], { fits: 12 }),
  namespaceSurvey('stuck', [room('limits.memory', -477), room('requests.memory', -20)], { exceeds: 2, fits: 1 }),
  namespaceSurvey('busy', [room('limits.memory', -1024)], { waits: 3 }),
  namespaceSurvey('puzzling', [], { unknown: 1 }),
  namespaceSurvey('no-cores', [room('limits.memory', 2048)], { exceeds: 1 }),
]);

/** A replica that is well, with a decision of each kind and a namespace of each. */
export function statusOf(changes: Partial<Status> = {}): Status {
  const latest = [
    decision('exceeds', { answer: 'denied', at: ago(4) }),
    decision('exceeds', { migrationClass: 'evacuation', vmi: 'database', at: ago(40) }),
    decision('fits', { next: 'exceeds' }),
    decision('waits', { isDryRun: true }),
    decision('unknown'),
    decision('fits', { path: '/mutate/migrations', answer: 'noted', at: ago(4000) }),
    decision('described', { at: ago(7300) }),
    decision('off', { namespace: 'left-alone' }),
  ];
  return {
    at: NOW,
    version: '1.2.3',
    startedAt: ago(7500),
    state: 'ready',
    snapshots: [],
    policies: { user: 'deny', evacuation: 'warn', 'workload-update': 'warn', platform: 'off' },
    certificate: { notBefore: new Date('2026-11-02T00:00:00Z'), notAfter: new Date('2027-01-31T00:00:00Z') },
    decisions: { latest, count: 1234, deniedCount: 3 },
    surveyIntervalSeconds: 300,
    survey: MIXED_SURVEY,
    ...changes,
  };
}

export function statusPageOf(changes: Partial<Status> = {}): string {
  return statusPage(
    statusOf(changes),
    statusPolicy(() => 'digest'),
  );
}
