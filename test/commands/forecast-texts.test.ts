import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonText } from '../../src/commands/documents.ts';
import { ForecastTexts } from '../../src/commands/forecast-texts.ts';
import { forecastJson } from '../../src/forecast/forecast-json.ts';
import { forecastEach, forecastTogether, prepare } from '../../src/forecast/forecast-migrations.ts';
import { scene } from '../builders/scene.ts';
import { alikeDrafts, alikeScene, namesOf } from '../forecast/alike-vms.ts';

test('a forecast is written the same after one that it shares members with as it is by itself', () => {
  fc.assert(
    fc.property(alikeDrafts, (draft) => {
      const texts = new ForecastTexts();
      const prepared = prepare(alikeScene(draft).objects());
      const names = [...namesOf(draft), 'no-such-vm'];
      const forecasts = [...forecastEach(prepared, names), ...forecastTogether(prepared, names)];
      expect(forecasts.map((forecast) => texts.textOf(forecast))).toEqual(
        forecasts.map((forecast) => jsonText(forecastJson(forecast))),
      );
    }),
    { numRuns: 15 },
  );
});

test.each([
  { what: 'verdict', change: { verdict: 'waits' } },
  { what: 'namespace', change: { namespace: 'another' } },
  { what: 'cause, which the first has not,', change: { cause: 'not-admitted' } },
] as const)('another $what is written where only the lines are shared', ({ change }) => {
  const texts = new ForecastTexts();
  const forecast = scene().forecast();
  const other = { ...forecast, ...change };
  expect(JSON.parse(texts.textOf(forecast))).toEqual(JSON.parse(jsonText(forecastJson(forecast))));
  expect(texts.textOf(other)).toBe(jsonText(forecastJson(other)));
});

test('whatever a name is made of, it is escaped as in the rest of the document', () => {
  const texts = new ForecastTexts();
  const forecast = scene().forecast();
  const named = { ...forecast, vmi: 'a"\u202e\n', message: 'first\u009b\nsecond' };
  texts.textOf(forecast);
  expect(texts.textOf(named)).toBe(jsonText(forecastJson(named)));
});
