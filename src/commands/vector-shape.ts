import * as z from 'zod';
import type { LauncherPod, RenderRefusal } from '../kubevirt/launcher-pod.ts';
import { type Container, resourceQuotaShape } from '../objects/kubernetes.ts';
import { kubeVirtConfigurationShape } from '../objects/kubevirt.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import { virtualMachineInstanceShape } from '../objects/virtual-machine-instance.ts';

const stringMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((given): ReadonlyMap<string, string> => new Map(Object.entries(given ?? {})));

const amountsShape = z.record(z.string(), z.string()).nullish();
const containersShape = z
  .array(
    z.object({
      name: z.string(),
      restartPolicy: z.string().nullish(),
      resources: z.object({ limits: amountsShape, requests: amountsShape }).nullish(),
    }),
  )
  .nullish();
const podShape = z.object({ containers: containersShape, initContainers: containersShape }).nullish();

const outputShape = z.object({
  overheadBytes: z.string().nullish(),
  reportedOverheadBytes: z.string().nullish(),
  pod: podShape,
  error: z.string().nullish(),
  targetPod: podShape,
  targetError: z.string().nullish(),
});

/** A line of a vector file: what KubeVirt was given, and what its own code answered. */
export const vectorShape = z.object({
  name: z.string(),
  kubevirt: z.string(),
  input: z.object({
    vmi: virtualMachineInstanceShape,
    config: kubeVirtConfigurationShape,
    arch: z.string().nullish(),
    nads: z
      .record(z.string(), stringMap)
      .nullish()
      .transform((given): ReadonlyMap<string, ReadonlyMap<string, string>> => new Map(Object.entries(given ?? {}))),
    namespaceLabels: stringMap,
    resourceQuotas: z
      .array(resourceQuotaShape)
      .nullish()
      .transform((given) => given ?? []),
  }),
  output: outputShape.nullish(),
});
export type Vector = z.infer<typeof vectorShape>;
export type VectorOutput = z.infer<typeof outputShape>;
export type ExpectedPod = NonNullable<z.infer<typeof podShape>>;

/** A pod as vector files hold it, with canonical quantities. */
export interface VectorPod {
  readonly containers: readonly VectorContainer[];
  readonly initContainers: readonly VectorContainer[];
}
export interface VectorContainer {
  readonly name: string;
  readonly restartPolicy?: string;
  readonly resources: { readonly limits: Record<string, string>; readonly requests: Record<string, string> };
}

export function vectorPodOf(rendered: LauncherPod | RenderRefusal): VectorPod | null {
  if (rendered.kind === 'refused') return null;
  const { containers, initContainers } = rendered.spec;
  return {
    containers: (containers ?? []).map(vectorContainerOf),
    initContainers: (initContainers ?? []).map(vectorContainerOf),
  };
}

function vectorContainerOf({ name, restartPolicy, resources }: Container): VectorContainer {
  return {
    name,
    ...(restartPolicy ? { restartPolicy } : {}),
    resources: { limits: textsOf(resources.limits), requests: textsOf(resources.requests) },
  };
}

function textsOf(list: ResourceList): Record<string, string> {
  const names = [...list.keys()].sort();
  return Object.fromEntries(names.map((name) => [name, `${list.get(name)}`]));
}

/** What `replay -o json` prints for a vector. */
export interface ComputedVector {
  readonly file: string;
  readonly name: string;
  readonly overheadBytes?: string;
  readonly reportedOverheadBytes?: string;
  readonly pod: VectorPod | null;
  readonly targetPod: VectorPod | null;
  readonly error?: string;
}
