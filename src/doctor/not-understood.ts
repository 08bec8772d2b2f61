import { obstacles } from '../forecast/cluster-facts.ts';
import type { NamespaceObjects, ObjectsOfKind } from '../forecast/cluster-objects.ts';
import { type NamespaceDiagnosis, namespaceItself } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { counted } from './words.ts';

const KINDS = {
  namespaces: 'Namespace',
  quotas: 'ResourceQuota',
  limitRanges: 'LimitRange',
  pods: 'Pod',
  virtualMachineInstances: 'VirtualMachineInstance',
  migrations: 'VirtualMachineInstanceMigration',
} as const satisfies Partial<Record<keyof NamespaceObjects, string>>;

/** Kinds that could not be read, and objects that could not be understood. */
export function misunderstoodObjects(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { objects } = diagnosis;
  return (Object.keys(KINDS) as (keyof typeof KINDS)[]).flatMap((kind) => {
    const read: ObjectsOfKind<unknown> = objects[kind];
    const affected = obstacles(read);
    if (affected.length === 0) return [];
    return [
      {
        severity: 'unknown',
        subject: namespaceItself(diagnosis),
        summary:
          read.unreadable === undefined
            ? `${counted(affected.length, 'object')} of kind ${KINDS[kind]} in namespace ${objects.name} ${affected.length === 1 ? 'is' : 'are'} not understood.`
            : `Objects of kind ${KINDS[kind]} in namespace ${objects.name} could not be read.`,
        evidence: [
          'What is not understood is not guessed at: forecasts that need it are unknown, and rules pass it over.',
        ],
        remedy: [
          read.unreadable === undefined
            ? 'Correct what is said of the object, or take it out of the snapshot.'
            : 'Give headroom the permission to list them, or ask again.',
        ],
        affected,
      } satisfies Observation,
    ];
  });
}
