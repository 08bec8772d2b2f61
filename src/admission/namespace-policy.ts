import type { Prepared } from '../forecast/forecast-migrations.ts';
import { POLICY_ANNOTATION } from './annotation-names.ts';

/** As the namespace's owner wrote it. */
export function namespacePolicy({ objects }: Prepared): string | undefined {
  return objects.namespace.namespaces.items[0]?.metadata.annotations.get(POLICY_ANNOTATION);
}
