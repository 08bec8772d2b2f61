import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hostileText } from '../security/hostile-texts.ts';
import { htmlTokens, shownText } from '../security/html-tokens.ts';
import { decision, namespaceSurvey, room, statusPageOf, surveyOf } from './sample-status.ts';

/** A page in which every text that can come from a cluster, a caller or a command line is this one. */
function pageWith(text: string): string {
  const said = { namespace: text, vmi: text, uid: text, line: text, path: text };
  const latest = (['exceeds', 'fits', 'described'] as const).map((verdict) => decision(verdict, said));
  const rooms = [room('limits.memory', -5, text), room('memory', -1, text)];
  return statusPageOf({
    version: text,
    snapshots: [text],
    decisions: { latest, count: 3, deniedCount: 0 },
    survey: surveyOf([namespaceSurvey(text, rooms, { exceeds: 1 })], { unread: [text] }),
  });
}

/** Tags with their attributes, and texts that are only told to be there. */
function skeletonOf(page: string): readonly unknown[] {
  return htmlTokens(page).flatMap((token): readonly unknown[] => {
    if (token.kind === 'text') return [];
    if (token.kind !== 'start' || token.name === 'meta') return [token.kind, 'name' in token && token.name];
    return [token.name, [...token.attributes]];
  });
}

const PLAIN = skeletonOf(pageWith('plain'));

test('a text of the cluster changes no tag and no attribute of the status page, wherever it stands', () => {
  fc.assert(
    fc.property(hostileText, (text) => expect(skeletonOf(pageWith(text))).toEqual(PLAIN)),
    { numRuns: 100 },
  );
});

test('a text of the cluster brings nothing into the status page that is not seen, or that turns its direction', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const shown = shownText(htmlTokens(pageWith(text.replaceAll('\n', ''))));
      expect(shown).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}]/u);
    }),
    { numRuns: 100 },
  );
});

test('what a text of the cluster says is read as it is', () => {
  expect(shownText(htmlTokens(pageWith('<b>&lt;"it\'s"')))).toContain('<b>&lt;"it\'s"');
});
