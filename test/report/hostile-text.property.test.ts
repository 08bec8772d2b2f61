import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Forecast } from '../../src/forecast/forecast.ts';
import type { Report } from '../../src/report/report-data.ts';
import { EXCEEDING, forecastOf, markupOf, memoryOutlook, pageOf, reportOf } from './sample-report.ts';

const FRAGMENTS = [
  '<script>alert(1)</script>',
  '</script>',
  '</style>',
  '</td></tr></table>',
  '<!--',
  ']]>',
  '"',
  "'",
  '" onmouseover="alert(1)',
  '`',
  '&lt;',
  '&#60;',
  '&',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u2028',
  '\u0000',
  '\u001b[2J',
  '\r',
  '\ud800',
  '\uffff',
  'x'.repeat(5000),
] as const;

// A line end in a message begins a new paragraph, as it should.
const texts = fc
  .array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: 'binary' })), { maxLength: 6 })
  .map((parts) => parts.join('').replaceAll('\n', ''));

const FORECAST = forecastOf(EXCEEDING);

/** A report in which every text that can come from a cluster or a command line is this one. */
function reportWith(text: string): Report {
  const forecast: Forecast = {
    ...FORECAST,
    namespace: text,
    vmi: text,
    reason: text,
    message: `${text}\n${text}\nRemedy: ${text}`,
    quotas: FORECAST.quotas.map((line) => ({ ...line, quota: text, resource: text })),
    remedies: [{ kind: 'enable-scaling', text, quota: text }],
    notes: [text],
  };
  const [line] = forecast.quotas as [Forecast['quotas'][number], ...Forecast['quotas']];
  const room = { line, base: undefined, vmi: text, shortCount: 1, outcome: 'exceeds' as const };
  const key = { ...memoryOutlook([1, 2, 3, 4, 5]), quota: text, resource: text };
  return reportOf(
    [{ name: text, forecasts: [forecast], rooms: [room], outlook: { largestFitting: text, keys: [key], leftOut: 1 } }],
    {
      made: { at: new Date(0), by: text, source: text, scope: text },
      cluster: {
        harvesterVersion: text,
        kubeVirtVersions: [text],
        podRatio: text,
        scaleUpRatio: text,
        assumedRatio: text,
        nodes: 1,
        unknown: text,
      },
      findings: [
        {
          rule: text,
          severity: 'error',
          subject: { kind: text, namespace: text, name: text },
          summary: text,
          evidence: [text],
          remedy: [text],
          affected: [text],
        },
      ],
    },
  );
}

/** The markup with its texts taken out: tags and the names of their attributes. */
function skeletonOf(page: string): readonly string[] {
  const tags = markupOf(page).match(/<[^>]*>/g) ?? [];
  return tags.map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
}

describe('a text of the cluster', () => {
  const plain = skeletonOf(pageOf(reportWith('plain')));

  test('changes no tag and no attribute of the page, wherever it stands', () => {
    fc.assert(
      fc.property(texts, (text) => expect(skeletonOf(pageOf(reportWith(text)))).toEqual(plain)),
      { numRuns: 150 },
    );
  });

  test('brings no character into the page that is not seen, or that turns its direction', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(pageOf(reportWith(text))).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}]/u);
      }),
      { numRuns: 150 },
    );
  });
});
