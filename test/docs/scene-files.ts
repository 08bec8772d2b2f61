import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { clusterForecaster } from '../../src/admission/cluster-forecaster.ts';
import { openSnapshot } from '../../src/cluster/snapshot.ts';
import type { SelfSigned } from '../../src/server/self-signed.ts';
import type { Json } from '../builders/json.ts';
import { objectsIn } from '../cluster/live-and-snapshot.ts';
import { migrationReview, tracedApp } from '../trace/traced.ts';
import { DECIDED_UID } from './in-full.ts';

const example = (name: string) => readFileSync(`examples/${name}.yaml`, 'utf8');

/** The example namespace once more under other names, as a document calls them. */
function renamed(yaml: string, names: Readonly<Record<string, string>>): string {
  return Object.entries(names).reduce((text, [before, after]) => text.replaceAll(before, after), yaml);
}

const TEAM_A = renamed(example('quota-test'), {
  'quota-test': 'team-a',
  'default-z4g94': 'default-x7k2p',
  c08117fa: 'c08117fb',
});

/** One namespace, team-a, whose VM runs on a node called harv1. */
function teamCluster(): readonly Json[] {
  return [...objectsIn(TEAM_A), { apiVersion: 'v1', kind: 'Node', metadata: { name: 'harv1' } }];
}

/** The same with namespace quota-test, and namespace shop on harv1. */
export function liveCluster(): readonly Json[] {
  const shop = objectsIn(example('full-node')).filter(
    ({ metadata }) => (metadata as Json).namespace === 'shop' || (metadata as Json).name === 'shop',
  );
  return [...teamCluster(), ...objectsIn(example('quota-test')), ...shop];
}

/** JSON is YAML. */
function asYaml(objects: readonly Json[]): string {
  return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
}

/** What the webhook logs at level debug of one decision. */
async function decisionLog(): Promise<string> {
  const { ask, log } = tracedApp(clusterForecaster(await openSnapshot(['examples/quota-test-after-migration.yaml'])));
  await ask('/validate/migrations', migrationReview('quota-test', 'vm1', DECIDED_UID));
  return log();
}

/** By path; what is in bin is run. */
export async function sceneFiles(pair: SelfSigned): Promise<Readonly<Record<string, string | Uint8Array>>> {
  const whole = liveCluster()
    .map((object) => `${JSON.stringify(object)}\n`)
    .join('');
  const scenario = JSON.parse(gunzipSync(readFileSync('test/scenarios/001.json.gz')).toString()) as Readonly<
    Record<'before' | 'vmims', string> & { outcome: Json }
  >;
  const folder = (path: string) => ({
    [`${path}before.yaml`]: scenario.before,
    [`${path}vmims.yaml`]: scenario.vmims,
    [`${path}outcome.json`]: JSON.stringify(scenario.outcome),
  });
  const vectors = gunzipSync(readFileSync('test/vectors/kubevirt-v1.6.0.jsonl.gz')).toString();
  return {
    'cluster.yaml': asYaml(teamCluster()),
    'cluster.jsonl': whole,
    'cluster.jsonl.gz': gzipSync(whole),
    'all.yaml': asYaml(liveCluster()),
    'headroom.log': await decisionLog(),
    'migrations.yaml': renamed(example('migrate-vm1'), { 'quota-test': 'team-a' }),
    'vm.yaml': asYaml(teamCluster().filter(({ kind }) => kind === 'VirtualMachine')),
    'vectors/kubevirt-v1.6.0.jsonl': vectors.split('\n').slice(0, 20).join('\n'),
    ...folder(''),
    ...folder('scenarios/000/'),
    'NAME.json': readFileSync('examples/review-migration.json'),
    'kubevirt-v1.10.0.jsonl': vectors,
    'test/vectors/README.md': '',
    '.cache/oracle/v1.10.0/go.mod':
      'replace kubevirt.io/virt-template-api => ../../../oracle/stubs/virt-template-api\n',
    '.cache/oracle/v1.10.0/go.sum': '\n',
    'oracle/README.md': '',
    '.local/share/bash-completion/completions/README': '',
    '.config/fish/completions/README': '',
    'functions/README': '',
    'tls.crt': pair.cert,
    'tls.key': pair.key,
    'bin/headroom': `#!/bin/sh\nexport NODE_COMPILE_CACHE='${resolve('node_modules/.cache/headroom')}'\nexec '${process.execPath}' '${resolve('src/cli.ts')}' "$@"\n`,
    'bin/ssh': '#!/bin/sh\nshift\nexec sh -c "$*"\n',
  };
}
