import { printableLines, printableOneLine } from '../admission/plain-text.ts';
import type { Forecast } from '../forecast/forecast.ts';
import { forecastJson } from '../forecast/forecast-json.ts';
import { jsonText, loadYamlText } from './documents.ts';
import { type ForecastRow, tableColumns, tableRow, WIDE_COLUMNS, wideRows } from './forecast-columns.ts';
import { ForecastTexts } from './forecast-texts.ts';
import { ChunkedText, type Io } from './io.ts';
import type { OutputFormat } from './options.ts';
import { painterFor, tableLines } from './text-table.ts';

/** Takes forecasts one after the other, so that those of a large cluster are never held all at once. */
export interface ForecastWriter {
  add(forecast: Forecast): Promise<void>;
  end(endings: readonly Ending[]): Promise<void>;
}

/** What is said of all forecasts together, after the last of them. */
export interface Ending {
  /** Members of the document beside `forecasts`. */
  readonly json: object;
  readonly lines: readonly string[];
}

export async function forecastWriter(output: OutputFormat | undefined, io: Io): Promise<ForecastWriter> {
  const format = output ?? 'table';
  switch (format) {
    case 'json':
      return jsonWriter(io);
    case 'yaml':
      return yamlWriter(io);
    case 'table':
    case 'wide':
      return tableWriter(format, io);
    default:
      return format satisfies never;
  }
}

/** One document, with a line for each forecast. */
function jsonWriter({ stdout }: Io): ForecastWriter {
  const text = new ChunkedText(stdout);
  const texts = new ForecastTexts();
  let separator = '{"forecasts":[\n';
  return {
    async add(forecast) {
      await text.add(`${separator}${texts.textOf(forecast)}`);
      separator = ',\n';
    },
    async end(endings) {
      const start = separator === ',\n' ? '\n]' : '{"forecasts":[]';
      const members = endings.flatMap(({ json }) => Object.entries(json));
      const others = members.map(([member, value]) => `,${jsonText(member)}:${jsonText(value)}`);
      await text.add(`${start}${others.join('')}}\n`);
      await text.flush();
    },
  };
}

async function yamlWriter({ stdout }: Io): Promise<ForecastWriter> {
  const yamlText = await loadYamlText();
  const text = new ChunkedText(stdout);
  let heading = 'forecasts:\n';
  return {
    async add(forecast) {
      await text.add(`${heading}${yamlText([forecastJson(forecast)])}`);
      heading = '';
    },
    async end(endings) {
      const start = heading === '' ? '' : 'forecasts: []\n';
      await text.add(`${start}${endings.map(({ json }) => yamlText(json)).join('')}`);
      await text.flush();
    },
  };
}

/** Rows wait for the last one, which may be the widest. A single VM's message is worth reading whole. */
function tableWriter(format: 'table' | 'wide', io: Io): ForecastWriter {
  const rows: ForecastRow[] = [];
  let forecasts = 0;
  let message = '';
  return {
    async add(forecast) {
      rows.push(...(format === 'wide' ? wideRows(forecast) : [tableRow(forecast)]));
      forecasts += 1;
      message = forecast.message;
    },
    async end(endings) {
      const columns = format === 'wide' ? WIDE_COLUMNS : tableColumns(rows);
      const lines = forecasts === 0 ? [] : tableLines(columns, rows, painterFor(io));
      if (forecasts === 1) lines.push('', printableLines(message));
      for (const ending of endings) lines.push('', ...ending.lines.map(printableOneLine));
      const text = new ChunkedText(io.stdout);
      for (const line of lines) await text.add(`${line}\n`);
      await text.flush();
    },
  };
}
