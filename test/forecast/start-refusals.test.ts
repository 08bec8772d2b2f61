import { describe, expect, test } from '@jest/globals';
import { applyRemedy } from '../../src/forecast/apply-remedy.ts';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { forecastStart } from '../../src/forecast/forecast-start.ts';
import { emptyScene, type Scene, scene } from '../builders/scene.ts';
import { vm } from '../builders/virtual-machine.ts';
import { causes } from './figures.ts';

function expectCured(stopped: Scene, { remedies }: Forecast): void {
  const objects = stopped.objects();
  const verdicts = remedies.map((remedy) => forecastStart(prepare(applyRemedy(objects, remedy)), 'vm2').verdict);
  expect(verdicts).toEqual(remedies.map(() => 'fits'));
}

function firstLine({ message }: Forecast): string | undefined {
  return message.split('\n')[0];
}

describe("a start that Harvester's check alone refuses", () => {
  // With a ratio of 0 KubeVirt 1.6.3 makes a pod of 4649965313, and Harvester 1.7 reckons with the default of 1.5.
  const none = { spec: { configuration: { additionalGuestMemoryOverheadRatio: undefined } } };
  const stopped = emptyScene({ base: { 'limits.cpu': '3', 'limits.memory': '4700M' } })
    .ratio('0')
    .changedKubeVirt(none)
    .with(vm('vm2'));
  const forecast = stopped.start('vm2');

  test("says so in its first line, with Harvester's own figures", () => {
    expect(forecast.verdict).toBe('exceeds');
    expect(causes(forecast)).toEqual([]);
    expect(firstLine(forecast)).toBe(
      'VM quota-test/vm2 cannot start: Harvester itself refuses the start first ("memory insufficient resources due to resource quota"): it reckons with 4729077272 of limits.memory, and 4700M are free; set limitsMemory of namespace quota-test to 4510Mi',
    );
    expect(forecast.message).not.toContain('demands');
  });

  test('is remedied by the limit that Harvester reckons with, in Mi', () => {
    // 4729077272 bytes are 4509.99Mi.
    expect(forecast.remedies).toEqual([
      expect.objectContaining({
        kind: 'raise-quota',
        changes: [
          expect.objectContaining({ quota: 'default-z4g94', resource: 'limits.memory', where: 'namespace-annotation' }),
        ],
      }),
    ]);
    expect(forecast.remedies[0]?.text).toContain('limitsMemory to at least 4510Mi');
    expectCured(stopped, forecast);
  });

  test('is remedied where the quota of a release that changes it in place was edited to more', () => {
    const edited = scene({ harvester: 'v1.3.2', kubeVirt: '1.1.1', ratio: '' })
      .changedQuota({ spec: { hard: { 'limits.cpu': '30', 'limits.memory': '30Gi' } } })
      .with(vm('vm2'));
    const refused = edited.start('vm2');
    expect(firstLine(refused)).toMatch(/^VM quota-test\/vm2 cannot start: Harvester itself refuses .* 985m are free/);
    expect(refused.remedies.map(({ kind }) => kind)).toContain('raise-quota');
    expectCured(edited, refused);
  });
});

describe('a start that Harvester and the quota refuse', () => {
  const stopped = scene().with(vm('vm2'));
  const forecast = stopped.start('vm2');

  test('is told by the key that is short, then by the refusal of Harvester', () => {
    const [first, second] = forecast.message.split('\n');
    expect(first).toMatch(/^VM quota-test\/vm2 cannot start: quota default-z4g94 is short of limits\.cpu by 1030m /);
    expect(second).toMatch(/^Harvester itself refuses the start first \("cpu insufficient resources due to/);
  });

  test('is remedied by the larger of the two figures', () => {
    // Harvester lacks 1015m, the pod with its sidecar 1030m.
    expect(forecast.remedies[0]?.text).toContain('limitsCpu to at least 4030m');
    expectCured(stopped, forecast);
  });

  test("is remedied by Harvester's figure where that is the larger one", () => {
    const none = { spec: { configuration: { additionalGuestMemoryOverheadRatio: undefined } } };
    const tight = emptyScene({ base: { 'limits.cpu': '3', 'limits.memory': '4600M' } })
      .ratio('0')
      .changedKubeVirt(none);
    const short = tight.with(vm('vm2')).start('vm2');
    expect(causes(short)).toEqual(['default-z4g94 limits.memory over-quota']);
    expect(short.remedies[0]?.text).toContain('limitsMemory to at least 4510Mi');
    expectCured(tight.with(vm('vm2')), short);
  });
});
