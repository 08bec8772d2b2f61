import type { World } from './worlds.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A review as somebody else than the product reads it: by hand, field by field. */
export type OwnReading =
  | { readonly kind: 'no JSON' }
  /** What is wrong, of which the answer has to name one. */
  | { readonly kind: 'faulty'; readonly faults: readonly string[] }
  | { readonly kind: 'review'; readonly apiVersion: string; readonly request: Fields & { readonly uid: string } };

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function ownReading(text: string): OwnReading {
  const excesses = excessesOf(text);
  if (excesses.length > 0) return { kind: 'faulty', faults: excesses };
  let body: unknown;
  try {
    body = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    return { kind: 'no JSON' };
  }
  if (!isFields(body)) return { kind: 'faulty', faults: ['the body is '] };
  const { apiVersion, request } = body;
  const faults = [
    ...(body.kind === 'AdmissionReview' ? [] : ['kind is ']),
    ...(apiVersion === 'admission.k8s.io/v1' || apiVersion === 'admission.k8s.io/v1beta1' ? [] : ['apiVersion is ']),
    ...(isFields(request) ? faultsOf(request) : ['request is missing']),
  ];
  if (faults.length > 0) return { kind: 'faulty', faults };
  return { kind: 'review', apiVersion: String(apiVersion), request: request as Fields & { uid: string } };
}

/** What no API server sends. */
function excessesOf(text: string): string[] {
  const marks = text.replaceAll(/"(?:[^"\\]|\\.)*(?:"|$)/gs, '').replaceAll(/[^{}[\],]/g, '');
  let depth = 0;
  let deepest = 0;
  let values = 1;
  for (const mark of marks) {
    depth += { '{': 1, '[': 1, '}': -1, ']': -1 }[mark] ?? 0;
    deepest = Math.max(deepest, depth);
    if (mark === ',' || mark === '{' || mark === '[') values += 1;
  }
  const isLarge = values > 200_000 || Buffer.byteLength(text) > 7 * 1024 * 1024;
  return [...(deepest > 10_000 ? ['nests deeper than 10000 levels'] : []), ...(isLarge ? ['too large'] : [])];
}

function faultsOf(request: Fields): string[] {
  const { uid, kind, resource, userInfo } = request;
  const isText = (value: unknown) => typeof value === 'string';
  const isOptionalText = (value: unknown) => value === undefined || value === null || isText(value);
  const faulty: readonly (readonly [string, boolean])[] = [
    ['request.uid', isText(uid) && uid !== '' && String(uid).length <= 128],
    ['request.kind', isFields(kind) && isText(kind.group) && isText(kind.kind)],
    ['request.resource', isFields(resource) && isText(resource.group) && isText(resource.resource)],
    ['request.subResource', isOptionalText(request.subResource)],
    ['request.name', isOptionalText(request.name)],
    ['request.namespace', isOptionalText(request.namespace)],
    ['request.operation', isText(request.operation)],
    ['request.dryRun', [undefined, null, true, false].includes(request.dryRun as boolean)],
    ['request.userInfo', userInfo === undefined || userInfo === null || isUser(userInfo)],
  ];
  return faulty.filter(([, isFine]) => !isFine).map(([name]) => name);
}

function isUser(userInfo: unknown): boolean {
  if (!isFields(userInfo)) return false;
  const { username } = userInfo;
  return username === undefined || username === null || typeof username === 'string';
}

/** `may`: there is a reason to deny, and still something odd for which headroom admits rather than denies. */
export type Denial = 'must' | 'may' | 'must not';

export function denialOf(path: string, { request }: Extract<OwnReading, { kind: 'review' }>, world: World): Denial {
  const { object, namespace, userInfo } = request;
  if (path !== '/validate/migrations' || !isMigrationCreated(request) || !isFields(object)) return 'must not';
  const { spec, metadata } = object;
  if (!isFields(spec) || typeof namespace !== 'string' || typeof spec.vmiName !== 'string') return 'must not';
  if (!world.hopeless.has(`${namespace}/${spec.vmiName}`)) return 'must not';
  if (!isFields(metadata) || !isSameNamespace(metadata.namespace, namespace)) return 'must not';
  return isNamed(metadata) && !isPlatform(userInfo) ? 'must' : 'may';
}

function isNamed({ name }: Fields): boolean {
  return name === undefined || name === null || typeof name === 'string';
}

function isPlatform(userInfo: unknown): boolean {
  return isFields(userInfo) && typeof userInfo.username === 'string' && userInfo.username.startsWith('system:');
}

function isMigrationCreated({ operation, kind, resource, subResource }: Fields): boolean {
  return (
    operation === 'CREATE' &&
    isKind(kind, 'kubevirt.io', 'kind', 'VirtualMachineInstanceMigration') &&
    isKind(resource, 'kubevirt.io', 'resource', 'virtualmachineinstancemigrations') &&
    (subResource === undefined || subResource === null || subResource === '')
  );
}

function isKind(value: unknown, group: string, member: string, name: string): boolean {
  return isFields(value) && value.group === group && value[member] === name;
}

function isSameNamespace(own: unknown, asked: unknown): boolean {
  return own === undefined || own === null || own === '' || own === asked;
}
