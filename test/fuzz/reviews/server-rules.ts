import assert from 'node:assert/strict';
import type { PatchOperation } from '../../../src/admission/annotations-patch.ts';
import type { AdmissionReviewResponse } from '../../../src/admission/response.ts';

/** k8s.io/apiserver filters/warning.go: once all warnings have more than 4096 characters, each is cut to 256. */
const LONGEST_WARNING = 256;
const LONGEST_WARNINGS = 4096;
/** Our own bounds: the API server hands on what it is given. */
const LONGEST_DENIAL = 16_384;
const MOST_CAUSES = 64;
/** k8s.io/apimachinery validation.IsQualifiedName without a prefix. */
const AUDIT_KEY = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

type Response = AdmissionReviewResponse['response'];

/**
 * What k8s.io/apiserver asks of an answer before it believes it (pkg/admission/plugin/webhook/request,
 * VerifyAdmissionResponse), and what of it would silently be dropped or cut on its way to the user. Gives the patch.
 */
export function checkedPatch(path: string, sent: { apiVersion: string; uid: string }, body: string): PatchOperation[] {
  assert.ok(body.isWellFormed(), 'the answer is UTF-8');
  const answer: AdmissionReviewResponse = JSON.parse(body);
  const { response } = answer;
  assert.equal(answer.kind, 'AdmissionReview');
  assert.equal(answer.apiVersion, sent.apiVersion);
  assert.equal(response.uid, sent.uid);
  assert.equal(typeof response.allowed, 'boolean');
  checkDenial(response);
  checkWarnings(response.warnings ?? []);
  for (const [key, value] of Object.entries(response.auditAnnotations ?? {})) {
    assert.match(key, AUDIT_KEY);
    assert.equal(typeof value, 'string');
    assert.ok(value.length <= 1024, 'an audit annotation is a line');
  }
  return patchOf(path, response);
}

function checkDenial({ allowed, status }: Response): void {
  if (allowed) {
    assert.equal(status, undefined, 'an admission has no status');
    return;
  }
  assert.ok(status !== undefined && status.code >= 400 && status.code < 600, 'a denial has a code of an error');
  assert.equal(status.status, 'Failure');
  assert.ok(status.message.length > 0 && status.message.length <= LONGEST_DENIAL);
  assert.ok(status.details.causes.length <= MOST_CAUSES);
  for (const { message, field } of status.details.causes) assert.ok(message.length + field.length <= 2048);
  assert.doesNotMatch(status.message, /[^\P{Cc}\n]/u, 'a denial controls no terminal');
  assert.ok((status.message.split('\n')[0] ?? '').length <= 256, 'the first line of a denial stands by itself');
}

function checkWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) {
    assert.ok(warning.length > 0 && warning.length <= LONGEST_WARNING);
    // net.NewWarningHeader refuses these, and the warning is lost.
    assert.doesNotMatch(warning, /\p{Cc}/u);
    assert.ok(warning.isWellFormed());
  }
  assert.ok(warnings.join('').length <= LONGEST_WARNINGS);
  assert.equal(new Set(warnings).size, warnings.length, 'no warning is said twice');
}

function patchOf(path: string, { patch, patchType, allowed }: Response): PatchOperation[] {
  if (path.startsWith('/validate/')) assert.deepEqual([patch, patchType], [undefined, undefined]);
  if (patch === undefined) {
    assert.equal(patchType, undefined, 'a type of patch needs a patch');
    return [];
  }
  assert.equal(patchType, 'JSONPatch');
  assert.ok(allowed, 'what is denied is not patched');
  assert.match(patch, BASE64);
  const operations: PatchOperation[] = JSON.parse(Buffer.from(patch, 'base64').toString());
  assert.ok(Array.isArray(operations) && operations.length > 0);
  for (const { op, path: pointer } of operations) {
    assert.ok(['add', 'replace', 'remove'].includes(op));
    assert.match(pointer, /^\/metadata\/annotations(\/[^/]+)?$/);
  }
  return operations;
}
