import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/config/logger.ts';
import { serveConfig } from '../../src/config/serve-config.ts';
import { selfSigned } from '../../src/server/self-signed-source.ts';
import { serve } from '../../src/server/serve.ts';
import { createTelemetry } from '../../src/server/telemetry.ts';
import { fakeForecaster } from '../admission/fake-forecaster.ts';
import { parseExposition, sampleValue } from './exposition.ts';

const flags = { snapshot: ['none.yaml'], port: '0', adminPort: '0', drain: '0' };

describe('the metric of readiness', () => {
  test('is 1 while /readyz says ready: not before the first read, and not while it drains', async () => {
    const telemetry = createTelemetry('1.2.3');
    const config = serveConfig(flags, {});
    const seen: (number | undefined)[] = [];
    const look = async (text: Promise<string>) => {
      const samples = parseExposition(await text);
      seen.push(sampleValue(samples, 'headroom_ready'));
    };
    await look(telemetry.registry.metrics());
    const listening = await serve(config, {
      forecaster: fakeForecaster(),
      certificates: selfSigned(config.host),
      firstRead: () => look(telemetry.registry.metrics()),
      close: () => look(telemetry.registry.metrics()),
      logger: createLogger('fatal'),
      telemetry,
    });
    const { adminUrl, caFile } = listening;
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
    await look(fetch(`${adminUrl}/metrics`).then((answer) => answer.text()));
    await listening.close();
    rmSync(dirname(caFile ?? ''), { recursive: true });
    expect(seen).toEqual([0, 0, 1, 0]);
  });

  test('stays 0 where the server cannot be started', async () => {
    const telemetry = createTelemetry('1.2.3');
    const config = serveConfig(flags, {});
    const starting = serve(config, {
      forecaster: fakeForecaster(),
      certificates: { start: () => Promise.reject(new Error('no certificate')) },
      firstRead: async () => undefined,
      logger: createLogger('fatal'),
      telemetry,
    });
    await expect(starting).rejects.toThrow('no certificate');
    expect(sampleValue(parseExposition(await telemetry.registry.metrics()), 'headroom_ready')).toBe(0);
  });
});
