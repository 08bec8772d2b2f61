import { createHash } from 'node:crypto';
import type { Notice } from './notice.ts';

const COMPONENT = 'headroom.harvesterhci.io';
const LONGEST_NAME = 253;
const LONGEST_INSTANCE = 128;
const LARGEST_COUNT = 2 ** 31 - 1;

/** How often something was seen, and when: what is seen again before it is written is written once. */
export interface Sightings {
  readonly times: number;
  /** By the clock on the wall, in milliseconds. */
  readonly first: number;
  readonly last: number;
}

export interface EventObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Event';
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly count: number;
  readonly firstTimestamp?: string;
  readonly lastTimestamp: string;
  readonly [field: string]: unknown;
}

/** The same for the same VMI, reason and message, now and after a restart, in this replica and the others. */
function eventName({ vmi, uid, reason, message }: Notice): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([uid, reason, message]))
    .digest('hex')
    .slice(0, 16);
  const room = LONGEST_NAME - digest.length - 1;
  // What is cut may end in a dot or a hyphen, where no name may.
  const begin = vmi.length <= room ? vmi : `${vmi.slice(0, room - 1)}x`;
  return `${begin}.${digest}`;
}

/**
 * An Event of core/v1 as client-go's recorder and KubeVirt's controllers write theirs: `kubectl describe` finds it by
 * `involvedObject`. It has no `eventTime`, which would make it one of the series that events.k8s.io counts otherwise.
 */
export function newEvent(notice: Notice, { times, first, last }: Sightings, instance: string): EventObject {
  const { namespace, vmi, uid, reason, message } = notice;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(notice), namespace },
    involvedObject: { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', namespace, name: vmi, uid },
    type: 'Warning',
    reason,
    message,
    count: times,
    firstTimestamp: toTheSecond(first),
    lastTimestamp: toTheSecond(last),
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: instance.slice(0, LONGEST_INSTANCE),
  };
}

/** An Event as it was last found. */
export interface FoundEvent {
  readonly resourceVersion: string;
  readonly count: number;
}

/**
 * A merge patch that raises the count, if nobody else has meanwhile. The rest goes along, so that what anybody else may have
 * put under this name says what ours says.
 */
export function raisedEvent(event: EventObject, { resourceVersion, count }: FoundEvent): EventObject {
  const { firstTimestamp, metadata, ...rest } = event;
  return {
    ...rest,
    metadata: { ...metadata, resourceVersion },
    count: Math.min(LARGEST_COUNT, Math.max(0, count) + event.count),
  };
}

/** Kubernetes keeps seconds of it. */
function toTheSecond(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
