import type { Forecast } from '../forecast/forecast.ts';
import { forecastJson } from '../forecast/forecast-json.ts';
import { jsonText } from './documents.ts';

interface Written {
  readonly forecast: Forecast;
  readonly text: string;
}

/**
 * Forecasts in JSON. Those of VMs that are alike share all members but the VM's name and the message; what stands between
 * these two is written once for all of them.
 */
export class ForecastTexts {
  readonly #written = new WeakMap<Forecast['quotas'], Written>();

  textOf(forecast: Forecast): string {
    const start = jsonText({ namespace: forecast.namespace, vmi: forecast.vmi }).slice(0, -1);
    const end = `,"message":${jsonText(forecast.message)}}`;
    const known = this.#written.get(forecast.quotas);
    if (known !== undefined && isSameBetween(known.forecast, forecast)) return `${start}${known.text}${end}`;
    const whole = jsonText(forecastJson(forecast));
    this.#written.set(forecast.quotas, { forecast, text: whole.slice(start.length, -end.length) });
    return whole;
  }
}

const ENDS: ReadonlySet<string> = new Set(['vmi', 'message'] satisfies readonly (keyof Forecast)[]);

function isSameBetween(one: Forecast, other: Forecast): boolean {
  const members = Object.keys(one) as (keyof Forecast)[];
  return (
    members.length === Object.keys(other).length &&
    members.every((member) => ENDS.has(member) || one[member] === other[member])
  );
}
