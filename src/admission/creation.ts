import { isNamespaceName } from '../objects/names.ts';
import { quotedName } from './plain-text.ts';
import { isPlainObject, type ReviewRequest } from './review.ts';

export interface ResourceKind {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
}

/** The object of a CREATE of this very kind; undefined for any other operation, kind or subresource. */
export function createdObject(request: ReviewRequest, expected: ResourceKind): Record<string, unknown> | undefined {
  const isExpected =
    request.operation === 'CREATE' &&
    request.kind.group === expected.group &&
    request.kind.kind === expected.kind &&
    request.resource.group === expected.group &&
    request.resource.resource === expected.resource &&
    !request.subResource;
  return isExpected && isPlainObject(request.object) ? request.object : undefined;
}

/**
 * Why the request's namespace cannot be relied on, if so. The namespace of the request is where the API server creates
 * the object; the object's own is the asker's word, and naming another one must not make us read that one.
 */
export function namespaceProblem(request: ReviewRequest, object: Record<string, unknown>): string | undefined {
  const namespace = request.namespace ?? '';
  if (!isNamespaceName(namespace)) return `request.namespace ${quotedName(namespace)} is not a namespace's name`;
  const metadata = object.metadata;
  const own = isPlainObject(metadata) ? metadata.namespace : undefined;
  if (own === undefined || own === null || own === '' || own === namespace) return undefined;
  // Not every value can be made a text: `{"toString":null}` cannot.
  if (typeof own !== 'string') return "the object's metadata.namespace is no text";
  return `the object names namespace ${quotedName(own)}, the request ${quotedName(namespace)}`;
}
