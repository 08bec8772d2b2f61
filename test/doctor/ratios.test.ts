import { describe, expect, test } from '@jest/globals';
import { kubeVirt } from '../builders/cluster.ts';
import { emptyScene, type Scene, scene } from '../builders/scene.ts';
import { findingsIn, rulesOf, theFinding } from './examined.ts';

function ofKubeVirt(ratio: string | undefined, before = emptyScene()): Scene {
  return before.changedKubeVirt({ spec: { configuration: { additionalGuestMemoryOverheadRatio: ratio } } });
}

function ofSetting(value: string, fallback = '1.5', before = emptyScene()): Scene {
  return before.changed('Setting', 'additional-guest-memory-overhead-ratio', { value, default: fallback });
}

function withoutSetting(ratio: string | undefined, harvester = 'v1.3.2'): Scene {
  const old = emptyScene({ harvester, kubeVirt: '1.1.1' });
  return ofKubeVirt(ratio, old).without('Setting', 'additional-guest-memory-overhead-ratio');
}

describe('ratio-invalid', () => {
  test.each(['0.5', '10.1', 'abc', '-1', ' 1.5', '1,5'])('Harvester does not take %p as its setting', (value) => {
    const finding = theFinding(findingsIn(ofSetting(value)), 'ratio-invalid');
    expect(finding.severity).toBe('error');
    expect(finding.evidence[0]).toContain(`has ${JSON.stringify(value)}`);
  });

  test('a default that is invalid counts where there is no value', () => {
    expect(rulesOf(findingsIn(ofSetting('', 'much')))).toEqual(['ratio-invalid error']);
  });

  test.each([
    { ratio: '1,5', effect: 'KubeVirt cannot read it, and reckons as if there were none' },
    { ratio: '0', effect: 'pods get less memory than KubeVirt itself reckons they need, and may be killed' },
    { ratio: '0.9', effect: 'pods get less memory than KubeVirt itself reckons they need, and may be killed' },
  ])('the KubeVirt CR has $ratio', ({ ratio, effect }) => {
    const finding = findingsIn(ofKubeVirt(ratio)).find(({ rule }) => rule === 'ratio-invalid');
    expect(finding?.summary).toBe(`The overhead ratio of the KubeVirt CR is ${JSON.stringify(ratio)}: ${effect}.`);
    expect(finding?.remedy[0]).toMatch(/^Set the Harvester setting/);
  });

  test('without Harvester the KubeVirt CR is where it is set, and any ratio from 1 on is fine', () => {
    const plain = emptyScene()
      .without('Setting', 'server-version')
      .without('Setting', 'additional-guest-memory-overhead-ratio');
    expect(theFinding(findingsIn(ofKubeVirt('0.5', plain)), 'ratio-invalid').remedy[0]).toMatch(
      /KubeVirt CR to a ratio from 1.0 on/,
    );
    expect(findingsIn(ofKubeVirt('12', plain))).toEqual([]);
    expect(findingsIn(ofKubeVirt(undefined, plain.with({ ...kubeVirt(), spec: undefined })))).toEqual([]);
  });
});

describe('ratio-differs', () => {
  test('pods are made at the ratio of the KubeVirt CR, scale-ups reckoned at that of the setting', () => {
    const finding = theFinding(findingsIn(ofKubeVirt('4.5')), 'ratio-differs');
    expect(finding).toMatchObject({
      severity: 'warning',
      subject: { kind: 'KubeVirt', namespace: 'harvester-system', name: 'kubevirt' },
      summary: 'The KubeVirt CR has "4.5" as overhead ratio, where Harvester\'s setting makes it "1.5".',
    });
    expect(finding.evidence[1]).toContain('Harvester reckons scale-ups with "1.5"');
    expect(finding.remedy[0]).toMatch(/set additional-guest-memory-overhead-ratio to 4\.5\.$/);
  });

  test.each([
    { title: 'the same number written otherwise', setting: '4.50', cr: '4.5' },
    { title: 'none, for a setting of 0', setting: '0', cr: undefined },
    { title: 'none, for a setting of 0.0', setting: '0.0', cr: undefined },
    { title: 'an empty one, for a setting of 0', setting: '0', cr: '' },
    { title: 'none, for a ratio of 1, which multiplies by nothing', setting: '1.0', cr: undefined },
    { title: 'what the default says, for an empty setting', setting: '', cr: '1.5' },
    { title: 'what is no number, for the same', setting: 'NaN', cr: 'NaN' },
  ])('$title is no difference', ({ setting, cr }) => {
    expect(rulesOf(findingsIn(ofKubeVirt(cr, ofSetting(setting))))).not.toContain('ratio-differs warning');
  });

  test.each([
    { title: 'a ratio, where the setting is 0', setting: '0', cr: '1.5', advice: 'to 1.5.' },
    { title: 'none, where the setting is 1.5', setting: '1.5', cr: undefined, advice: 'to 0.' },
  ])('$title is one', ({ setting, cr, advice }) => {
    const finding = theFinding(findingsIn(ofKubeVirt(cr, ofSetting(setting))), 'ratio-differs');
    expect(finding.remedy[0]).toMatch(
      new RegExp(`additional-guest-memory-overhead-ratio ${advice.replace('.', '\\.')}$`),
    );
  });

  test('a setting that Harvester refuses, or one of a cluster without Harvester, is compared with nothing', () => {
    expect(rulesOf(findingsIn(ofKubeVirt('4.5', ofSetting('11'))))).toEqual(['ratio-invalid error']);
    expect(findingsIn(ofKubeVirt('4.5').without('Setting', 'server-version'))).toEqual([]);
  });
});

describe('ratio-not-convertible', () => {
  test.each(['', '0', '1.0', '10.0', undefined])('an upgrade from 1.3 takes %p over', (ratio) => {
    expect(rulesOf(findingsIn(withoutSetting(ratio)))).not.toContain('ratio-not-convertible warning');
  });

  test.each(['12', '0.5', 'much'])('it does not take %p over', (ratio) => {
    const finding = theFinding(findingsIn(withoutSetting(ratio)), 'ratio-not-convertible');
    expect(finding.evidence[1]).toContain('goes by the rules of 1.3.2');
  });

  test('where there is a setting already nothing is converted', () => {
    expect(rulesOf(findingsIn(ofKubeVirt('12')))).toEqual(['ratio-differs warning']);
  });

  test('without Harvester there is nothing to upgrade', () => {
    expect(findingsIn(withoutSetting('12').without('Setting', 'server-version'))).toEqual([]);
  });
});

describe('what is of the whole cluster', () => {
  test('a second KubeVirt object, of which one is deployed, is one too many', () => {
    const second = kubeVirt(undefined, {
      metadata: { name: 'other', namespace: 'kubevirt' },
      status: { phase: undefined },
    });
    const finding = theFinding(findingsIn(scene().with(second)), 'spare-kubevirts');
    expect(finding.summary).toBe('There are 2 KubeVirt objects, and KubeVirt supports one.');
    expect(finding.evidence).toContain('KubeVirt kubevirt/other is in phase none.');
  });

  test('two that are deployed leave nothing certain', () => {
    const second = kubeVirt(undefined, { metadata: { name: 'other', namespace: null } });
    const findings = findingsIn(scene().with(second));
    expect(rulesOf(findings)).toEqual(['cluster-unknown unknown']);
    expect(findings[0]?.summary).toContain('there are 2 KubeVirt objects and 2 of them are in phase Deployed');
  });

  test('settings that are not understood leave nothing certain', () => {
    const broken = scene().changed('Setting', 'server-version', { value: 5 });
    const finding = theFinding(findingsIn(broken), 'cluster-unknown');
    expect(finding.evidence[0]).toMatch(/^Setting server-version: value/);
  });

  test('versions newer than the tables are a note', () => {
    const newer = scene({ harvester: 'v1.12.0' }).changedKubeVirt({
      status: { observedKubeVirtVersion: '1.14.0', targetKubeVirtVersion: '1.14.0' },
    });
    const notes = findingsIn(newer).filter(({ rule }) => rule === 'newer-version');
    expect(notes.map(({ severity }) => severity)).toEqual(['info', 'info']);
    expect(notes[0]?.summary).toMatch(/^Harvester v1\.12\.0 is newer than any release known here/);
  });

  test('where only VMIs tell the version there is none to compare with the tables', () => {
    const silent = scene().changedKubeVirt({ status: { observedKubeVirtVersion: '', targetKubeVirtVersion: '' } });
    expect(findingsIn(silent)).toEqual([]);
  });
});

describe('what to set where the two ratios differ', () => {
  test.each([
    {
      title: 'that of the KubeVirt CR, as the setting',
      cr: '4.5',
      remedy: /to keep that of the CR, set .* to 4\.5\.$/,
    },
    { title: 'none, as 0', cr: undefined, remedy: /to keep that of the CR, set .* to 0\.$/ },
    {
      title: 'no ratio that Harvester refuses',
      cr: '0.5',
      remedy: /that of the CR is none that Harvester would write/,
    },
    { title: 'no 0, which would take it out', cr: '0', remedy: /that of the CR is none that Harvester would write/ },
  ])('$title', ({ cr, remedy }) => {
    const finding = findingsIn(ofKubeVirt(cr)).find(({ rule }) => rule === 'ratio-differs');
    expect(finding?.remedy).toEqual([expect.stringMatching(remedy)]);
  });

  test('Harvester 1.4.1 has the setting and reckons scale-ups without it', () => {
    const of = (harvester: string) =>
      theFinding(findingsIn(ofSetting('abc', '1.5', emptyScene({ harvester }))), 'ratio-invalid');
    expect(of('v1.4.1').evidence[1]).toBe(
      'Harvester leaves the KubeVirt CR as it is, and reckons scale-ups with no ratio at all.',
    );
    expect(of('v1.7.0').evidence[1]).toBe('Harvester leaves the KubeVirt CR as it is, and reckons scale-ups with 1.5.');
  });

  test('KubeVirt makes no pod at a ratio that is no finite number', () => {
    for (const ratio of ['NaN', 'Inf']) {
      const finding = findingsIn(ofKubeVirt(ratio)).find(({ rule }) => rule === 'ratio-invalid');
      expect(finding?.summary).toContain('no pod can be made of that');
    }
  });

  test('the ratio of a spare KubeVirt object makes no pods', () => {
    const spare = kubeVirt('1.6.3', {
      metadata: { name: 'spare' },
      spec: { configuration: { additionalGuestMemoryOverheadRatio: '0.5' } },
      status: { phase: 'Deleting' },
    });
    const two = emptyScene().with(spare);
    expect(rulesOf(findingsIn(two))).toEqual(['spare-kubevirts warning']);
  });
});
