/** Of the request whose decision the documents trace. */
export const DECIDED_UID = 'b6f6c0de-0001-4d3f-9c52-6a1b7d1d1a01';

/** What stands for something of the reader's own, and what it is in the tests. */
const PLACEHOLDERS: ReadonlyMap<string, string> = new Map([
  ['NAMESPACE', 'quota-test'],
  ['VM', 'vm1'],
  ['NODE', 'harv1'],
  ['COMMAND', 'forecast'],
  ['UID', DECIDED_UID],
]);

/** Commands that are named or cut short where they stand, and how one types them. */
export const IN_FULL: ReadonlyMap<string, string> = new Map([
  ['headroom completion', 'headroom completion bash'],
  ['headroom forecast', 'headroom forecast -A'],
  ['headroom forecast --start', 'headroom forecast --start -A'],
  ['headroom forecast --start …', 'headroom forecast --start -A'],
  ['headroom forecast -f', 'headroom forecast -f migrations.yaml'],
  [
    'headroom forecast … --quota NS/NAME:limits.memory=6000Mi',
    'headroom forecast -A --quota quota-test/default-z4g94:limits.memory=6000Mi',
  ],
  ['headroom overhead', 'headroom overhead -A'],
  ['headroom overhead VM', 'headroom overhead vm1 -n quota-test'],
  ['headroom replay', 'headroom replay vectors/*.jsonl'],
  ['headroom replay FILE…', 'headroom replay vectors/*.jsonl'],
  ['headroom replay FOLDER', 'headroom replay scenarios/000'],
  ['headroom report', 'headroom report -o report.html'],
  ['headroom serve', 'headroom serve --snapshot cluster.yaml'],
  ['headroom snapshot', 'headroom snapshot -o cluster.jsonl'],
  ['headroom trace', 'headroom trace headroom.log'],

  [
    'helm install … --set policies.user=warn',
    'helm install headroom charts/headroom -n headroom-system --create-namespace --set image.repository=registry.example/headroom --set policies.user=warn',
  ],
  ['helm package', 'helm package charts/headroom'],
  ['helm test', 'helm test headroom -n headroom-system'],
  ['helm upgrade', 'helm upgrade headroom charts/headroom -n headroom-system'],
  ['helm upgrade headroom …', 'helm upgrade headroom charts/headroom -n headroom-system'],
  [
    'helm upgrade … --reset-then-reuse-values --set policies.user=deny',
    'helm upgrade headroom charts/headroom -n headroom-system --reset-then-reuse-values --set policies.user=deny',
  ],

  ['kubectl apply -f', 'kubectl apply -f deploy/headroom.yaml'],
  ['kubectl apply -f harvester-addon.yaml', 'kubectl apply -f examples/harvester-addon.yaml'],
  ['kubectl auth can-i', 'kubectl auth can-i list pods -A'],
  ['kubectl get -o yaml', 'kubectl get kubevirts,settings -A -o yaml'],
  ['kubectl headroom', 'kubectl headroom version'],

  ['npm run e2e -- NAME', 'npm run e2e -- decisions'],
  ['npm test -- FILE', 'npm test -- test/quantity/quantity.test.ts'],
]);

/** The command as it is typed: whole, and with something in every place that is left open. */
export function inFull(command: string): string {
  const whole = IN_FULL.get(command) ?? command;
  return whole.replaceAll(/(?<![\w./-])[A-Z]{2,}(?![\w./:-])/g, (word) => PLACEHOLDERS.get(word) ?? word);
}
