import type { StoredScaleUp } from '../harvester/quota-annotations.ts';
import { isFinalVmi } from '../kubevirt/migration-state.ts';
import type { NamespaceFacts } from './namespace-facts.ts';
import { MOST_WALKED_THROUGH } from './race/race.ts';

/** VMs with the same of it are alike. Undefined for a VM like no other. */
export type Likeness = number | string | undefined;

/**
 * Of VMs that are alike every forecast of a migration that is asked for by itself says the same, but for the VM's name.
 * Under way at the same time they are alike only where so many are that no order of their race is looked at.
 */
export function likenessesAlone(namespace: NamespaceFacts, names: readonly string[]): readonly Likeness[] {
  return likenessesBeside(namespace, names, new Set(namespace.migrationOf.keys()));
}

/** The same of migrations that are asked for together. */
export function likenessesTogether(namespace: NamespaceFacts, names: readonly string[]): readonly Likeness[] {
  return likenessesBeside(namespace, names, new Set([...names, ...namespace.migrationOf.keys()]));
}

function likenessesBeside(
  namespace: NamespaceFacts,
  names: readonly string[],
  racing: ReadonlySet<string>,
): readonly Likeness[] {
  const isCrowd = crowdsAmong(namespace, racing);
  return names.map((name) => {
    const likeness = likenessOf(namespace, name);
    return !racing.has(name) || isCrowd(likeness) ? likeness : undefined;
  });
}

function crowdsAmong(namespace: NamespaceFacts, names: Iterable<string>): (likeness: Likeness) => boolean {
  const counts = new Map<Likeness, number>();
  for (const name of names) {
    const likeness = likenessOf(namespace, name);
    counts.set(likeness, (counts.get(likeness) ?? 0) + 1);
  }
  return (likeness) => (counts.get(likeness) ?? 0) > MOST_WALKED_THROUGH;
}

function likenessOf(namespace: NamespaceFacts, name: string): Likeness {
  const { vmis, vmiProblems, migrationOf, quotas } = namespace;
  const vmi = vmis.get(name);
  if (vmi === undefined || vmiProblems.has(name) || isFinalVmi(vmi)) return undefined;
  const { uid } = vmi.metadata;
  const stored = quotas.flatMap(({ stored: { byVm } }) => [byVm.get(name), byVm.get(uid ?? '')]);
  if (stored.every((scaleUp) => scaleUp === undefined)) return namespace.kinds(vmi);
  // Whose scale-up it is where nothing of the VM is under way depends on more than the VM.
  return migrationOf.has(name) ? `${namespace.kinds(vmi)} ${stored.map(storedText).join()}` : undefined;
}

function storedText(scaleUp: StoredScaleUp | undefined): string {
  if (scaleUp === undefined) return '';
  const amounts = [...scaleUp.delta].map(([key, { nanos, format }]) => [key, `${nanos}`, format]);
  return JSON.stringify(['uid' in scaleUp.vm, amounts]);
}
