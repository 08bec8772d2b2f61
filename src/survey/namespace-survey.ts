import { overheadDrift } from '../doctor/overhead-drift.ts';
import type { Prepared } from '../forecast/forecast-migrations.ts';
import { findingsEach } from '../forecast/forecast-set.ts';
import { runningVms } from '../forecast/vm-names.ts';
import { QuotaRooms } from './quota-rooms.ts';
import type { NamespaceSurvey } from './survey.ts';

/**
 * Forecasts the migration of each running VM, without words and remedies, and looks at the pod that it runs in. Yields after
 * each, so that whoever has other things to do can do them in between.
 */
export function* surveyNamespace({ objects, ground }: Prepared): Generator<undefined, NamespaceSurvey, undefined> {
  const vms = { exceeds: 0, waits: 0, fits: 0, unknown: 0 };
  const rooms = new QuotaRooms();
  for (const finding of findingsEach(ground, runningVms(objects.namespace))) {
    if (finding.kind === 'assessed') {
      vms[finding.assessment.verdict] += 1;
      rooms.add(finding.assessment.lines);
    } else {
      vms.unknown += 1;
    }
    yield;
  }
  let driftedPods = 0;
  for (const vmi of ground.kind === 'known' ? ground.namespace.vmis.values() : []) {
    if (ground.kind === 'known' && overheadDrift(vmi, ground) !== undefined) driftedPods += 1;
    yield;
  }
  return { namespace: objects.namespace.name, vms, rooms: rooms.tightest(), driftedPods };
}
