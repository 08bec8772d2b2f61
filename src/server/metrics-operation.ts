import { Counter, Gauge, type Registry } from '@prometheus-io/client';
import type { Validity } from '../report/status-data.ts';
import { absentGauge } from './metrics-survey.ts';

export const API_READ_OUTCOMES = ['ok', 'not_found', 'refused', 'unanswered'] as const;
export type ApiReadOutcome = (typeof API_READ_OUTCOMES)[number];

export const EVENT_OUTCOMES = ['written', 'repeated', 'dropped', 'failed'] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

export interface OperationMetrics {
  /** `kind` is the plural of a resource, as in paths of the API. */
  recordApiRead(kind: string, outcome: ApiReadOutcome): void;
  recordEvent(outcome: EventOutcome): void;
  /** Of the certificate that is served from now on. */
  recordCertificate(validity: Validity): void;
  recordBuild(version: string): void;
  /** Has that asked at each scrape. Before, nothing is ready. */
  followReadiness(isReady: () => boolean): void;
}

export function operationMetrics(registry: Registry): OperationMetrics {
  return {
    recordApiRead: apiReads(registry),
    recordEvent: events(registry),
    recordCertificate: certificate(registry),
    recordBuild: build(registry),
    followReadiness: readiness(registry),
  };
}

function apiReads(registry: Registry): OperationMetrics['recordApiRead'] {
  const reads = new Counter({
    name: 'headroom_api_reads_total',
    help: 'Reads of the Kubernetes API, each page by itself, by resource and what came of them.',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  const known = new Set<string>();
  return (kind, outcome) => {
    if (!known.has(kind)) for (const each of API_READ_OUTCOMES) reads.inc({ kind, outcome: each }, 0);
    known.add(kind);
    reads.inc({ kind, outcome });
  };
}

function events(registry: Registry): OperationMetrics['recordEvent'] {
  const counter = new Counter({
    name: 'headroom_events_total',
    help: 'Events about migrations that exceed, by what became of them.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of EVENT_OUTCOMES) counter.inc({ outcome }, 0);
  return (outcome) => counter.inc({ outcome });
}

function certificate(registry: Registry): OperationMetrics['recordCertificate'] {
  const notBefore = absentGauge(
    registry,
    'headroom_certificate_not_before_timestamp_seconds',
    'From when on the certificate in use is valid.',
  );
  const notAfter = absentGauge(
    registry,
    'headroom_certificate_not_after_timestamp_seconds',
    'Until when the certificate in use is valid.',
  );
  return (validity) => {
    notBefore.set(validity.notBefore.getTime() / 1000);
    notAfter.set(validity.notAfter.getTime() / 1000);
  };
}

function build(registry: Registry): OperationMetrics['recordBuild'] {
  const info = new Gauge({
    name: 'headroom_build_info',
    help: 'Always 1; its labels name what runs.',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  });
  return (version) => info.set({ version, node_version: process.versions.node }, 1);
}

function readiness(registry: Registry): OperationMetrics['followReadiness'] {
  let isReady = () => false;
  const collect = (): void => gauge.set(isReady() ? 1 : 0);
  const gauge = new Gauge({
    name: 'headroom_ready',
    help: '1 while the Service may send requests here, as /readyz says; else 0.',
    registers: [registry],
    collect,
  });
  return (asked) => {
    isReady = asked;
  };
}
