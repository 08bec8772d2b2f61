import type { Forecaster } from '../../src/admission/forecaster.ts';
import type { AdmissionReviewResponse } from '../../src/admission/response.ts';
import { createLogger } from '../../src/config/logger.ts';
import type { AppOptions } from '../../src/server/app-options.ts';
import { type TraceOptions, traceObserver } from '../../src/trace/trace-observer.ts';
import { webhookApp } from '../server/webhook-app.ts';

export interface TracedApp {
  readonly ask: (path: string, review: unknown) => Promise<AdmissionReviewResponse>;
  /** The log so far, once everything that was to be written later has been written. */
  readonly log: () => string;
}

/** A webhook at level debug, whose traces are written when its log is asked for. */
export function tracedApp(
  forecaster: Forecaster,
  options: Partial<AppOptions> & { readonly trace?: Omit<TraceOptions, 'later'> } = {},
): TracedApp {
  const { trace, ...appOptions } = options;
  const lines: string[] = [];
  const tasks: (() => void)[] = [];
  const logger = createLogger('debug', { write: (line) => void lines.push(line) });
  const observer = traceObserver(logger, { ...trace, later: (task) => tasks.push(task) });
  const { ask } = webhookApp(forecaster, { logger, observers: [observer], ...appOptions });
  return {
    ask,
    log: () => {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
      return lines.join('');
    },
  };
}

/** An AdmissionReview of a migration of `vmi`. */
export function migrationReview(namespace: string, vmi: string, uid = `asked-${vmi}`): object {
  const kind = { group: 'kubevirt.io', version: 'v1', kind: 'VirtualMachineInstanceMigration' };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      kind,
      resource: { group: 'kubevirt.io', version: 'v1', resource: 'virtualmachineinstancemigrations' },
      name: `${vmi}-m1`,
      namespace,
      operation: 'CREATE',
      userInfo: { username: 'admin' },
      object: {
        apiVersion: 'kubevirt.io/v1',
        kind: 'VirtualMachineInstanceMigration',
        metadata: { name: `${vmi}-m1`, namespace },
        spec: { vmiName: vmi },
      },
    },
  };
}

/** The lines of a log that tell of decisions. */
export function traceLinesOf(log: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = log.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line)).filter(({ trace }) => trace !== undefined);
}
