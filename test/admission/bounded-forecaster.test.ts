import { describe, expect, test } from '@jest/globals';
import { boundForecaster } from '../../src/admission/bounded-forecaster.ts';
import type { Forecaster } from '../../src/admission/forecaster.ts';
import { unknownBecause } from '../../src/forecast/unknown-reasons.ts';
import { podShape } from '../../src/objects/kubernetes.ts';
import { fakeForecaster, forecastThatFits } from './fake-forecaster.ts';

const pod = podShape.parse({ metadata: { name: 'virt-launcher-vm1-x' }, spec: {} });
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

const bounded = (forecaster: Forecaster, timeoutMilliseconds: number) => {
  const reported: unknown[] = [];
  const report = (error: unknown, about: Readonly<Record<string, string>>) => reported.push([error, about]);
  return { reported, forecaster: boundForecaster(forecaster, timeoutMilliseconds, report) };
};

describe('a bounded forecaster', () => {
  test('passes on what it is told', async () => {
    const { forecaster, reported } = bounded(fakeForecaster(), 60_000);
    const { forecast } = await forecaster.forecastMigration({
      namespace: 'a',
      vmi: 'b',
      isDryRun: false,
      stage: 'promise',
    });
    expect(forecast).toBe(forecastThatFits);
    expect(await forecaster.describePod(pod, 'a')).toMatchObject({ kind: 'described' });
    expect(reported).toEqual([]);
  });

  test('passes on at once what it is told at once', () => {
    const description = unknownBecause('no-kubevirt', 'no KubeVirt');
    const forecastMigration = () => ({ forecast: forecastThatFits, denialPins: false });
    const { forecaster } = bounded({ forecastMigration, describePod: () => description }, 1);
    const request = { namespace: 'a', vmi: 'b', isDryRun: false, stage: 'promise' } as const;
    expect(forecaster.forecastMigration(request)).toEqual({ forecast: forecastThatFits, denialPins: false });
    expect(forecaster.describePod(pod, 'a')).toBe(description);
  });

  test('turns a bug into unknown, and reports it', async () => {
    const bug = new Error('secret detail');
    const { forecaster, reported } = bounded(
      {
        forecastMigration: () => Promise.reject(bug),
        describePod: () => {
          throw bug;
        },
      },
      60_000,
    );
    const { forecast, denialPins } = await forecaster.forecastMigration({
      namespace: 'a',
      vmi: 'b',
      isDryRun: false,
      stage: 'promise',
    });
    expect(forecast).toMatchObject({ verdict: 'unknown', reason: 'internal error', namespace: 'a', vmi: 'b' });
    expect(denialPins).toBe(false);
    expect(await forecaster.describePod(pod, 'a')).toEqual(unknownBecause('internal-error', 'internal error'));
    expect(reported).toEqual([
      [bug, { namespace: 'a', vmi: 'b' }],
      [bug, { namespace: 'a', pod: 'virt-launcher-vm1-x' }],
    ]);
  });

  test('answers unknown where no answer comes in time', async () => {
    const { forecaster, reported } = bounded({ forecastMigration: never, describePod: never }, 1);
    const { forecast } = await forecaster.forecastMigration({
      namespace: 'a',
      vmi: 'b',
      isDryRun: false,
      stage: 'promise',
    });
    expect(forecast.reason).toBe('no answer within 1 ms');
    expect(await forecaster.describePod(pod, 'a')).toEqual(unknownBecause('too-slow', 'no answer within 1 ms'));
    expect(reported).toEqual([]);
  });
});
