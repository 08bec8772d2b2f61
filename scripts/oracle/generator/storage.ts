import fc from 'fast-check';
import { type Json, type Part, type Parts, someOf, sometimes, together, weighted } from './part.ts';

interface NamedVolume {
  readonly [member: string]: unknown;
  readonly name: string;
}

/** A disk's name is in the names of containers, so that it may be longer than they can be, or look like another's. */
const NAMES = [
  'disk',
  'rootdisk',
  '0',
  'kernel-boot-volume',
  'a-rather-long-name-of-a-disk-that-somebody-wanted-to-be-clear',
];

function volumeOf(name: string): fc.Arbitrary<Json> {
  const hotpluggable = fc.constantFrom<Json>({}, {}, {}, {}, { hotpluggable: true });
  return weighted<Json>(
    [40, hotpluggable.map((more) => ({ persistentVolumeClaim: { claimName: `pvc-${name}`, ...more } }))],
    [20, hotpluggable.map((more) => ({ dataVolume: { name: `dv-${name}`, ...more } }))],
    [
      28,
      fc
        .constantFrom({}, { path: '/disk/image' })
        .map((more) => ({ containerDisk: { image: `quay.io/disks/${name}:1`, ...more } })),
    ],
    [8, fc.constant({ emptyDisk: { capacity: '2Gi' } })],
    [4, fc.constant({ ephemeral: { persistentVolumeClaim: { claimName: `eph-${name}` } } })],
  );
}

function disk(name: string): Parts {
  const attachment = fc.constantFrom<Json>(
    ...Array.from({ length: 12 }, () => ({ disk: { bus: 'virtio' } })),
    { lun: { bus: 'scsi', reservation: true } },
    { lun: { bus: 'scsi' } },
    { cdrom: { bus: 'sata' } },
  );
  const details = someOf({ dedicatedIOThread: fc.boolean(), cache: fc.constant('none'), shareable: fc.boolean() }, 15);
  return fc
    .tuple(volumeOf(name), attachment, details)
    .map(([volume, attached, more]) => attachedVolume({ name, ...volume }, { ...more, ...attached }));
}

function attachedVolume(volume: NamedVolume, attached: Json): Part {
  return { lists: { volumes: [volume], disks: [{ name: volume.name, ...attached }] } };
}

const disks: fc.Arbitrary<Part[]> = fc
  .uniqueArray(fc.constantFrom(...NAMES, 'disk-1', 'disk-2'), { maxLength: 4 })
  .chain((names) => fc.tuple(...names.map(disk)));

const CONFIGURATIONS: readonly (readonly [number, NamedVolume])[] = [
  [45, { name: 'cloudinit', cloudInitNoCloud: { userDataBase64: 'I2Nsb3VkLWNvbmZpZwo=' } }],
  [5, { name: 'configmap', configMap: { name: 'settings' } }],
  [5, { name: 'secret', secret: { secretName: 'secret' } }],
  [5, { name: 'account', serviceAccount: { serviceAccountName: 'default' } }],
  [3, { name: 'sysprep', sysprep: { configMap: { name: 'sysprep' } } }],
  [7, { name: 'metrics', downwardMetrics: {} }],
];
const configurationDisks = CONFIGURATIONS.map(([percent, volume]) =>
  sometimes(percent, fc.constant(attachedVolume(volume, { disk: { bus: 'virtio' } }))),
);
const memoryDump: Part = {
  lists: { volumes: [{ name: 'memory-dump', memoryDump: { claimName: 'dump', hotpluggable: true } }] },
};

/** A folder shared with the guest: each kind of volume has rules of its own about the container that serves it. */
function sharedFolders(minor: number): Parts {
  const source = fc.constantFrom<Json>(
    { persistentVolumeClaim: { claimName: 'shared' } },
    { persistentVolumeClaim: { claimName: 'shared' } },
    { dataVolume: { name: 'shared' } },
    { configMap: { name: 'shared' } },
    { secret: { secretName: 'shared' } },
    { serviceAccount: { serviceAccountName: 'default' } },
    { downwardAPI: { fields: [] } },
    ...(minor >= 8 ? [{ containerPath: { path: '/var/run/secrets' } }] : []),
  );
  return fc.array(source, { minLength: 1, maxLength: 3 }).map((sources) => ({
    lists: {
      filesystems: sources.map((_, index) => ({ name: `shared-${index}`, virtiofs: {} })),
      volumes: sources.map((given, index) => ({ name: `shared-${index}`, ...given })),
    },
  }));
}

const kernelBoot: Parts = fc
  .constantFrom<Json>({ container: { image: 'kernel:1', kernelPath: '/vmlinuz', initrdPath: '/initrd' } }, {})
  .map((more) => ({ firmware: { kernelBoot: { kernelArgs: 'console=ttyS0', ...more } } }));

function bootloader(minor: number): Parts {
  return someOf({ secureBoot: fc.boolean(), ...(minor >= 1 ? { persistent: fc.boolean() } : {}) }, 35).map((efi) => ({
    firmware: { bootloader: { efi } },
  }));
}

/** Disks, volumes, shared folders, and what the VM boots from. */
export function storage(minor: number): fc.Arbitrary<Part[]> {
  const others = together(
    ...configurationDisks,
    sometimes(4, fc.constant(memoryDump)),
    sometimes(11, sharedFolders(minor)),
    sometimes(5, kernelBoot),
    sometimes(25, bootloader(minor)),
  );
  return fc.tuple(disks, others).map(([first, second]) => [...first, ...second]);
}
