import * as z from 'zod';
import { metadataShape } from './metadata.ts';
import { noResources, quantityShape, resourceListShape } from './quantity-shape.ts';

const uint32 = z.number().nullish();
const flag = z.boolean().nullish();
const text = z.string().nullish();
/** A member whose presence alone matters, such as `sriov: {}`. */
const presence = z.unknown().optional();

const probeShape = z.object({ exec: presence }).nullish();

const deviceShape = z.object({ name: text, deviceName: text, claimName: text, requestName: text });

const interfaceShape = z.object({
  name: z.string(),
  model: text,
  state: text,
  binding: z.object({ name: z.string() }).nullish(),
  sriov: presence,
  passt: presence,
  passtBinding: presence,
  slirp: presence,
  ports: z.array(z.unknown()).nullish(),
});

const devicesShape = z
  .object({
    autoattachGraphicsDevice: flag,
    autoattachPodInterface: flag,
    autoattachSerialConsole: flag,
    autoattachVSOCK: flag,
    logSerialConsole: flag,
    disks: z.array(z.object({ name: z.string(), lun: z.object({ reservation: flag }).nullish() })).nullish(),
    filesystems: z.array(z.object({ name: z.string(), virtiofs: presence })).nullish(),
    gpus: z.array(deviceShape).nullish(),
    hostDevices: z.array(deviceShape).nullish(),
    interfaces: z.array(interfaceShape).nullish(),
    tpm: z.object({ enabled: flag, persistent: flag }).nullish(),
  })
  .nullish()
  .transform((given) => given ?? {});

const cpuShape = z.object({
  cores: uint32,
  sockets: uint32,
  threads: uint32,
  maxSockets: uint32,
  dedicatedCpuPlacement: flag,
  isolateEmulatorThread: flag,
});

const memoryShape = z.object({
  guest: quantityShape.nullish(),
  maxGuest: quantityShape.nullish(),
  hugepages: z.object({ pageSize: text }).nullish(),
  reservedOverhead: z.object({ addedOverhead: quantityShape.nullish() }).nullish(),
});

const hotpluggableShape = z.object({ hotpluggable: flag }).loose();

const volumeShape = z.object({
  name: z.string(),
  containerDisk: z.object({ image: text }).nullish(),
  containerPath: presence,
  downwardMetrics: presence,
  persistentVolumeClaim: hotpluggableShape.nullish(),
  dataVolume: hotpluggableShape.nullish(),
  memoryDump: hotpluggableShape.nullish(),
  configMap: presence,
  secret: presence,
  serviceAccount: presence,
});

export const virtualMachineInstanceSpecShape = z.object({
  architecture: text,
  domain: z.object({
    cpu: cpuShape.nullish(),
    devices: devicesShape,
    firmware: z
      .object({ kernelBoot: z.object({ container: z.object({ image: text }).nullish() }).nullish() })
      .nullish(),
    ioThreadsPolicy: text,
    ioThreads: z.object({ supplementalPoolThreadCount: uint32 }).nullish(),
    launchSecurity: z.object({ sev: presence, snp: presence, tdx: presence }).nullish(),
    memory: memoryShape.nullish(),
    resources: z
      .object({ limits: resourceListShape, requests: resourceListShape, overcommitGuestOverhead: flag })
      .nullish()
      .transform((given) => ({
        limits: given?.limits ?? noResources,
        requests: given?.requests ?? noResources,
        overcommitGuestOverhead: given?.overcommitGuestOverhead === true,
      })),
  }),
  evictionStrategy: text,
  livenessProbe: probeShape,
  readinessProbe: probeShape,
  networks: z
    .array(
      z.object({
        name: z.string(),
        pod: presence,
        multus: z.object({ networkName: z.string() }).nullish(),
        resourceClaim: presence,
      }),
    )
    .nullish(),
  nodeSelector: z.record(z.string(), z.string()).nullish(),
  priorityClassName: text,
  volumes: z.array(volumeShape).nullish(),
});
export type VirtualMachineInstanceSpec = z.infer<typeof virtualMachineInstanceSpecShape>;

export const virtualMachineInstanceShape = z.object({
  metadata: metadataShape,
  spec: virtualMachineInstanceSpecShape,
  status: z
    .object({
      phase: text,
      nodeName: text,
      activePods: z.record(z.string(), z.string()).nullish(),
      launcherContainerImageVersion: text,
      currentCPUTopology: cpuShape.nullish(),
      memory: z
        .object({
          guestAtBoot: quantityShape.nullish(),
          guestCurrent: quantityShape.nullish(),
          guestRequested: quantityShape.nullish(),
          memoryOverhead: quantityShape.nullish(),
        })
        .nullish(),
      conditions: z.array(z.object({ type: z.string(), status: z.string(), message: text, reason: text })).nullish(),
      migrationState: z.object({ migrationUid: text, completed: flag, sourcePod: text, targetPod: text }).nullish(),
      volumeStatus: z
        .array(
          z.object({
            name: z.string(),
            hotplugVolume: z.object({ attachPodName: text, attachPodUID: text }).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});
export type VirtualMachineInstance = z.infer<typeof virtualMachineInstanceShape>;
