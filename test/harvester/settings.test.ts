import { describe, expect, test } from '@jest/globals';
import { overcommit, podRatioFromSetting, scaleUpRatio, settingValue } from '../../src/harvester/settings.ts';
import { releaseOf, setting } from './objects.ts';

const RATIO = 'additional-guest-memory-overhead-ratio';

describe('the value of a Setting', () => {
  test.each([
    { title: 'its value wins', settings: [setting(RATIO, '2', '1.5')], expected: '2' },
    { title: 'its default stands in for an empty value', settings: [setting(RATIO, '', '1.5')], expected: '1.5' },
    { title: 'both may be empty', settings: [setting(RATIO, '', '')], expected: '' },
    { title: 'the object may be missing', settings: [setting('server-version', 'v1.7.0')], expected: undefined },
  ])('$title', ({ settings, expected }) => {
    expect(settingValue(settings, RATIO)).toBe(expected);
  });
});

describe('the ratio of a scale-up', () => {
  test.each([
    { title: 'a ratio is handed on as it is written', value: '4.5', expected: '4.5' },
    { title: 'an exponent is a number to Go', value: '1e1', expected: '1e1' },
    { title: 'the least ratio', value: '1', expected: '1' },
    { title: 'the greatest ratio', value: '10.0', expected: '10.0' },
    { title: 'NaN passes both bounds', value: 'NaN', expected: 'NaN' },
    { title: 'above the greatest ratio the default counts', value: '10.0001', expected: '1.5' },
    { title: 'below the least ratio the default counts', value: '0.5', expected: '1.5' },
    { title: 'a negative ratio is none, the default counts', value: '-1', expected: '1.5' },
    { title: 'a decimal comma is no number, the default counts', value: '1,5', expected: '1.5' },
    { title: 'a word is no number, the default counts', value: 'abc', expected: '1.5' },
    { title: 'infinity is too great, the default counts', value: 'inf', expected: '1.5' },
    { title: 'an empty Setting means the default', value: '', expected: '1.5' },
  ])('$title: "$value"', ({ value, expected }) => {
    expect(scaleUpRatio(releaseOf('1.8.0'), [setting(RATIO, value)])).toBe(expected);
  });

  test('is the default when there is no such Setting', () => {
    expect(scaleUpRatio(releaseOf('1.7.0'), [])).toBe('1.5');
  });

  test.each([
    { version: '1.4.1', value: '4.5', expected: undefined, title: 'never reads the Setting' },
    { version: '1.3.2', value: '', expected: undefined, title: 'never reads the Setting' },
    { version: '1.4.2', value: '0', expected: undefined, title: 'takes 0 for no ratio' },
    { version: '1.6.1', value: '0.0', expected: undefined, title: 'takes 0.0 for no ratio' },
    { version: '1.6.1', value: 'abc', expected: '1.5', title: 'takes nonsense for the default' },
    { version: '1.7.0', value: '0', expected: '1.5', title: 'takes 0 for the default, although pods have no ratio' },
    { version: '1.9.0', value: '-0', expected: '1.5', title: 'takes -0 for the default' },
  ])('Harvester $version $title ("$value")', ({ version, value, expected }) => {
    expect(scaleUpRatio(releaseOf(version), [setting(RATIO, value)])).toBe(expected);
  });
});

describe('the ratio that Harvester gives to KubeVirt', () => {
  test.each([
    { text: '2', expected: { kind: 'written', ratio: '2' } },
    { text: 'NaN', expected: { kind: 'written', ratio: 'NaN' } },
    { text: '0', expected: { kind: 'written', ratio: undefined } },
    { text: '0.0', expected: { kind: 'written', ratio: undefined } },
    { text: '1e-400', expected: { kind: 'written', ratio: undefined } },
    { text: '', expected: { kind: 'written', ratio: undefined } },
    { text: '1,5', expected: { kind: 'refused', reason: 'expected 0 or a ratio from 1.0 to 10.0, got "1,5"' } },
    { text: '1e400', expected: { kind: 'refused', reason: 'expected 0 or a ratio from 1.0 to 10.0, got "1e400"' } },
    { text: '0.99', expected: { kind: 'refused', reason: 'expected 0 or a ratio from 1.0 to 10.0, got "0.99"' } },
  ])('a Setting of "$text" gives $expected', ({ text, expected }) => {
    expect(podRatioFromSetting(text)).toEqual(expected);
  });
});

describe('the overcommit', () => {
  const OVERCOMMIT = 'overcommit-config';

  test('is what the Setting says, in percent', () => {
    const settings = [setting(OVERCOMMIT, '{"cpu":800,"memory":120,"storage":300}')];
    expect(overcommit(settings, releaseOf('1.7.0'))).toEqual({ cpu: 800, memory: 120, storage: 300 });
  });

  test.each([
    { version: '1.7.3', settings: [], expected: { cpu: 1600, memory: 150, storage: 200 }, title: 'no Setting' },
    { version: '1.8.0', settings: [], expected: { cpu: 1000, memory: 150, storage: 100 }, title: 'no Setting' },
    {
      version: '1.8.0',
      settings: [setting(OVERCOMMIT, '{"cpu":')],
      expected: { cpu: 1000, memory: 150, storage: 100 },
      title: 'broken JSON',
    },
    {
      version: '1.8.0',
      settings: [setting(OVERCOMMIT, '[800]')],
      expected: { cpu: 1000, memory: 150, storage: 100 },
      title: 'a list',
    },
    {
      version: '1.7.0',
      settings: [setting(OVERCOMMIT, '{"cpu":800}')],
      expected: { cpu: 800, memory: 150, storage: 200 },
      title: 'keys missing',
    },
    {
      version: '1.7.0',
      settings: [setting(OVERCOMMIT, '{"cpu":800,"memory":0,"storage":"200"}')],
      expected: { cpu: 800, memory: 150, storage: 200 },
      title: 'figures that are no percentage',
    },
  ])('is Harvester $version default with $title, and that is said', ({ version, settings, expected }) => {
    expect(overcommit(settings, releaseOf(version))).toEqual({ ...expected, note: expect.stringContaining('assumed') });
  });
});
