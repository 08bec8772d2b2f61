import type * as z from 'zod';
import { recordOf } from './kubernetes-objects.ts';

/** What is left of a value when everything that no decision reads has been taken out. */
export type Reduction = (value: unknown) => unknown;

/**
 * Reduces a value to what a shape reads of it. Derived from the shape, so that a field that a rule comes to read is kept
 * from then on. `leaves` are the parts whose own code reads what it is given: the shape does not tell what they need.
 */
export function reductionOf(shape: z.core.$ZodType, leaves: ReadonlyMap<z.core.$ZodType, Reduction>): Reduction {
  const reduced = reductionOfGiven(shape, leaves);
  return (value) => (value === null ? null : reduced(value));
}

function reductionOfGiven(shape: z.core.$ZodType, leaves: ReadonlyMap<z.core.$ZodType, Reduction>): Reduction {
  const leaf = leaves.get(shape);
  if (leaf !== undefined) return leaf;
  const { def } = (shape as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return ofType(def.type);
    case 'unknown':
      return presenceOnly;
    case 'object':
      return membersOnly(Object.entries(def.shape).map(([name, member]) => [name, reductionOf(member, leaves)]));
    case 'array':
      return eachItem(reductionOf(def.element, leaves));
    case 'record':
      return eachMember(reductionOf(def.valueType, leaves));
    case 'optional':
    case 'nullable':
    case 'default':
      return reductionOf(def.innerType, leaves);
    case 'pipe':
      // Code that is given anything must be told of in `leaves`: only presence would be left of what it reads.
      if (!isAnything(def.in)) return reductionOf(def.in, leaves);
  }
  throw new TypeError(`a shape of type ${def.type} does not tell what it reads`);
}

function isAnything(shape: z.core.$ZodType): boolean {
  const { def } = (shape as z.core.$ZodTypes)._zod;
  return def.type === 'unknown' || (def.type === 'optional' && isAnything(def.innerType));
}

export function membersOnly(members: readonly (readonly [string, Reduction])[]): Reduction {
  return (value) => {
    const given = recordOf(value);
    if (given === undefined) return blankOf(value);
    const kept: Record<string, unknown> = {};
    for (const [name, reduce] of members) if (given[name] !== undefined) kept[name] = reduce(given[name]);
    return kept;
  };
}

/** The names may be anybody's, `__proto__` among them. */
export function eachMember(reduce: Reduction): Reduction {
  return (value) => {
    const given = recordOf(value);
    if (given === undefined) return blankOf(value);
    return Object.fromEntries(Object.entries(given).map(([name, member]) => [name, reduce(member)]));
  };
}

function eachItem(reduce: Reduction): Reduction {
  return (value) => (Array.isArray(value) ? value.map(reduce) : blankOf(value));
}

function ofType(type: 'string' | 'number' | 'boolean'): Reduction {
  return (value) => (typeof value === type ? value : blankOf(value));
}

function presenceOnly(value: unknown): unknown {
  return value === undefined ? undefined : {};
}

const BLANKS: Readonly<Record<string, unknown>> = { string: '', number: 0, boolean: false };

/** An empty value of the same type: what is not of the type expected is refused all the same, in the same words. */
export function blankOf(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  if (recordOf(value) !== undefined) return {};
  return BLANKS[typeof value] ?? null;
}
