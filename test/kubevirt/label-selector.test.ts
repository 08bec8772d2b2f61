import { expect, test } from '@jest/globals';
import { matchesSelector } from '../../src/kubevirt/label-selector.ts';
import type { LabelSelector } from '../../src/objects/kubevirt.ts';

const labels = new Map([
  ['team', 'blue'],
  ['example.com/tier', ''],
]);

const expression = (key: string, operator: string, values?: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator, values }],
});

test.each<[string, LabelSelector, boolean]>([
  ['the empty selector matches everything', {}, true],
  ['null lists are empty', { matchLabels: null, matchExpressions: null }, true],
  ['an equal label matches', { matchLabels: { team: 'blue' } }, true],
  ['a different label does not', { matchLabels: { team: 'red' } }, false],
  ['an absent label equals nothing, not even the empty value', { matchLabels: { gone: '' } }, false],
  ['In wants one of its values', expression('team', 'In', ['red', 'blue']), true],
  ['In wants the label', expression('gone', 'In', ['red']), false],
  ['NotIn is content without the label', expression('gone', 'NotIn', ['red']), true],
  ['NotIn excludes its values', expression('team', 'NotIn', ['blue']), false],
  ['Exists takes any value', expression('example.com/tier', 'Exists'), true],
  ['Exists wants the label', expression('gone', 'Exists'), false],
  ['DoesNotExist wants it away', expression('team', 'DoesNotExist'), false],
  ['DoesNotExist is content without it', expression('gone', 'DoesNotExist'), true],
  ['all requirements count', { matchLabels: { team: 'blue' }, ...expression('gone', 'Exists') }, false],
  ['In without values is invalid and matches nothing', expression('team', 'In', []), false],
  ['Exists with values is invalid', expression('team', 'Exists', ['blue']), false],
  ['an unknown operator is invalid', expression('team', 'Gt', ['1']), false],
  ['an invalid key matches nothing, although it is absent', expression('a b', 'DoesNotExist'), false],
  ['a key has one prefix at most', expression('a/b/c', 'DoesNotExist'), false],
  ['a prefix is a domain name', expression('A_/b', 'DoesNotExist'), false],
  ['an invalid value matches nothing, although it is not there', expression('team', 'NotIn', ['b c']), false],
])('%s', (_, selector, matches) => {
  expect(matchesSelector(labels, selector)).toBe(matches);
});
