import { createLogger } from '../../src/config/logger.ts';
import { serveConfig } from '../../src/config/serve-config.ts';
import { selfSigned } from '../../src/server/self-signed-source.ts';
import { serve } from '../../src/server/serve.ts';
import { createTelemetry } from '../../src/server/telemetry.ts';
import { fakeForecaster } from '../admission/fake-forecaster.ts';

/** A process that serves over a fake forecaster, for tests of how one starts and ends. Its flags are JSON in its argument. */
const config = serveConfig(JSON.parse(process.argv[2] ?? '{}'), {});
await serve(config, {
  forecaster: fakeForecaster(),
  certificates: selfSigned(config.host),
  firstRead: async () => {},
  logger: createLogger(config.logLevel),
  telemetry: createTelemetry('0.0.0'),
});
