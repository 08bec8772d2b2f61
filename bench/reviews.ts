import { migrationReview, reviewOf, type SentReview } from '../test/reviews/load-reviews.ts';
import { EXAMPLE_NAMESPACE, EXAMPLE_VMI, exampleObjects } from './example-cluster.ts';

/** The recorded review of a user's migration of the example's VM, as the API server would send it. */
export function exampleMigrationReview(): string {
  return JSON.stringify(migrationReview());
}

/** A recorded review of the launcher pod of a VM like the example's, with its names and uids in place of its own. */
export function examplePodReview(): string {
  const review = reviewOf('pods-CREATE-race-virt-launcher-vm1');
  const vmi = exampleObjects('quota-test').find(({ kind }) => kind === 'VirtualMachineInstance');
  if (vmi === undefined) throw new Error('the example holds no VMI');
  const { uid } = vmi.metadata as { readonly uid: string };
  return JSON.stringify(review)
    .replaceAll(labelOf(review, 'kubevirt.io/created-by'), uid)
    .replaceAll(new RegExp(`\\b${labelOf(review, 'vm.kubevirt.io/name')}\\b`, 'g'), EXAMPLE_VMI)
    .replaceAll(review.request.namespace, EXAMPLE_NAMESPACE);
}

function labelOf({ request }: SentReview, key: string): string {
  const label = (request.object?.metadata.labels as Readonly<Record<string, string>> | undefined)?.[key];
  if (label === undefined) throw new Error(`the recorded pod has no label ${key}`);
  return label;
}
