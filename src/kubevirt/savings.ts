import type { Container, PodSpec } from '../objects/kubernetes.ts';
import type { ResourceList } from '../objects/quantity-shape.ts';
import { Quantity } from '../quantity/quantity.ts';
import { renderLauncherPod } from './launcher-pod.ts';
import type { RenderRequest } from './render-request.ts';
import type { RenderedVmi } from './vmi-facts.ts';

/** A setting of the VM, and how much less of each resource its running pod would ask for with it. */
export interface Saving {
  readonly change: 'no-graphics-device' | 'no-console-log' | 'overcommit-guest-overhead';
  readonly limits: ResourceList;
  readonly requests: ResourceList;
}

type Domain = RenderedVmi['spec']['domain'];

const CHANGES: readonly (readonly [Saving['change'], (domain: Domain) => Domain])[] = [
  ['no-graphics-device', (domain) => ({ ...domain, devices: { ...domain.devices, autoattachGraphicsDevice: false } })],
  ['no-console-log', (domain) => ({ ...domain, devices: { ...domain.devices, logSerialConsole: false } })],
  [
    'overcommit-guest-overhead',
    (domain) => ({ ...domain, resources: { ...domain.resources, overcommitGuestOverhead: true } }),
  ],
];

/** What the VM would save, change by change; one that would save nothing is left out. */
export function overheadSavings(request: RenderRequest): readonly Saving[] {
  const before = renderLauncherPod(request);
  if (before.kind === 'refused') return [];
  return CHANGES.flatMap(([change, apply]) => {
    const after = renderLauncherPod({ ...request, vmi: withDomain(request.vmi, apply(request.vmi.spec.domain)) });
    if (after.kind === 'refused') return [];
    const limits = difference(runningTotal(before.spec, 'limits'), runningTotal(after.spec, 'limits'));
    const requests = difference(runningTotal(before.spec, 'requests'), runningTotal(after.spec, 'requests'));
    return limits.size + requests.size === 0 ? [] : [{ change, limits, requests }];
  });
}

function withDomain(vmi: RenderedVmi, domain: Domain): RenderedVmi {
  return { ...vmi, spec: { ...vmi.spec, domain } };
}

/** What runs beside each other: the containers and the restartable init containers. */
function runningTotal(spec: PodSpec, side: 'limits' | 'requests'): ResourceList {
  const running: Container[] = [
    ...(spec.containers ?? []),
    ...(spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always'),
  ];
  const total = new Map<string, Quantity>();
  for (const container of running) {
    for (const [name, amount] of container.resources[side])
      total.set(name, (total.get(name) ?? Quantity.zero).add(amount));
  }
  return total;
}

function difference(before: ResourceList, after: ResourceList): ResourceList {
  const saved = [...before].map(([name, amount]) => [name, amount.subtract(after.get(name) ?? Quantity.zero)] as const);
  return new Map(saved.filter(([, amount]) => amount.isPositive()));
}
