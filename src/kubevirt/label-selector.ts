import type { LabelSelector } from '../objects/kubevirt.ts';

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

type Labels = ReadonlyMap<string, string>;

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const LONGEST_PREFIX = 253;

/**
 * Whether labels match, with the empty selector matching all. A selector that Kubernetes would refuse matches nothing:
 * KubeVirt logs the error and goes on as if it were not set (doesVMIRequireAutoCPULimits).
 */
export function matchesSelector(labels: Labels, selector: LabelSelector): boolean {
  const requirements = requirementsOf(selector);
  return requirements.every(isValid) && requirements.every((requirement) => isMet(requirement, labels));
}

function requirementsOf(selector: LabelSelector): Requirement[] {
  const equalities = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
    key,
    operator,
    values: values ?? [],
  }));
  return [...equalities, ...expressions];
}

function isValid({ key, operator, values }: Requirement): boolean {
  return (
    isValidKey(key) &&
    hasValidCount(operator, values.length) &&
    values.every((value) => value === '' || NAME.test(value))
  );
}

function isValidKey(key: string): boolean {
  const parts = key.split('/');
  const name = parts.pop() ?? '';
  const [prefix, ...more] = parts;
  if (!NAME.test(name) || more.length > 0) return false;
  return prefix === undefined || (prefix.length <= LONGEST_PREFIX && PREFIX.test(prefix));
}

function hasValidCount(operator: string, count: number): boolean {
  if (operator === 'In' || operator === 'NotIn') return count > 0;
  return (operator === 'Exists' || operator === 'DoesNotExist') && count === 0;
}

function isMet({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels.get(key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}
