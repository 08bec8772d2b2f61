import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SEVERITIES } from '../../src/doctor/finding.ts';
import { CLUSTER_RULES, NAMESPACE_RULES } from '../../src/doctor/rules.ts';
import { kubeVirt } from '../builders/cluster.ts';
import type { Json } from '../builders/json.ts';
import { limitRange, quota } from '../builders/namespace.ts';
import { launcher } from '../builders/pod.ts';
import { emptyScene, type Scene, scene } from '../builders/scene.ts';
import { migration, vmi, vmiUid } from '../builders/virtual-machine.ts';
import { findingsIn, theFinding } from './examined.ts';

const RULES = [...CLUSTER_RULES, ...NAMESPACE_RULES];
const SECTION = /^## (?<id>.+)\n\*(?<severities>.+?)\.\* (?<text>[\s\S]+?)(?=\n## |$(?![\s\S]))/gm;

const page = readFileSync('docs/doctor.md', 'utf8');
const sections = [...page.matchAll(SECTION)].map(({ groups }) => groups as Record<string, string>);

const LABELS = { 'resourcequota.management.cattle.io/default-resource-quota': 'true' };
const GROWN = scene({ ratio: '4.5' });

function withSetting(value: string): Scene {
  return scene().changed('Setting', 'additional-guest-memory-overhead-ratio', { value });
}

function withRatioOfKubeVirt(ratio: string, before = scene()): Scene {
  return before.changedKubeVirt({ spec: { configuration: { additionalGuestMemoryOverheadRatio: ratio } } });
}

function oldScene(): Scene {
  const old = scene({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '' });
  return old.without('Setting', 'additional-guest-memory-overhead-ratio');
}

function drifted(): Json {
  const containers = [{ name: 'compute', resources: { limits: { cpu: '2', memory: '4768921593' } } }];
  return { ...launcher(vmi(), kubeVirt()), spec: { containers, nodeName: 'harv1' } };
}

/** A cluster for each rule. */
const EXAMPLES: Readonly<Record<string, Scene>> = {
  'stuck-migration': GROWN.pending(),
  'waiting-migration': scene().with(migration()),
  'cannot-migrate': GROWN,
  'pod-refused': scene().changedVmi({ metadata: { labels: { logVerbosity: 'high' } } }),
  'limit-range': scene().with(limitRange({ type: 'Container', max: { cpu: '1' } })),
  'over-used': GROWN,
  'never-scaled': emptyScene({ base: { 'limits.cpu': '9', 'limits.memory': '50Gi' } })
    .with(quota('team-pods', { pods: '3' }))
    .started(vmi(), vmi('vm2'))
    .running('vm2'),
  'quota-without-base': scene().annotatedNamespace(undefined),
  'limits-without-quota': scene().without('ResourceQuota', 'default-z4g94'),
  'several-default-quotas': scene().with(
    quota('default-aaaaa', { 'limits.cpu': '3' }, { metadata: { labels: LABELS } }),
  ),
  'quota-reset': oldScene().changedQuota({ spec: { hard: { 'limits.memory': '4900Mi' } } }),
  'leaked-scale-up': scene().stored(`migratingUID-${vmiUid('vm1')}`, { 'limits.cpu': '2' }),
  'overhead-drift': scene().with(drifted()),
  'ratio-invalid': withSetting('11'),
  'ratio-differs': withRatioOfKubeVirt('4.5'),
  'ratio-not-convertible': withRatioOfKubeVirt('12', oldScene()),
  'scaling-switched-off': scene().changedQuota({
    metadata: { annotations: { 'harvesterhci.io/skipResourceQuotaAutoScaling': 'true' } },
  }),
  'spare-kubevirts': scene().with(kubeVirt(undefined, { metadata: { name: 'other' }, status: { phase: undefined } })),
  'newer-version': scene({ harvester: 'v1.12.0' }),
  'cluster-unknown': emptyScene().without('KubeVirt', 'kubevirt'),
  'not-understood': scene().with(vmi('vm2', { spec: { domain: { memory: { guest: '4GB' } } } })),
  'unknown-forecast': scene().changedQuota({ status: {} }),
};

describe('docs/doctor.md', () => {
  test('has a section for each rule, and none besides', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(sections.map(({ id }) => id)).toEqual(headings);
    expect(headings.toSorted()).toEqual(RULES.map(({ id }) => id).toSorted());
    expect(new Set(headings).size).toBe(RULES.length);
  });

  test.each(RULES)('$id: its severities, its remedy and an example are there', ({ id, severity }) => {
    const { severities = '', text = '' } = sections.find((section) => section.id === id) ?? {};
    const named = severities.split(', ');
    expect(named[0]).toBe(severity);
    for (const one of named) expect(SEVERITIES).toContain(one);
    expect(text).toContain('*Remedy:*');
    const example = /^> (.+)$/m.exec(text)?.[1];
    const finding = theFinding(findingsIn(EXAMPLES[id] as Scene), id);
    expect(finding.summary).toBe(example);
    expect(named).toContain(finding.severity);
    expect(finding.evidence.length).toBeGreaterThan(0);
    expect(finding.remedy.length).toBeGreaterThan(0);
  });

  test('every rule has a title of its own', () => {
    expect(new Set(RULES.map(({ title }) => title)).size).toBe(RULES.length);
  });
});
