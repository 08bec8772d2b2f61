import { migrationShape, type VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import { readObjects } from './kubernetes-objects.ts';
import { groupOf } from './object-kinds.ts';
import { SnapshotError } from './snapshot-error.ts';

/** The migrations of a file, in its order; what else the file holds is left out. Throws SnapshotError. */
export async function readMigrations(file: string): Promise<readonly VirtualMachineInstanceMigration[]> {
  const migrations: VirtualMachineInstanceMigration[] = [];
  await readObjects(file, (object) => {
    if (object.kind !== 'VirtualMachineInstanceMigration' || groupOf(object.apiVersion) !== 'kubevirt.io') return;
    const read = migrationShape.safeParse(object);
    if (read.success) migrations.push(read.data);
    else throw new SnapshotError(`${file}: migration ${migrations.length + 1}: ${firstProblem(read.error.issues)}`);
  });
  return migrations;
}

function firstProblem(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  const [issue] = issues;
  return issue === undefined ? 'not understood' : `${issue.path.join('.')}: ${issue.message}`;
}
