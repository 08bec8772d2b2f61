import * as z from 'zod';
import { isObjectName } from '../objects/names.ts';
import { createdObject, namespaceProblem } from './creation.ts';
import { printableLine, quotedName } from './plain-text.ts';
import { firstIssue, isPlainObject, type ReviewRequest } from './review.ts';

const MIGRATIONS = {
  group: 'kubevirt.io',
  resource: 'virtualmachineinstancemigrations',
  kind: 'VirtualMachineInstanceMigration',
};

const LONGEST_NAME = 253;

const migrationShape = z.object({
  metadata: z.object({ name: z.string().nullish() }),
  spec: z.object({ vmiName: z.string() }),
});

/** A migration that somebody asks for. `problem` says why nothing can be said about it. */
export interface AskedMigration {
  readonly namespace: string;
  readonly vmi: string;
  readonly migrationName?: string;
  readonly userName: string;
  readonly isDryRun: boolean;
  readonly annotations: ReadonlyMap<string, string>;
  readonly problem?: string;
}

function annotationsOf(object: Record<string, unknown>): ReadonlyMap<string, string> {
  const metadata = object.metadata;
  const annotations = isPlainObject(metadata) ? metadata.annotations : undefined;
  if (!isPlainObject(annotations)) return new Map();
  return new Map(
    Object.entries(annotations).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function vmiProblem(vmi: string): string | undefined {
  return isObjectName(vmi) ? undefined : `spec.vmiName ${quotedName(vmi)} is not a VirtualMachineInstance's name`;
}

/** Undefined where the request is not the creation of a migration. */
export function readAskedMigration(request: ReviewRequest): AskedMigration | undefined {
  const object = createdObject(request, MIGRATIONS);
  if (object === undefined) return undefined;
  const read = migrationShape.safeParse(object);
  const vmi = read.success ? read.data.spec.vmiName : '';
  const problem = read.success
    ? (namespaceProblem(request, object) ?? vmiProblem(vmi))
    : `the migration is not understood: ${firstIssue(read.error)}`;
  const migrationName = request.name || (read.success && read.data.metadata.name);
  return {
    // Shown in logs and annotations even where they are no names at all.
    namespace: printableLine(request.namespace ?? '', LONGEST_NAME),
    vmi: printableLine(vmi, LONGEST_NAME),
    ...(migrationName && { migrationName }),
    userName: request.userInfo?.username ?? '',
    isDryRun: request.dryRun === true,
    annotations: annotationsOf(object),
    ...(problem !== undefined && { problem }),
  };
}
