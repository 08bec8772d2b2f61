import { expect, test } from '@jest/globals';
import { worstLine } from '../../src/commands/forecast-columns.ts';
import type { QuotaLine } from '../../src/forecast/forecast.ts';
import { Quantity } from '../../src/quantity/quantity.ts';

function line(resource: string, used: string, hard: string, more: Partial<QuotaLine> = {}): QuotaLine {
  const amount = Quantity.parse(hard);
  return {
    quota: 'q',
    resource,
    used: Quantity.parse(used),
    requested: Quantity.zero,
    hard: amount,
    hardAfterScaleUp: amount,
    ...more,
  };
}

const roomy = line('limits.cpu', '1', '4');
const tight = line('limits.memory', '9Gi', '10Gi');
const short = line('pods', '11', '10', { shortBy: Quantity.of(1n), cause: 'not-scaled' });
const shorter = line('requests.cpu', '20', '10', { shortBy: Quantity.of(10n), cause: 'not-scaled' });
const unstated = line('limits.cpu', '0', '10', { cause: 'no-limits' });

test.each([
  ['no line is worst where there is none', [], undefined],
  ['the least room by share is worst while all fit', [roomy, tight], tight],
  ['a key that is short is worse than one that is tight', [tight, short, roomy], short],
  ['of two short keys the one that is short of more is worse', [short, shorter], shorter],
  ['a key that no container states is worst of all', [shorter, unstated], unstated],
] as const)('%s', (_title, lines, expected) => {
  expect(worstLine(lines)).toBe(expected);
});
