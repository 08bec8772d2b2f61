interface ManagedFields {
  readonly apiVersion: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: unknown;
  readonly manager: string;
  readonly operation: 'Update';
  readonly time: string;
}

interface Manager {
  readonly manager: string;
  readonly apiVersion: string;
  readonly time: string;
  /** What it wrote, in the object's own nesting. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * An entry of `metadata.managedFields` as the API server stores them, so that the objects of a benchmark are as large as
 * stored ones: for a pod it is a third of the whole.
 */
export function managedBy({ manager, apiVersion, time, fields }: Manager): ManagedFields {
  return { apiVersion, fieldsType: 'FieldsV1', fieldsV1: fieldSet(fields), manager, operation: 'Update', time };
}

function fieldSet(value: unknown): Record<string, unknown> {
  const set: Record<string, unknown> = {};
  if (Array.isArray(value)) {
    for (const item of value) {
      const key = keyOf(item);
      if (key !== undefined) set[key] = { '.': {}, ...fieldSet(item) };
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) set[`f:${name}`] = fieldSet(member);
  }
  return set;
}

function keyOf(item: unknown): string | undefined {
  for (const field of ['name', 'mountPath', 'type', 'uid', 'ip']) {
    if (typeof item === 'object' && item !== null && field in item) {
      return `k:${JSON.stringify({ [field]: (item as Record<string, unknown>)[field] })}`;
    }
  }
  return undefined;
}
