import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../src/cluster/kubernetes-objects.ts';
import { checked } from '../../src/cluster/object-collection.ts';
import { OBJECT_KINDS } from '../../src/cluster/object-kinds.ts';
import { tracedProblem } from '../../src/cluster/traced-object.ts';

/** As an API server lists its own kinds: the list has the type, the items have none. */
function problemOf(item: Record<string, unknown>) {
  const read = checked(OBJECT_KINDS.pods, item as unknown as KubernetesObject);
  if (!('problem' in read)) throw new Error('the pod was understood');
  return read.problem;
}

describe('what is left of a pod that was not understood', () => {
  const metadata = { name: 'a', namespace: 'team', resourceVersion: '7', labels: { 'kubevirt.io': 'virt-launcher' } };
  const spec = { containers: 'none', nodeName: 'node1' };

  test('is of its kind, and has its version', () => {
    expect(tracedProblem(problemOf({ metadata, spec }))).toEqual({
      kind: 'kept',
      object: expect.objectContaining({ apiVersion: 'v1', kind: 'Pod', spec: expect.anything() }),
      resourceVersion: '7',
    });
  });

  test('holds none of what no forecast reads, so that it takes little memory', () => {
    const managedFields = [{ manager: 'kubectl', fieldsV1: { 'f:data': 'x'.repeat(1000) } }];
    const left = tracedProblem(problemOf({ metadata: { ...metadata, managedFields }, spec, data: 'y'.repeat(1000) }));
    expect(left).toEqual(tracedProblem(problemOf({ metadata, spec })));
  });

  test('is nothing where no forecast looks at the pod', () => {
    expect(tracedProblem(problemOf({ metadata: { ...metadata, labels: {} }, spec }))).toEqual({ kind: 'unread' });
  });

  test.each([null, 3, [], { toString: null }])('is nothing where its label or name is %j', (odd) => {
    const labels = { 'kubevirt.io': odd };
    expect(tracedProblem(problemOf({ metadata: { ...metadata, labels }, spec }))).toEqual({ kind: 'unread' });
  });
});
