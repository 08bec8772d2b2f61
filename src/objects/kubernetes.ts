import * as z from 'zod';
import { metadataShape } from './metadata.ts';
import { resourceListShape, resourcesShape } from './quantity-shape.ts';

export const namespaceShape = z.object({ metadata: metadataShape });
export type Namespace = z.infer<typeof namespaceShape>;

const scopeRequirementShape = z.object({
  scopeName: z.string(),
  operator: z.string(),
  values: z.array(z.string()).nullish(),
});
export type ScopeRequirement = z.infer<typeof scopeRequirementShape>;

export const resourceQuotaShape = z.object({
  metadata: metadataShape,
  spec: z
    .object({
      hard: resourceListShape,
      scopes: z.array(z.string()).nullish(),
      scopeSelector: z.object({ matchExpressions: z.array(scopeRequirementShape).nullish() }).nullish(),
    })
    .nullish(),
  /** What admission compares with; absent until the quota controller has filled it. */
  status: z.object({ hard: resourceListShape, used: resourceListShape }).partial().nullish(),
});
export type ResourceQuota = z.infer<typeof resourceQuotaShape>;

const limitRangeItemShape = z.object({
  type: z.string(),
  max: resourceListShape,
  min: resourceListShape,
  default: resourceListShape,
  defaultRequest: resourceListShape,
  maxLimitRequestRatio: resourceListShape,
});
export type LimitRangeItem = z.infer<typeof limitRangeItemShape>;

export const limitRangeShape = z.object({
  metadata: metadataShape,
  spec: z.object({ limits: z.array(limitRangeItemShape).nullish() }).nullish(),
});
export type LimitRange = z.infer<typeof limitRangeShape>;

const containerShape = z.object({
  name: z.string(),
  restartPolicy: z.string().nullish(),
  resources: resourcesShape,
});
export type Container = z.infer<typeof containerShape>;

const podAffinityTermShape = z.object({
  namespaces: z.array(z.string()).nullish(),
  namespaceSelector: z.unknown().optional(),
});
const podAffinityShape = z
  .object({
    requiredDuringSchedulingIgnoredDuringExecution: z.array(podAffinityTermShape).nullish(),
    preferredDuringSchedulingIgnoredDuringExecution: z
      .array(z.object({ podAffinityTerm: podAffinityTermShape }))
      .nullish(),
  })
  .nullish();

export const podSpecShape = z.object({
  containers: z.array(containerShape).nullish(),
  initContainers: z.array(containerShape).nullish(),
  overhead: resourceListShape,
  /** Pod-level resources; absent is not the same as empty. */
  resources: z.object({ limits: resourceListShape, requests: resourceListShape }).nullish(),
  activeDeadlineSeconds: z.number().nullish(),
  priorityClassName: z.string().nullish(),
  affinity: z.object({ podAffinity: podAffinityShape, podAntiAffinity: podAffinityShape }).nullish(),
  nodeName: z.string().nullish(),
});
export type PodSpec = z.infer<typeof podSpecShape>;

export const podShape = z.object({
  metadata: metadataShape,
  spec: podSpecShape,
  status: z.object({ phase: z.string().nullish() }).nullish(),
});
export type Pod = z.infer<typeof podShape>;

export const nodeShape = z.object({
  metadata: metadataShape,
  status: z.object({ nodeInfo: z.object({ architecture: z.string().nullish() }).nullish() }).nullish(),
});
export type Node = z.infer<typeof nodeShape>;
