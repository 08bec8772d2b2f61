import { describe, expect, test } from '@jest/globals';
import { Html, html } from '../../src/report/html.ts';

describe('a text in a page', () => {
  test.each([
    ['a tag', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['both quotes', `" onload='x'`, '&quot; onload=&#39;x&#39;'],
    ['an ampersand, once', '&lt;', '&amp;lt;'],
    ['a character that turns the direction', 'vm\u202e1', 'vm\ufffd1'],
    ['an invisible character', 'v\u200bm', 'v\ufffdm'],
    ['control characters and line ends', 'a\u0000b\u001b[31m\r\nc', 'a\ufffdb\ufffd[31m\ufffd\ufffdc'],
    ['separators that end a line of JavaScript', '\u2028\u2029', '\ufffd\ufffd'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
    ['letters of other languages, as they are', 'größe-日本-שלום', 'größe-日本-שלום'],
  ])('cannot be markup or deceive a reader: %s', (_title, text, shown) => {
    expect(html`<p title="${text}">${text}</p>`.markup).toBe(`<p title="${shown}">${shown}</p>`);
  });

  test('is cut where nobody would read on', () => {
    expect(html`${'x'.repeat(5_000_000)}`.markup).toHaveLength(4001);
  });
});

test('markup is put into markup as it is, and lists of it one after the other', () => {
  const item = (text: string) => html`<li>${text}</li>`;
  expect(html`<ul>${[item('<'), item('b')]}</ul>${undefined}${7}${new Html('<hr>')}`.markup).toBe(
    '<ul><li>&lt;</li><li>b</li></ul>7<hr>',
  );
});
