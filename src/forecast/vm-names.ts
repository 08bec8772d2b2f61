import { isFinalVmi } from '../kubevirt/migration-state.ts';
import type { VirtualMachineInstance } from '../objects/virtual-machine-instance.ts';
import type { NamespaceObjects } from './cluster-objects.ts';

/** The VMs that run. One that is not understood is among them: it is worth a line that says so. */
export function runningVms({ virtualMachineInstances }: NamespaceObjects): readonly string[] {
  const { items, problems } = virtualMachineInstances;
  const running = items.filter((vmi) => !isFinalVmi(vmi)).map(({ metadata }) => metadata.name);
  return [...running, ...namesOf(problems)].filter((name) => name !== '');
}

/** The VMs that do not run: those whose start can be asked for. */
export function stoppedVms(namespace: NamespaceObjects): readonly string[] {
  const running = new Set(runningVms(namespace));
  const { items, problems } = namespace.virtualMachines;
  const names = [...items.map(({ metadata }) => metadata.name), ...namesOf(problems)];
  return names.filter((name) => name !== '' && !running.has(name));
}

export function vmisOnNode({ virtualMachineInstances }: NamespaceObjects, node: string): VirtualMachineInstance[] {
  return virtualMachineInstances.items.filter((vmi) => !isFinalVmi(vmi) && vmi.status?.nodeName === node);
}

function namesOf(problems: readonly { readonly name: string }[]): string[] {
  return problems.map(({ name }) => name);
}
