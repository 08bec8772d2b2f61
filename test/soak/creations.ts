import { setTimeout as sleep } from 'node:timers/promises';
import { notesOn } from '../e2e/harness/forecast.ts';
import { migrationOf } from '../e2e/harness/kubevirt.ts';
import type { Random } from '../e2e/situations/random.ts';
import type { Stage } from './stage.ts';

const GAP_MILLISECONDS = 500;
const PROMPT = /failed calling webhook/;

/** What became of migrations that were created through the API server, with failurePolicy Fail. */
export interface Created {
  admitted: number;
  /** The API server could not call the webhook: its connection was to a replica that was killed. */
  uncalled: number;
  readonly errors: string[];
}

/** Creates one migration after the other, for real, and takes each back, until told to stop. */
export async function createMigrations(stage: Stage, random: Random, isOver: () => boolean): Promise<Created> {
  const { cluster, roomy } = stage;
  const created: Created = { admitted: 0, uncalled: 0, errors: [] };
  while (!isOver()) {
    const { namespace, name } = random.pick(roomy);
    const answer = await cluster.create(migrationOf(name, namespace));
    if (answer.kind === 'refused' && PROMPT.test(answer.message)) created.uncalled += 1;
    else if (answer.kind === 'refused') created.errors.push(answer.message);
    else {
      created.admitted += 1;
      if (notesOn(answer.object).verdict === undefined) created.errors.push(`${namespace}/${name}: not seen`);
      const reference = { kind: 'VirtualMachineInstanceMigration', name: answer.object.metadata.name, namespace };
      await cluster.remove(reference);
    }
    await sleep(GAP_MILLISECONDS);
  }
  return created;
}
