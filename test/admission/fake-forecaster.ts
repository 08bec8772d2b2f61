import type { AdmissionContext } from '../../src/admission/context.ts';
import type {
  Forecaster,
  MigrationForecast,
  MigrationRequest,
  PodDescription,
} from '../../src/admission/forecaster.ts';
import { type ClassPolicies, defaultClassPolicies } from '../../src/admission/policy.ts';
import type { Forecast, QuotaLine } from '../../src/forecast/forecast.ts';
import { Quantity } from '../../src/quantity/quantity.ts';

export const forecastThatFits: Forecast = {
  namespace: 'quota-test',
  vmi: 'vm1',
  verdict: 'fits',
  needsScaleUp: true,
  needsCompensation: false,
  quotas: [],
  target: new Map([['limits.memory', Quantity.parse('4797464313')]]),
  remedies: [],
  message: 'VM quota-test/vm1 fits.',
  notes: [],
};

const shortLine: QuotaLine = {
  quota: 'default',
  resource: 'limits.memory',
  used: Quantity.parse('5682461313'),
  requested: Quantity.parse('5682461313'),
  hard: Quantity.parse('5000Mi'),
  hardAfterScaleUp: Quantity.parse('10865341313'),
  shortBy: Quantity.parse('499581313'),
  cause: 'overhead-grew',
};

export const forecastThatExceeds: Forecast = {
  ...forecastThatFits,
  verdict: 'exceeds',
  quotas: [{ ...shortLine, resource: 'limits.cpu', shortBy: Quantity.parse('15m'), cause: 'sidecar-gap' }, shortLine],
  message: 'VM quota-test/vm1 exceeds quota default: limits.memory is short by 499581313.\nThe arithmetic follows.',
};

/** Answers every question in the same way, and remembers what it was asked. */
export interface FakeForecaster extends Forecaster {
  readonly asked: MigrationRequest[];
}

const described: PodDescription = {
  kind: 'described',
  annotations: {
    memoryOverheadBytes: 435_159_041n,
    overheadRatio: '1.5',
    workloadMemoryBytes: 4_362_305_272n,
    kubeVirtVersion: '1.6.3',
  },
};

export const fakeForecaster = (
  forecast: Forecast | MigrationForecast = forecastThatFits,
  description: PodDescription = described,
): FakeForecaster => {
  const asked: MigrationRequest[] = [];
  return {
    asked,
    forecastMigration: async (request) => {
      asked.push(request);
      return 'forecast' in forecast ? forecast : { forecast, denialPins: false };
    },
    describePod: async () => description,
  };
};

/** A forecaster whose use is a failure of the test: whoever must not ask, did not. */
export const forbiddenForecaster: Forecaster = {
  forecastMigration: async () => Promise.reject(new Error('nothing was to be asked')),
  describePod: async () => Promise.reject(new Error('nothing was to be asked')),
};

export const admissionContext = (
  forecaster: Forecaster,
  classPolicies: Partial<ClassPolicies> = {},
): AdmissionContext => ({
  forecaster,
  classPolicies: { ...defaultClassPolicies, ...classPolicies },
  reportBug: (error) => {
    throw error;
  },
});
