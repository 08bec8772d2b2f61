import { describe, expect, test } from '@jest/globals';
import { Quantity } from '../../src/quantity/quantity.ts';
import type { Room } from '../../src/report/report-data.ts';
import { roomBar } from '../../src/report/room-bar.ts';

interface Draft {
  readonly used: string;
  readonly requested: string;
  readonly base?: string;
  readonly limit: string;
  readonly outcome?: Room['outcome'];
}

function blocksOf({ used, requested, base, limit, outcome = 'fits' }: Draft): readonly string[] {
  const amount = (text: string): Quantity => Quantity.parse(text);
  const line = {
    quota: 'q',
    resource: 'limits.memory',
    used: amount(used),
    requested: amount(requested),
    hard: amount(limit),
    hardAfterScaleUp: amount(limit),
  };
  const { markup } = roomBar({ line, base: base === undefined ? undefined : amount(base), outcome });
  const blocks = markup.matchAll(/<(?:rect|path) class="([a-z ]+)" (?:x="([\d.]+)%")?(?: width="([\d.]+)%")?/g);
  return [...blocks].map(([, kind, x = '', width = '']) => [kind, x, width].join(' ').trim());
}

describe('the bar of a quota key', () => {
  test('shows used, base, scale-up and what the next migration needs, to scale', () => {
    expect(blocksOf({ used: '40', requested: '40', base: '50', limit: '99' })).toEqual([
      'room 0 50',
      'scaled 50 49',
      'used 0 40',
      'need fits 40 40',
      'base 50',
      'limit 99',
    ]);
  });

  test('marks a need that is larger than the room, and what is over the limit', () => {
    const blocks = blocksOf({ used: '60', requested: '39', base: '50', limit: '90', outcome: 'exceeds' });
    expect(blocks).toContain('need exceeds 60 39');
    expect(blocks).toContain('over exceeds 90 9');
  });

  test('leaves out the left of a large namespace, in which one migration is a sliver', () => {
    const blocks = blocksOf({ used: '1000000', requested: '100', base: '1000050', limit: '1000150' });
    expect(blocks.find((block) => block.startsWith('cut'))).toBeDefined();
    expect(blocks.filter((block) => block.startsWith('need'))).toEqual(['need fits 75.75 15.5']);
  });

  test('has no base of its own where nobody has set one', () => {
    expect(blocksOf({ used: '10', requested: '10', limit: '99' })).toContain('base 99');
  });

  test('is empty where there is nothing to draw', () => {
    expect(blocksOf({ used: '0', requested: '0', base: '0', limit: '0' })).toEqual(['base 0', 'limit 0']);
  });
});
