import * as z from 'zod';
import { metadataShape } from './metadata.ts';
import { resourcesShape } from './quantity-shape.ts';
import { virtualMachineInstanceSpecShape } from './virtual-machine-instance.ts';

const flag = z.boolean().nullish();
const text = z.string().nullish();
const texts = z.array(z.string()).nullish();

/** A label selector as Kubernetes writes it; matched in kubevirt/label-selector.ts. */
const labelSelectorShape = z.object({
  matchLabels: z.record(z.string(), z.string()).nullish(),
  matchExpressions: z.array(z.object({ key: z.string(), operator: z.string(), values: texts })).nullish(),
});
export type LabelSelector = z.infer<typeof labelSelectorShape>;

/** What of the KubeVirt CR's `spec.configuration` decides about a launcher pod's resources and about migrations. */
export const kubeVirtConfigurationShape = z
  .object({
    additionalGuestMemoryOverheadRatio: text,
    autoCPULimitNamespaceLabelSelector: labelSelectorShape.nullish(),
    developerConfiguration: z
      .object({
        cpuAllocationRatio: z.number().nullish(),
        memoryOvercommit: z.number().nullish(),
        useEmulation: flag,
        featureGates: texts,
        disabledFeatureGates: texts,
        pvcTolerateLessSpaceUpToPercent: z.number().nullish(),
      })
      .nullish(),
    evictionStrategy: text,
    imagePullPolicy: text,
    hypervisors: z.array(z.object({ name: text })).nullish(),
    migrations: z
      .object({
        parallelMigrationsPerCluster: z.number().nullish(),
        parallelOutboundMigrationsPerNode: z.number().nullish(),
      })
      .nullish(),
    network: z
      .object({
        defaultNetworkInterface: text,
        binding: z
          .record(
            z.string(),
            z.object({
              sidecarImage: text,
              computeResourceOverhead: resourcesShape,
              domainAttachmentType: text,
            }),
          )
          .nullish(),
      })
      .nullish(),
    permittedHostDevices: z
      .object({
        pciHostDevices: z.array(z.object({ resourceName: z.string() })).nullish(),
        mediatedDevices: z.array(z.object({ resourceName: z.string() })).nullish(),
        usb: z.array(z.object({ resourceName: z.string() })).nullish(),
      })
      .nullish(),
    supportContainerResources: z.array(z.object({ type: z.string(), resources: resourcesShape })).nullish(),
    virtualMachineOptions: z.object({ disableSerialConsoleLog: z.unknown().optional() }).nullish(),
  })
  .nullish()
  .transform((given) => given ?? {});
export type KubeVirtConfiguration = z.infer<typeof kubeVirtConfigurationShape>;

export const kubeVirtShape = z.object({
  metadata: metadataShape,
  spec: z.object({ configuration: kubeVirtConfigurationShape }).nullish(),
  status: z
    .object({
      phase: text,
      observedKubeVirtVersion: text,
      targetKubeVirtVersion: text,
      defaultArchitecture: text,
    })
    .nullish(),
});
export type KubeVirt = z.infer<typeof kubeVirtShape>;

export const virtualMachineShape = z.object({
  metadata: metadataShape,
  spec: z.object({
    runStrategy: text,
    running: flag,
    /** Present where the size of the VM stands in another object. */
    instancetype: z.unknown().optional(),
    template: z.object({ metadata: metadataShape.nullish(), spec: virtualMachineInstanceSpecShape }).nullish(),
  }),
  status: z.object({ printableStatus: text }).nullish(),
});
export type VirtualMachine = z.infer<typeof virtualMachineShape>;

export const migrationShape = z.object({
  metadata: metadataShape,
  spec: z.object({
    vmiName: z.string(),
    addedNodeSelector: z.record(z.string(), z.string()).nullish(),
  }),
  status: z
    .object({
      phase: text,
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
      migrationState: z.object({ sourcePod: text, targetPod: text, completed: flag }).nullish(),
    })
    .nullish(),
});
/** A VirtualMachineInstanceMigration (VMIM). */
export type VirtualMachineInstanceMigration = z.infer<typeof migrationShape>;
