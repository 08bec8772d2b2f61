import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { objectionsTo, WAYS } from './accessibility.ts';
import { ReportBrowser } from './chromium.ts';
import { hostileReport, largeReport, mixedReport, pageHtml } from './reports.ts';

const BACKGROUND = 'getComputedStyle(document.body).backgroundColor';

let browser: ReportBrowser;
beforeAll(async () => {
  browser = await ReportBrowser.launch();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

const mixed = pageHtml(mixedReport());

/** The first two cells of each row that is seen. */
function seenVms(page: Page): Promise<readonly string[]> {
  return page.locator('#vm-table > tbody:visible').evaluateAll((groups) =>
    groups.map((group) =>
      [...group.rows[0].cells]
        .slice(0, 2)
        .map((cell) => cell.textContent)
        .join('/'),
    ),
  );
}

describe('a report in Chromium', () => {
  test('asks for nothing but itself and has nothing to complain of', async () => {
    const { page, url, complaints, requests } = await browser.open(mixed);
    await expect(page.title()).resolves.toBe('Room for live migrations: the whole cluster');
    await page.locator('summary').first().click();
    await page.getByRole('button', { name: 'Dark theme' }).click();
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [url] });
  });

  test('draws a bar for each quota key', async () => {
    const { page } = await browser.open(mixed);
    const boxes = await page
      .locator('#namespace-table .bar')
      .evaluateAll((bars) =>
        bars.map(
          (bar) => [...bar.querySelectorAll('rect')].filter((rect) => rect.getBoundingClientRect().width > 0).length,
        ),
      );
    expect(boxes.length).toBe(8);
    for (const drawn of boxes) expect(drawn).toBeGreaterThanOrEqual(5);
  });

  test('sorts by a click, the other way by a second, and is as before after a third', async () => {
    const { page } = await browser.open(mixed);
    const before = await seenVms(page);
    const head = page.locator('#vm-table th').first();
    const button = head.getByRole('button', { name: 'Namespace' });
    await button.click();
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    expect(await seenVms(page)).toEqual([
      'busy/vm1',
      'busy/vm2',
      'fine/vm1',
      'once/vm1',
      'puzzling/nobody',
      'stuck/vm1',
    ]);
    await button.click();
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    expect((await seenVms(page))[0]).toBe('stuck/vm1');
    await button.click();
    expect(await head.getAttribute('aria-sort')).toBeNull();
    expect(await seenVms(page)).toEqual(before);
  });

  test('sorts figures by their size, what has none last', async () => {
    const { page } = await browser.open(mixed);
    await page.locator('#vm-table').getByRole('button', { name: 'Spare' }).click();
    const seen = await seenVms(page);
    expect(seen[0]).toBe('stuck/vm1');
    expect(seen.slice(-2)).toEqual(['puzzling/nobody', 'busy/vm2']);
  });

  test('is sorted by the keyboard alone, with a focus that is seen', async () => {
    const { page } = await browser.open(mixed);
    const button = page.locator('#vm-table').getByRole('button', { name: 'VM' });
    await button.focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await expect(button.and(page.locator(':focus')).count()).resolves.toBe(1);
    await page.keyboard.press('Enter');
    expect((await seenVms(page))[0]).toBe('puzzling/nobody');
    await page.keyboard.press('Space');
    expect((await seenVms(page)).at(-1)).toBe('puzzling/nobody');
  });

  test('filters by words and by verdict, and says how many are left', async () => {
    const { page } = await browser.open(mixed);
    const vms = page.getByRole('region', { name: 'Virtual machines' });
    await vms.getByLabel('Namespace, VM, key or quota').fill('BUSY vm2');
    expect(await seenVms(page)).toEqual(['busy/vm2']);
    expect(await vms.getByRole('status').textContent()).toBe('1 of 6 VMs');
    await vms.getByLabel('Namespace, VM, key or quota').fill('');
    await vms.getByLabel('Verdict').selectOption('exceeds');
    expect(await seenVms(page)).toEqual(['stuck/vm1']);
    await page.locator('[data-tools=namespace-table] select').selectOption({ label: 'too little' });
    expect(await page.locator('#namespace-table tbody tr:visible').count()).toBe(1);
  });

  test('filters by a click on a count of the summary', async () => {
    const { page } = await browser.open(mixed);
    await page.getByRole('link', { name: 'fits once' }).click();
    expect(await seenVms(page)).toEqual(['once/vm1']);
  });

  test('opens the arithmetic of a VM', async () => {
    const { page } = await browser.open(mixed);
    const arithmetic = page.getByText('used 5682461313 + requested 5682461313 = 11364922626').first();
    expect(await arithmetic.isVisible()).toBe(false);
    await page.locator('#vm-table summary').first().press('Enter');
    expect(await arithmetic.isVisible()).toBe(true);
  });

  test('is whole without scripts, and then offers nothing that would need one', async () => {
    const { page, complaints } = await browser.open(mixed, { javaScriptEnabled: false });
    expect(await page.locator('#vm-table > tbody:visible').count()).toBe(6);
    expect(await page.locator('#namespace-table tbody tr:visible').count()).toBe(9);
    expect(await page.locator('button:visible, input:visible, select:visible').count()).toBe(0);
    await page.locator('#vm-table summary').first().click();
    expect(await page.getByText('used 5682461313 + requested 5682461313').first().isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('prints, in light and with the arithmetic of what is wrong', async () => {
    const { page } = await browser.open(mixed, { colorScheme: 'dark' });
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(BACKGROUND)).toBe('rgb(255, 255, 255)');
    expect(await page.getByText('used 5682461313 + requested 5682461313').first().isVisible()).toBe(true);
  });

  test('switches its theme and back', async () => {
    const { page } = await browser.open(mixed, { colorScheme: 'dark' });
    const color = () => page.evaluate(BACKGROUND);
    const dark = await color();
    await page.getByRole('button', { name: 'Light theme' }).click();
    expect(await color()).toBe('rgb(255, 255, 255)');
    await page.getByRole('button', { name: 'Dark theme' }).click();
    expect(await color()).toBe(dark);
  });
});

describe('axe finds nothing to object to', () => {
  test.each(WAYS)('in a page that is %s', async (_title, options) => {
    const { page } = await browser.open(mixed, options);
    await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
    expect(await objectionsTo(page)).toEqual([]);
  });
});

describe('a name that is markup', () => {
  test.each([
    ['a script', '<script>alert(1)</script>'],
    ['an image that fails', '<img src=x onerror=alert(1)>'],
    ['the end of an attribute', `"><svg onload=alert(1)>' onfocus='alert(1)' autofocus='`],
    ['the end of the style and the script', '</style></script><script>alert(1)</script>'],
    ['a comment', '--><!-- <base href="https://example.invalid/">'],
    ['text that turns its direction', '\u202evm\u2066\u2028'],
  ])('does nothing: %s', async (_title, text) => {
    const { page, url, complaints, requests } = await browser.open(pageHtml(hostileReport(text)));
    expect(await page.locator('#vm-table > tbody').count()).toBe(6);
    await page.locator('#vm-table').getByRole('button', { name: 'VM' }).click();
    await page.locator('#vm-table summary').first().click();
    const shown = text.replaceAll(/[\u202e\u2066\u2028]/g, '\ufffd');
    expect((await seenVms(page))[0]).toBe(`${shown}/${shown}`);
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [url] });
  });
});

test('of 2,000 VMs the worst are shown at first, more on demand, and each is found', async () => {
  const { page, complaints } = await browser.open(pageHtml(largeReport(2000)));
  const shown = page.locator('#vm-table > tbody:visible');
  expect(await shown.count()).toBe(300);
  const vms = page.getByRole('region', { name: 'Virtual machines' });
  expect(await vms.getByRole('status').textContent()).toBe('2,000 of 2,000 VMs, the first 300 shown');
  await page.getByRole('button', { name: 'Show 1,200 more' }).last().click();
  expect(await shown.count()).toBe(1500);
  await vms.getByLabel('Namespace, VM, key or quota').fill('vm-01999');
  expect(await seenVms(page)).toEqual(['team-039/vm-01999']);
  expect(complaints).toEqual([]);
});
