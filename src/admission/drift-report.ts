import type { DriftReason, LauncherDrift } from '../forecast/launcher-drift.ts';
import { migrationClass } from '../kubevirt/migration-class.ts';
import { printableLine } from './plain-text.ts';

/** What is said of a launcher pod that differs from the formula; every text of it may stand in a log. */
export interface DriftReport {
  readonly reason: DriftReason;
  readonly release: string;
  readonly kubeVirtVersion: string;
  readonly part: LauncherDrift['part'];
  readonly madeAsBy?: string;
  /** `compute limits.memory: 4797464313 expected, 4797464314 found`. */
  readonly differences: readonly string[];
  readonly moreDifferences?: number;
}

const MOST_DIFFERENCES = 8;
/** Of a difference: a container's name and a resource's have up to 63 and 317 characters, and whoever makes a pod writes any. */
const LONGEST_DIFFERENCE = 500;

/**
 * Undefined for a pod that KubeVirt has not made: whoever may create pods can label one as a launcher, and what stands in it
 * tells nothing of KubeVirt.
 */
export function driftReport(drift: LauncherDrift | undefined, userName: string): DriftReport | undefined {
  if (drift === undefined || !isOfKubeVirt(userName, drift.kubeVirtNamespace)) return undefined;
  const { reason, release, kubeVirtVersion, part, madeAsBy, differences } = drift;
  const more = differences.length - MOST_DIFFERENCES;
  return {
    reason,
    release,
    kubeVirtVersion: printableLine(kubeVirtVersion, LONGEST_DIFFERENCE),
    part,
    ...(madeAsBy === undefined ? {} : { madeAsBy }),
    differences: differences.slice(0, MOST_DIFFERENCES).map(({ container, amount, expected, actual }) => {
      const what = amount === undefined ? container : `${container} ${amount}`;
      return printableLine(
        `${what}: ${expected ?? 'nothing'} expected, ${actual ?? 'nothing'} found`,
        LONGEST_DIFFERENCE,
      );
    }),
    ...(more > 0 ? { moreDifferences: more } : {}),
  };
}

function isOfKubeVirt(userName: string, namespace: string | undefined): boolean {
  const kubeVirtNamespaces = namespace === undefined ? {} : { kubeVirtNamespaces: [namespace] };
  return migrationClass({ userName, annotations: new Map(), ...kubeVirtNamespaces }) !== 'user';
}
