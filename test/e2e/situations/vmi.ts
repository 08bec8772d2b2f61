import { type Json, merged } from '../../builders/json.ts';
import { vmiAsStored } from '../harness/virt-api.ts';
import type { VmDraft } from './draft.ts';
import { FEATURES, type Feature, GUARANTEED } from './vm-features.ts';

/** The VMI of a VM as Harvester makes them, as virt-api would have stored it. */
export function vmiOf(draft: VmDraft, namespace: string): Json {
  const { name, cores, sockets, threads, memoryMi, reservedMi } = draft;
  const features: readonly Feature[] = draft.features.map((feature) => FEATURES[feature]);
  const disks = features.flatMap((feature) => feature.disks ?? []);
  const volumes = features.flatMap((feature) => feature.volumes ?? []);
  const domain = {
    cpu: { cores, sockets, threads },
    memory: { guest: `${memoryMi - reservedMi}Mi` },
    devices: laidOver({ disks, interfaces: [{ name: 'default', masquerade: {} }] }, features, 'devices'),
    resources: resourcesOf(draft),
  };
  const spec = {
    evictionStrategy: 'LiveMigrateIfPossible',
    terminationGracePeriodSeconds: 1,
    domain: laidOver(domain, features, 'domain'),
    networks: [{ name: 'default', pod: {} }],
    volumes,
  };
  const annotations = Object.assign({}, ...features.map((feature) => feature.annotations ?? {}));
  return vmiAsStored({ namespace, name, metadata: { annotations }, spec: laidOver(spec, features, 'spec') });
}

function laidOver(object: Json, features: readonly Feature[], part: 'spec' | 'domain' | 'devices'): Json {
  return features.reduce((result, feature) => merged(result, feature[part] ?? {}), object);
}

function resourcesOf(draft: VmDraft): Json {
  const cpus = draft.cores * draft.sockets * draft.threads;
  const isGuaranteed = draft.features.some((feature) => GUARANTEED.has(feature));
  const percent = isGuaranteed ? { cpu: 100, memory: 100 } : draft.overcommit;
  const requests = {
    cpu: isGuaranteed ? `${cpus}` : `${Math.max(1, Math.floor((cpus * 100_000) / percent.cpu))}m`,
    memory: `${Math.floor((draft.memoryMi * 100) / percent.memory)}Mi`,
  };
  const stated = isGuaranteed ? 'both' : draft.limits;
  const limits = {
    ...((stated === 'both' || stated === 'cpu') && { cpu: `${cpus}` }),
    ...((stated === 'both' || stated === 'memory') && { memory: `${draft.memoryMi}Mi` }),
  };
  return { requests, ...(Object.keys(limits).length > 0 && { limits }) };
}
