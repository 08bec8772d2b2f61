import { describe, expect, test } from '@jest/globals';
import { kubeVirt, node, serverVersion } from '../builders/cluster.ts';
import { scene } from '../builders/scene.ts';
import { vm, vmi } from '../builders/virtual-machine.ts';
import { figures } from './figures.ts';

describe('the version that renders the pod', () => {
  test("SUSE's suffix does not count", () => {
    expect(figures(scene({ kubeVirt: 'v1.6.3' }).forecast())).toEqual(
      figures(scene({ kubeVirt: '1.6.3-150700.3.13.1' }).forecast()),
    );
  });

  test('a newer one is reckoned by the newest rules, and a note says so', () => {
    const forecast = scene({ kubeVirt: 'v1.12.0' }).forecast();
    expect(forecast.verdict).toBe('fits');
    expect(forecast.notes).toEqual([expect.stringContaining('1.12.0')]);
  });

  test('an unlisted patch is the nearest lower one of its minor, without a guess about it', () => {
    expect(scene({ kubeVirt: 'v1.6.99' }).forecast().verdict).toBe('fits');
  });

  test('one older than 1.1 is unknown', () => {
    const old = scene().changedKubeVirt({ status: { observedKubeVirtVersion: 'v0.59.0' } });
    expect(old.forecast()).toMatchObject({ verdict: 'unknown', quotas: [] });
    expect(old.forecast().reason).toContain('0.59.0');
  });

  test('one that is no version is unknown', () => {
    const odd = scene()
      .changedKubeVirt({ status: { observedKubeVirtVersion: 'devel' } })
      .forecast();
    expect(odd.verdict).toBe('unknown');
    expect(odd.reason).toContain('devel');
  });
});

describe('where the version is told', () => {
  const none = { observedKubeVirtVersion: undefined, targetKubeVirtVersion: undefined };

  test('the observed one is taken, else the target', () => {
    const target = scene().changedKubeVirt({ status: { observedKubeVirtVersion: undefined } });
    expect(figures(target.forecast())[1]).toContain('of 9980344313');
  });

  test("else the tag of the VMI's launcher image", () => {
    expect(figures(scene().changedKubeVirt({ status: none }).forecast())[1]).toContain('of 9980344313');
  });

  test.each([undefined, '', 'virt-launcher', 'registry:5000/virt-launcher@sha256:0123'])(
    'an image without a tag (%s) tells nothing',
    (launcherContainerImageVersion) => {
      const forecast = scene()
        .changedKubeVirt({ status: none })
        .changedVmi({ status: { launcherContainerImageVersion } })
        .forecast();
      expect(forecast.verdict).toBe('unknown');
    },
  );

  test('a stopped VM has no image to tell it', () => {
    const stopped = scene().changedKubeVirt({ status: none }).with(vm('stopped'));
    expect(stopped.start('stopped')).toMatchObject({
      verdict: 'unknown',
      reason: 'no object says which KubeVirt version runs: the KubeVirt status has none',
    });
  });
});

describe('an upgrade of KubeVirt that is running', () => {
  const upgrading = (target: string) =>
    scene({ kubeVirt: 'v1.5.2' }).changedKubeVirt({ status: { targetKubeVirtVersion: target } });

  test('both versions are reckoned, and where they agree that is the answer', () => {
    expect(upgrading('v1.6.3').forecast().verdict).toBe('fits');
  });

  // The pod that runs: 4772298097. The next one: as much by 1.5.2, 4797464313 by 1.6.3. Harvester adds 4737464313.
  test.each([
    { base: 4832298097, verdict: 'fits' },
    { base: 4832298096, verdict: 'unknown' },
    { base: 4807131881, verdict: 'unknown' },
    { base: 4807131880, verdict: 'exceeds' },
  ])('within $base bytes: $verdict', ({ base, verdict }) => {
    const limits = { 'limits.cpu': '3', 'limits.memory': `${base}` };
    expect(upgrading('v1.6.3').base(limits).forecast().verdict).toBe(verdict);
  });

  test('where they differ both answers are named', () => {
    const limits = { 'limits.cpu': '3', 'limits.memory': '4820M' };
    expect(upgrading('v1.6.3').base(limits).forecast().reason).toBe(
      'it depends on what no object tells: ' +
        'fits if Harvester scales default-z4g94 and KubeVirt v1.5.2 renders the pod, ' +
        'exceeds if Harvester scales default-z4g94 and KubeVirt v1.6.3 renders the pod',
    );
  });
});

describe('the version of Harvester', () => {
  test('a newer one is reckoned by the newest rules, and a note says so', () => {
    const forecast = scene({ harvester: 'v1.12.1' }).forecast();
    expect(forecast.verdict).toBe('fits');
    expect(forecast.notes).toEqual([
      'Harvester v1.12.1 is newer than any release known here: reckoned by the rules of 1.9.0',
    ]);
  });

  test('one older than 1.1 is unknown', () => {
    expect(scene({ harvester: 'v1.0.3' }).forecast()).toMatchObject({
      verdict: 'unknown',
      reason: 'Harvester v1.0.3 is older than v1.1, the oldest release whose rules are known',
    });
  });

  test('the default of the Setting counts where its value is empty', () => {
    const byDefault = scene().with({ ...serverVersion(''), default: 'v1.7.0' });
    expect(figures(byDefault.forecast())[1]).toContain('of 9980344313');
  });

  test('one that is no version is unknown, and the Setting is named', () => {
    expect(scene({ harvester: 'latest' }).forecast().reason).toBe(
      'Setting server-version: expected a version such as v1.7.0, got "latest"',
    );
  });

  test('no such Setting means plain KubeVirt, where nothing scales', () => {
    expect(scene().without('Setting', 'server-version').forecast()).toMatchObject({
      verdict: 'exceeds',
      needsScaleUp: false,
    });
  });
});

describe('architectures', () => {
  const arm = { spec: { architecture: 'arm64' } };

  test('an arm64 VM has 128Mi x 1.5 more overhead, which Harvester on amd64 does not add', () => {
    // 5000Mi leave 445 MB, so that it fits: only the scale-up is the smaller one.
    const forecast = scene().changedVmi(arm).forecast();
    expect(figures(forecast)[1]).toBe('default-z4g94 limits.memory 4797464313 + 4998791041 of 9980344313');
  });

  test('where all nodes are arm64 Harvester adds it too', () => {
    const forecast = scene().changedVmi(arm).with(node('a', 'arm64'), node('b', 'arm64')).forecast();
    expect(figures(forecast)[1]).toContain(`of ${9980344313 + (4998791041 - 4797464313)}`);
  });

  test('where the nodes are mixed Harvester is taken to run on amd64', () => {
    const forecast = scene().changedVmi(arm).with(node('a', 'arm64'), node('b')).forecast();
    expect(figures(forecast)[1]).toContain('of 9980344313');
  });

  test("a VMI that says nothing has the cluster's architecture", () => {
    const unsaid = scene()
      .changedVmi({ spec: { architecture: undefined } })
      .changedKubeVirt({ status: { defaultArchitecture: 'arm64' } });
    expect(unsaid.forecast().target.get('limits.memory')?.toString()).toBe('4998791041');
    expect(
      unsaid
        .changedKubeVirt({ status: { defaultArchitecture: '' } })
        .forecast()
        .target.get('limits.memory')
        ?.toString(),
    ).toBe('4797464313');
  });
});

describe('of several KubeVirt objects', () => {
  test('the one that is Deployed is taken', () => {
    const second = kubeVirt('v1.1.0', {
      metadata: { name: 'old', namespace: 'kubevirt' },
      status: { phase: 'Deleted' },
    });
    expect(figures(scene().with(second).forecast())[1]).toContain('of 9980344313');
  });

  test('where none or several are, nothing is known', () => {
    const second = kubeVirt('v1.1.0', { metadata: { name: 'old', namespace: 'kubevirt' } });
    expect(scene().with(second).forecast().reason).toBe(
      'there are 2 KubeVirt objects and 2 of them are in phase Deployed; expected one',
    );
    const none = scene()
      .with({ ...second, status: { phase: 'Deploying' } })
      .changedKubeVirt({ status: { phase: 'Deleting' } });
    expect(none.forecast().reason).toBe(
      'there are 2 KubeVirt objects and 0 of them are in phase Deployed; expected one',
    );
  });

  test('the only one is taken whatever its phase', () => {
    expect(
      scene()
        .changedKubeVirt({ status: { phase: 'Deploying' } })
        .with(vmi('vm2'))
        .forecast().verdict,
    ).toBe('fits');
  });
});
