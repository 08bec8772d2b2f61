const text = { type: 'string' } as const;

const statusSchema = {
  type: 'object',
  properties: {
    status: text,
    code: { type: 'integer' },
    reason: text,
    message: text,
    details: {
      type: 'object',
      properties: {
        name: text,
        group: text,
        kind: text,
        causes: {
          type: 'array',
          items: { type: 'object', properties: { reason: text, message: text, field: text } },
        },
      },
    },
  },
} as const;

/** The AdmissionReview that is sent; fastify makes a serialiser of it, which is faster than JSON.stringify. */
export const reviewResponseSchema = {
  type: 'object',
  properties: {
    kind: text,
    apiVersion: text,
    response: {
      type: 'object',
      properties: {
        uid: text,
        allowed: { type: 'boolean' },
        status: statusSchema,
        warnings: { type: 'array', items: text },
        auditAnnotations: { type: 'object', additionalProperties: text },
        patchType: text,
        patch: text,
      },
      required: ['uid', 'allowed'],
    },
  },
  required: ['kind', 'apiVersion', 'response'],
} as const;

export const errorSchema = {
  type: 'object',
  properties: { code: { type: 'integer' }, error: text },
  required: ['code', 'error'],
} as const;
