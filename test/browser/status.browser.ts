import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { objectionsTo, WAYS } from './accessibility.ts';
import { type OpenPage, ReportBrowser } from './chromium.ts';
import { type ServedStatus, serveStatus } from './served-status.ts';

const REVIEW = JSON.parse(readFileSync('examples/review-migration.json', 'utf8'));
const VALIDATE = '/validate/migrations';

function reviewWith(request: Record<string, unknown>): unknown {
  return { ...REVIEW, request: { ...REVIEW.request, ...request } };
}

let browser: ReportBrowser;
let served: ServedStatus;
beforeAll(async () => {
  [browser, served] = await Promise.all([
    ReportBrowser.launch(),
    serveStatus('--status-page', 'on', '--survey-interval', '1'),
  ]);
});
afterEach(() => browser.closePages());
afterAll(() => Promise.all([browser.close(), served.end()]));

function visit(options?: BrowserContextOptions): Promise<OpenPage> {
  return browser.visit(served.adminUrl, options);
}

/** Looks again until the first survey is there. */
async function surveyed(page: Page): Promise<void> {
  while ((await page.locator('#survey-table').count()) === 0) await page.reload();
}

function seenRows(page: Page): Promise<readonly string[]> {
  return page.locator('#decision-table > tbody > tr:visible').evaluateAll((rows) =>
    rows.map((row) =>
      [...row.cells]
        .slice(1, 6)
        .map((cell) => cell.innerText.replace(/\s+/g, ' '))
        .join(' | '),
    ),
  );
}

test('the status page of a server that nobody has asked says so', async () => {
  const { page } = await visit();
  expect(await page.title()).toBe('headroom: ready');
  expect(await page.getByText('Ready. Nothing has been asked of this replica yet.').isVisible()).toBe(true);
  expect(await page.getByText('No review has been answered since this replica started.').isVisible()).toBe(true);
});

describe('the status page of a server that has been asked, in Chromium', () => {
  beforeAll(async () => {
    const evacuation = { username: 'system:serviceaccount:harvester-system:kubevirt-controller' };
    expect(await served.ask('/mutate/migrations', REVIEW)).toBe(200);
    expect(await served.ask(VALIDATE, REVIEW)).toBe(200);
    expect(await served.ask(VALIDATE, reviewWith({ userInfo: evacuation, dryRun: true }))).toBe(200);
  });

  test('shows what was decided, the newest first, and nothing of who asked', async () => {
    const { page, url, complaints, requests } = await visit();
    expect(await seenRows(page)).toEqual([
      'quota-test | vm1 | migration platform, dry run | exceeds | admitted',
      'quota-test | vm1 | migration user | exceeds | denied',
      'quota-test | vm1 | migration user | exceeds | noted',
    ]);
    expect(await page.getByText('Ready. 3 reviews answered, 1 with a denial.').isVisible()).toBe(true);
    expect(await page.getByText('is short of limits.memory by 499581313').first().isVisible()).toBe(true);
    expect(await page.getByText(REVIEW.request.uid).count()).toBe(3);
    expect(await page.content()).not.toContain('kubevirt-controller');
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [url] });
  });

  test('shows what was decided since, after a click', async () => {
    const { page, url, complaints, requests } = await visit();
    const object = { ...REVIEW.request.object, spec: { vmiName: 'nobody' } };
    expect(await served.ask(VALIDATE, reviewWith({ object }))).toBe(200);
    await page.getByRole('link', { name: 'Look again' }).click();
    await page.getByText('Ready. 4 reviews answered').waitFor();
    expect((await seenRows(page))[0]).toBe('quota-test | nobody | migration user | unknown | admitted');
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [url, url] });
  });

  test('shows where room is short, as the report of the same files does', async () => {
    const { page } = await visit();
    await surveyed(page);
    expect(await page.locator('#survey-table tbody tr').innerText()).toMatch(
      /^quota-test\n1 \u2715?\s*exceeds\s+limits\.memory\ndefault-z4g94\s+\u2715?\s*\u2212476\.44 MiB$/,
    );
    const bar = page.locator('#survey-table .bar rect.need.exceeds');
    expect((await bar.boundingBox())?.width).toBeGreaterThan(100);
    expect(await page.getByText('snapshot quota-test-stuck.yaml').isVisible()).toBe(true);
  });

  test('is reached by the keyboard alone, and its tables are sorted by it', async () => {
    const { page } = await visit();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the status');
    const button = page.locator('#decision-table').getByRole('button', { name: 'Answer' });
    await button.focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    expect((await seenRows(page)).map((row) => row.split(' | ').at(-1))).toEqual([
      'admitted',
      'admitted',
      'denied',
      'noted',
    ]);
  });

  test('is whole without scripts, and then offers nothing that would need one', async () => {
    const { page, complaints } = await visit({ javaScriptEnabled: false });
    expect((await seenRows(page)).length).toBe(4);
    expect(await page.locator('button:visible, input:visible, select:visible').count()).toBe(0);
    await page.getByRole('link', { name: 'Look again' }).click();
    expect((await seenRows(page)).length).toBe(4);
    expect(complaints).toEqual([]);
  });

  test('switches its theme', async () => {
    const { page } = await visit({ colorScheme: 'dark' });
    await page.getByRole('button', { name: 'Light theme' }).click();
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
  });

  test.each(WAYS)('has nothing that axe objects to, and is no wider than the screen: %s', async (_title, options) => {
    const { page, complaints } = await visit(options);
    await surveyed(page);
    expect(await objectionsTo(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['a script', '<script>alert(1)</script>'],
    ['an image that fails', '<img src=x onerror=alert(1)>'],
    ['the end of an attribute', `"><svg onload=alert(1)>' onfocus='alert(1)' autofocus='`],
    ['the end of the style and the script', '</style></script><script>alert(1)</script>'],
  ])('does nothing of what names of a review say: %s', async (_title, text) => {
    const object = { ...REVIEW.request.object, metadata: { name: text, namespace: text }, spec: { vmiName: text } };
    expect(await served.ask(VALIDATE, reviewWith({ uid: text, namespace: text, object }))).toBe(200);
    const { page, complaints, requests } = await visit();
    await page.locator('#decision-table').getByRole('button', { name: 'VM' }).focus();
    expect((await seenRows(page))[0]).toBe(`${text} | ${text} | migration user | unknown | admitted`);
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [served.adminUrl] });
  });

  test('has room for names that are as long as names may be, on a telephone', async () => {
    const text = 'v'.repeat(253);
    const object = { ...REVIEW.request.object, metadata: { name: text, namespace: text }, spec: { vmiName: text } };
    expect(await served.ask(VALIDATE, reviewWith({ uid: 'u'.repeat(128), namespace: text, object }))).toBe(200);
    const { page } = await visit({ viewport: { width: 360, height: 740 } });
    expect((await seenRows(page))[0]).toContain(`${text} | ${text}`);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });
});

test('a server shows no page unless it is told to', async () => {
  const silent = await serveStatus();
  try {
    const answer = await fetch(silent.adminUrl);
    expect([answer.status, await answer.json()]).toEqual([404, { code: 404, error: 'nothing is here' }]);
  } finally {
    await silent.end();
  }
});
