const HUGE_PAGES_PREFIX = 'hugepages-';
const REQUESTS_PREFIX = 'requests.';
const NATIVE_DOMAIN = 'kubernetes.io/';
const MAX_PREFIX_LENGTH = 253;
const MAX_NAME_LENGTH = 63;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export function isHugePages(name: string): boolean {
  return name.startsWith(HUGE_PAGES_PREFIX);
}

/** What may stand in a pod's own `spec.resources` (component-helpers IsSupportedPodLevelResource, v0.34). */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name);
}

/** Devices and the like, which a quota can only name as `requests.<name>` (core/v1/helper IsExtendedResourceName). */
export function isExtendedResource(name: string): boolean {
  if (isNative(name) || name.startsWith(REQUESTS_PREFIX)) return false;
  const slash = name.indexOf('/');
  const prefix = name.slice(0, slash);
  const rest = name.slice(slash + 1);
  // The quota's key, `requests.` included, must itself be a qualified name.
  if (prefix.length + REQUESTS_PREFIX.length > MAX_PREFIX_LENGTH || rest.length > MAX_NAME_LENGTH) return false;
  return DNS_SUBDOMAIN.test(prefix) && NAME_PART.test(rest);
}

/** Whether a limit may be larger than the request (core/v1/helper IsOvercommitAllowed). */
export function allowsOvercommit(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

/** Whether a key of a quota is one that pods are counted by (podEvaluator.MatchingResources). */
export function isPodQuotaKey(key: string): boolean {
  if (POD_QUOTA_KEYS.has(key) || isHugePages(key)) return true;
  if (!key.startsWith(REQUESTS_PREFIX)) return false;
  return isHugePages(key.slice(REQUESTS_PREFIX.length)) || !isNative(key);
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes(NATIVE_DOMAIN);
}

const POD_QUOTA_KEYS: ReadonlySet<string> = new Set([
  'count/pods',
  'pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]);
