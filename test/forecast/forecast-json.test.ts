import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { annotationJson, forecastJson } from '../../src/forecast/forecast-json.ts';
import { Quantity } from '../../src/quantity/quantity.ts';
import { limitRange } from '../builders/namespace.ts';
import { otherPod } from '../builders/pod.ts';
import { emptyScene, scene } from '../builders/scene.ts';
import { vm, vmi } from '../builders/virtual-machine.ts';
import { managedDrafts, managedScene } from './random-scenes.ts';

describe('a forecast as JSON', () => {
  test('has the members of the contract, with canonical quantities', () => {
    expect(forecastJson(scene().forecast())).toEqual({
      namespace: 'quota-test',
      vmi: 'vm1',
      verdict: 'fits',
      needsScaleUp: true,
      needsCompensation: false,
      quotas: [
        {
          quota: 'default-z4g94',
          resource: 'limits.cpu',
          used: '2015m',
          requested: '2015m',
          hard: '3',
          hardAfterScaleUp: '5',
        },
        {
          quota: 'default-z4g94',
          resource: 'limits.memory',
          used: '4797464313',
          requested: '4797464313',
          hard: '5000Mi',
          hardAfterScaleUp: '9980344313',
        },
      ],
      target: expect.objectContaining({ 'limits.cpu': '2015m', 'limits.memory': '4797464313', pods: '1' }),
      remedies: [],
      message: expect.stringMatching(/^VM quota-test\/vm1 can migrate/),
    });
  });

  test('of an exceeding one names shortfall, cause and remedy', () => {
    expect(forecastJson(scene({ ratio: '4.5' }).forecast())).toMatchObject({
      verdict: 'exceeds',
      quotas: [{ resource: 'limits.cpu' }, { shortBy: '499581313', cause: 'overhead-grew' }],
      remedies: [
        {
          kind: 'raise-quota',
          text: expect.stringContaining('limitsMemory to at least 5477Mi'),
          changes: [{ quota: 'default-z4g94', resource: 'limits.memory', to: '5477Mi', where: 'namespace-annotation' }],
        },
      ],
    });
  });

  test('has next, atBest and reason only where they say something', () => {
    expect(forecastJson(scene().ratio('4.5').forecast())).toHaveProperty('next', 'exceeds');
    expect(forecastJson(scene().forecast('vm9'))).toMatchObject({
      verdict: 'unknown',
      reason: 'VirtualMachineInstance vm9 was not found',
      quotas: [],
      target: {},
    });
    const refused = scene().with(limitRange({ type: 'Container', max: { cpu: '1' } }));
    expect(forecastJson(refused.forecast())).toHaveProperty('reason');
    for (const member of ['next', 'atBest', 'reason'])
      expect(forecastJson(scene().forecast())).not.toHaveProperty(member);
  });

  test('of a pod that is refused names the cause beside the verdict and who refuses in the reason', () => {
    const bounds = limitRange({ type: 'Container', max: { cpu: '1' } });
    const reason = 'LimitRange refuses the pod: maximum cpu usage per Container is 1, but limit is 2';
    const refusals = [scene().with(bounds).forecast(), emptyScene().with(bounds, vm('vm2')).start('vm2')];
    for (const refused of refusals) {
      expect(forecastJson(refused)).toMatchObject({ verdict: 'exceeds', cause: 'not-admitted', reason, quotas: [] });
    }
    expect(forecastJson(scene({ ratio: '4.5' }).forecast())).not.toHaveProperty('cause');
  });

  test('lists the default limits of a LimitRange to create', () => {
    const unlimited = vmi('vm1', { spec: { domain: { resources: { limits: undefined } } } });
    const draft = { harvester: 'v1.5.2', kubeVirt: '1.4.1', ratio: '', base: { 'limits.cpu': '30' } };
    expect(forecastJson(emptyScene(draft).started(unlimited).forecast())).toMatchObject({
      remedies: [{ kind: 'add-limit-range', defaults: [{ resource: 'cpu', limit: expect.any(String) }] }],
    });
  });

  test('lists the amounts to free', () => {
    const crowded = scene().with(otherPod({ limits: { cpu: '100m', memory: '1Gi' } }));
    expect(forecastJson(crowded.forecast())).toMatchObject({
      remedies: [
        { kind: 'raise-quota' },
        { kind: 'free-room', amounts: [{ quota: 'default-z4g94', resource: 'limits.memory', to: '657Mi' }] },
      ],
    });
  });

  test('goes through JSON and comes back as it was, its quantities as Kubernetes prints them', () => {
    fc.assert(
      fc.property(managedDrafts(['v1.3.2', 'v1.7.0', 'v1.9.0']), (draft) => {
        const json = forecastJson(managedScene(draft).forecast());
        expect(JSON.parse(JSON.stringify(json))).toEqual(json);
        for (const text of quantitiesIn(json)) expect(canonicalForms(text)).toContain(text);
      }),
      { numRuns: 60 },
    );
  });

  test('is on a migration without its message', () => {
    const forecast = scene().forecast();
    const { message, ...rest } = forecastJson(forecast) as Record<string, unknown>;
    expect(annotationJson(forecast)).toEqual(rest);
    expect(message).toBe(forecast.message);
  });
});

/** As Kubernetes prints an amount of either family of suffixes. */
function canonicalForms(text: string): string[] {
  const { nanos } = Quantity.parse(text);
  return [Quantity.ofNanos(nanos, 'DecimalSI').toString(), Quantity.ofNanos(nanos, 'BinarySI').toString()];
}

/** Every amount that a forecast's JSON holds. */
function quantitiesIn(json: object): string[] {
  const { quotas, target, remedies } = json as {
    quotas: Record<string, string>[];
    target: Record<string, string>;
    remedies: { changes?: { to: string }[]; amounts?: { to: string }[] }[];
  };
  const members = ['used', 'requested', 'hard', 'hardAfterScaleUp', 'shortBy'];
  return [
    ...quotas.flatMap((line) => members.flatMap((member) => line[member] ?? [])),
    ...Object.values(target),
    ...remedies.flatMap(({ changes = [], amounts = [] }) => [...changes, ...amounts].map(({ to }) => to)),
  ];
}
