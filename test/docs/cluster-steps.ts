/** A command that test/e2e/documented.e2e.ts types on a real control plane. */
export interface Step {
  /** As the documents have it, in full. */
  readonly command: string;
  /** What it says; standard output and standard error are one text. */
  readonly says: RegExp;
  /** 0 where it is not given. */
  readonly exitCode?: number;
}

const UPGRADED = /STATUS: deployed[\s\S]*REVISION: [2-9]/;
const INSTALL =
  'helm install headroom charts/headroom -n headroom-system --create-namespace --set image.repository=registry.example/headroom';

/** One after the other, as an administrator goes through docs/install.md; replicas run between the first and the second part. */
export const INSTALLING: readonly Step[] = [
  { command: INSTALL, says: /STATUS: deployed[\s\S]*helm test headroom -n headroom-system/ },
];

/** While headroom answers. */
export const IN_SERVICE: readonly Step[] = [
  { command: 'kubectl -n quota-test delete vmim vm1-4pjr8', says: /"vm1-4pjr8" deleted/ },
  {
    command: 'kubectl -n headroom-system rollout status deployment/headroom',
    says: /deployment "headroom" successfully rolled out/,
  },
  { command: 'helm test headroom -n headroom-system', says: /TEST SUITE: +headroom-self-test[\s\S]*Phase: +Succeeded/ },
  { command: 'headroom self-test', says: /^headroom answered: verdict unknown$/m },
  { command: 'headroom self-test -n team-a', says: /^headroom answered: verdict unknown$/m },
  {
    command: 'kubectl create -f migration.yaml',
    says: /denied the request: VM quota-test\/vm1 cannot migrate/,
    exitCode: 1,
  },
  {
    command:
      "kubectl get vmim -A -o custom-columns='NAMESPACE:.metadata.namespace,NAME:.metadata.name,VERDICT:.metadata.annotations.headroom\\.harvesterhci\\.io/verdict'",
    says: /^NAMESPACE +NAME +VERDICT\n(?:.*\n)*team-a .* unknown$/m,
  },
  {
    command: 'kubectl -n headroom-system logs -l app.kubernetes.io/component=webhook --tail=-1 > headroom.log',
    says: /^$/,
  },
  {
    command:
      'kubectl -n headroom-system logs -l app.kubernetes.io/component=webhook --tail=-1 | grep \'"verdict":"exceeds"\'',
    says: /"verdict":"exceeds"/,
  },
];

export const ADMINISTERING: readonly Step[] = [
  {
    command: 'kubectl label namespace headroom-system pod-security.kubernetes.io/enforce=restricted',
    says: /namespace\/headroom-system labeled/,
  },
  {
    command:
      'helm upgrade headroom charts/headroom -n headroom-system --reset-then-reuse-values --set policies.user=deny',
    says: UPGRADED,
  },
  {
    command:
      'helm upgrade headroom charts/headroom -n headroom-system --reset-then-reuse-values --set monitoring.enabled=true',
    // The control plane is without Prometheus's operator; monitoring.e2e.ts has its definitions.
    says: /no matches for kind "ServiceMonitor"/,
    exitCode: 1,
  },
  {
    command:
      'helm upgrade headroom charts/headroom -n headroom-system --reset-then-reuse-values --set events.enabled=true',
    says: UPGRADED,
  },
  {
    command:
      'helm upgrade headroom charts/headroom -n headroom-system --reset-then-reuse-values --set statusPage.enabled=true',
    says: UPGRADED,
  },
  {
    command: 'helm upgrade headroom charts/headroom -n headroom-system --reset-then-reuse-values --set logLevel=debug',
    says: UPGRADED,
  },
  {
    command: 'helm upgrade headroom charts/headroom -n headroom-system --reset-then-reuse-values --set logLevel=info',
    says: UPGRADED,
  },
  {
    command: 'kubectl annotate --overwrite namespace quota-test headroom.harvesterhci.io/policy=deny',
    says: /namespace\/quota-test annotated/,
  },
  {
    command: 'kubectl annotate --overwrite namespace quota-test headroom.harvesterhci.io/policy=warn',
    says: /namespace\/quota-test annotated/,
  },
  { command: 'helm upgrade headroom charts/headroom -n headroom-system', says: UPGRADED },
  {
    command:
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=webhook clients' -keyout ca.key -out ca.crt",
    says: /^/,
  },
  {
    command:
      "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=kube-apiserver' -keyout client.key -out client.csr",
    says: /^/,
  },
  { command: "printf 'extendedKeyUsage=clientAuth\\n' >client.ext", says: /^$/ },
  {
    command:
      'openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile client.ext -out client.crt',
    says: /subject=.*CN ?= ?kube-apiserver/,
  },
  {
    command:
      'helm upgrade headroom charts/headroom -n headroom-system --reset-then-reuse-values --set-file clientCertificates.ca=ca.crt --set clientCertificates.names={kube-apiserver}',
    says: UPGRADED,
  },
  {
    command: 'kubectl -n headroom-system scale deployment headroom --replicas=0',
    says: /deployment.apps\/headroom scaled/,
  },
  {
    command: 'kubectl -n headroom-system delete secret headroom-certificates',
    says: /secret "headroom-certificates" deleted/,
  },
  {
    command: 'kubectl delete validatingwebhookconfiguration,mutatingwebhookconfiguration headroom',
    says: /validatingwebhookconfiguration.*"headroom" deleted[\s\S]*mutatingwebhookconfiguration.*"headroom" deleted/,
  },
];

export const REMOVING: readonly Step[] = [
  { command: 'helm uninstall headroom -n headroom-system', says: /release "headroom" uninstalled/ },
  { command: `${INSTALL} --set policies.user=warn`, says: /Migrations of users that can never fit: warn/ },
  { command: 'helm uninstall headroom -n headroom-system', says: /release "headroom" uninstalled/ },
  { command: 'kubectl delete namespace headroom-system', says: /namespace "headroom-system" deleted/ },
];

/** By other ways than with Helm from a folder. */
export const OTHER_WAYS: readonly Step[] = [
  { command: 'helm package charts/headroom', says: /saved it to: .*headroom-\d+\.\d+\.\d+\.tgz/ },
  { command: 'helm repo index . --url http://charts.example.internal', says: /^$/ },
  { command: 'kubectl apply -f deploy/headroom.yaml', says: /deployment.apps\/headroom created/ },
  { command: 'kubectl apply -f examples/harvester-addon.yaml', says: /addon.harvesterhci.io\/headroom created/ },
];

export const STEPS: readonly Step[] = [...INSTALLING, ...IN_SERVICE, ...ADMINISTERING, ...REMOVING, ...OTHER_WAYS];

/** Commands that only look are typed as they stand, whichever document comes to show them. */
export function onlyReads(command: string): boolean {
  return READING.test(command);
}

const READING = /^kubectl (?:(?:-n|--namespace) \S+ )?(?:get|describe|explain|events|api-resources|auth can-i) /;
