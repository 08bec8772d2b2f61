import { Gauge, type Registry } from '@prometheus-io/client';
import { isNamespaceName, isObjectName } from '../objects/names.ts';
import type { NamespaceSurvey, QuotaRoom, Survey } from '../survey/survey.ts';

export interface SurveyMetrics {
  /** Puts a survey in the place of the one before: of what is not in it no series is left. */
  recordSurvey(survey: Survey): void;
  /** Takes away what the last survey has found, and leaves when it was made: what is old would be taken for what is so. */
  forgetSurvey(): void;
}

/** Until the first survey there is none of them but the names. */
export function surveyMetrics(registry: Registry): SurveyMetrics {
  const ofNamespaces = namespaceGauges(registry);
  const gauge = (name: string, help: string) => absentGauge(registry, name, help);
  const completed = gauge(
    'headroom_survey_completed_timestamp_seconds',
    'When the last survey of namespaces was complete.',
  );
  const duration = gauge('headroom_survey_duration_seconds', 'How long the last survey of namespaces took.');
  const leftOut = gauge(
    'headroom_survey_left_out_namespaces',
    'Namespaces of the last survey that have no series of their own, for others have less headroom.',
  );
  const unread = gauge('headroom_survey_unread_namespaces', 'Namespaces that the last survey could not read.');
  return {
    recordSurvey: (survey) => {
      ofNamespaces(survey.namespaces);
      completed.set(survey.at.getTime() / 1000);
      duration.set(survey.seconds);
      leftOut.set(survey.leftOut);
      unread.set(survey.unread.length);
    },
    forgetSurvey: () => ofNamespaces([]),
  };
}

function namespaceGauges(registry: Registry): (surveys: readonly NamespaceSurvey[]) => void {
  const registers = [registry];
  const labelNames = ['namespace', 'quota', 'resource'] as const;
  const headroom = new Gauge({
    name: 'headroom_quota_headroom_bytes',
    help: 'What a memory key of a quota has left for the migration that finds the least room in it.',
    labelNames,
    registers,
  });
  const shortfall = new Gauge({
    name: 'headroom_quota_shortfall_bytes',
    help: 'What a memory key of a quota is short of for the migration that finds the least room in it.',
    labelNames,
    registers,
  });
  const vms = new Gauge({
    name: 'headroom_vms',
    help: 'Running VMs by what would become of their migration, each asked for by itself.',
    labelNames: ['namespace', 'verdict'],
    registers,
  });
  const drifted = new Gauge({
    name: 'headroom_overhead_drift_pods',
    help: 'Running launcher pods whose memory overhead no known KubeVirt gives.',
    labelNames: ['namespace'],
    registers,
  });
  const setRoom = (namespace: string, { quota, resource, headroomBytes, shortfallBytes }: QuotaRoom): void => {
    headroom.set({ namespace, quota, resource }, Number(headroomBytes));
    shortfall.set({ namespace, quota, resource }, Number(shortfallBytes));
  };
  const setNamespace = ({ namespace, driftedPods, rooms, vms: counts }: NamespaceSurvey): void => {
    for (const [verdict, count] of Object.entries(counts)) vms.set({ namespace, verdict }, count);
    drifted.set({ namespace }, driftedPods);
    for (const room of rooms.filter(({ quota }) => isObjectName(quota))) setRoom(namespace, room);
  };
  return (surveys) => {
    for (const gauge of [headroom, shortfall, vms, drifted]) gauge.reset();
    // An API server has no other names. A snapshot may, of any length.
    for (const survey of surveys.filter(({ namespace }) => isNamespaceName(namespace))) setNamespace(survey);
  };
}

/** A gauge without a value: 0 would be one that can be wrong. */
export function absentGauge(registry: Registry, name: string, help: string): Gauge {
  const gauge = new Gauge({ name, help, registers: [registry] });
  gauge.remove();
  return gauge;
}
