// What helm makes of charts/headroom: the ways to install it that are checked, and their objects.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

// Of a manifest any field may be asked for; the checks say what they expect there.
// biome-ignore lint/suspicious/noExplicitAny: a manifest is what helm printed, which is what is to be found out.
export type Manifest = any;

export type CertificateMode = 'self-managed' | 'cert-manager' | 'secret';

/** A way to install the chart. */
export interface Variant {
  readonly title: string;
  readonly mode: CertificateMode;
  readonly args: readonly string[];
  readonly release: string;
  readonly namespace: string;
}

export interface RenderedChart extends Variant {
  readonly objects: readonly Manifest[];
  /** Name that most objects have. */
  readonly name: string;
}

const SECRET = [
  '--set=certificates.mode=secret',
  '--set=certificates.secretName=mine',
  '--set=certificates.caBundle=-----BEGIN CERTIFICATE-----',
];
const EVERYTHING = [
  '--set=image.repository=registry.example/headroom,image.tag=1.2.3,image.pullPolicy=Always,image.pullSecrets={a,b}',
  `--set=image.digest=sha256:${'a'.repeat(64)}`,
  '--set=policies.user=warn,policies.evacuation=off,policies.workloadUpdate=deny,policies.platform=false',
  '--set=webhook.failurePolicy=Fail,webhook.timeoutSeconds=2,excludedNamespaces={x}',
  '--set=replicas=3,priorityClassName=,nodeSelector.disk=ssd,logLevel=debug,selfTest.namespace=team-a',
  '--set=resources.requests.memory=1Gi,resources.limits.cpu=2',
  '--set=networkPolicy.enabled=true,networkPolicy.apiServerCIDRs={10.0.1.0/24,fd00::/64}',
  '--set=clientCertificates.ca=-----BEGIN CERTIFICATE-----,clientCertificates.names={kube-apiserver,other one}',
  '--set=events.enabled=true,statusPage.enabled=true,survey.intervalSeconds=0',
  '--set=monitoring.enabled=true,monitoring.interval=15s,monitoring.dashboard.namespace=grafana',
  '--set=monitoring.labels.release=prometheus,monitoring.labels.app\\.kubernetes\\.io/name=other',
  '--set=monitoring.rules.runbookURL=https://docs.example.internal/runbook.html',
];

function variant(title: string, mode: CertificateMode, args: readonly string[]): Variant {
  return { title, mode, args, release: 'headroom', namespace: 'headroom-system' };
}

export const VARIANTS: readonly Variant[] = [
  variant('the default', 'self-managed', []),
  variant('the default on Kubernetes 1.24', 'self-managed', ['--kube-version=1.24.0']),
  variant('every switch turned', 'self-managed', EVERYTHING),
  variant('nothing excluded', 'self-managed', ['--set-json=excludedNamespaces=[]']),
  variant('a network policy for any address', 'self-managed', ['--set=networkPolicy.enabled=true']),
  variant('Events', 'self-managed', ['--set=events.enabled=true']),
  variant('monitoring as on Harvester', 'self-managed', ['--set=monitoring.enabled=true']),
  variant('metrics without alerts and dashboard', 'self-managed', [
    '--set=monitoring.enabled=true,monitoring.rules.enabled=false,monitoring.dashboard.enabled=false',
  ]),
  variant('cert-manager with an authority of its own', 'cert-manager', ['--set=certificates.mode=cert-manager']),
  variant("cert-manager with the user's issuer", 'cert-manager', [
    '--set=certificates.mode=cert-manager,certificates.issuerRef.name=corporate,certificates.issuerRef.kind=ClusterIssuer',
  ]),
  variant('cert-manager and every switch turned', 'cert-manager', [
    ...EVERYTHING,
    '--set=certificates.mode=cert-manager',
  ]),
  variant("the user's Secret", 'secret', SECRET),
  variant("the user's Secret and every switch turned", 'secret', [...EVERYTHING, ...SECRET]),
  {
    ...variant('another release name and namespace', 'self-managed', []),
    release: 'quota',
    namespace: 'harvester-system',
  },
  { ...variant('values that Rancher adds', 'self-managed', ['--set=global.cattle.clusterId=local']) },
];

export function renderChart(chosen: Variant): RenderedChart {
  const { release, namespace, args } = chosen;
  const text = execFileSync(
    '.cache/bin/helm',
    ['template', release, 'charts/headroom', `--namespace=${namespace}`, ...args],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((object) => object !== null);
  return { ...chosen, objects, name: release === 'headroom' ? release : `${release}-headroom` };
}

export function readYaml(file: string): Manifest {
  return parse(readFileSync(file, 'utf8'));
}
