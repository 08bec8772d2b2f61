import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** What a page did that nobody asked it to. */
export interface Misdeeds {
  /** Errors and warnings in the console, and exceptions. */
  readonly complaints: string[];
  /** Addresses asked for, that of the page itself among them. */
  readonly requests: string[];
}

export interface OpenPage extends Misdeeds {
  readonly page: Page;
  readonly url: string;
}

/** Pages in a real Chromium: HTML texts as files, which is how a report is opened, and what a server answers. */
export class ReportBrowser {
  readonly #browser: Browser;
  readonly #folder: string;
  #files = 0;

  private constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.#folder = folder;
  }

  static async launch(): Promise<ReportBrowser> {
    const executablePath = execFileSync('bash', ['scripts/install-chromium.sh'], { encoding: 'utf8' }).trim();
    // Chromium refuses to run as root with its sandbox, and containers of CI run as root.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath, args });
    return new ReportBrowser(browser, await mkdtemp(join(tmpdir(), 'headroom-browser-')));
  }

  async open(html: string | Iterable<string>, options: BrowserContextOptions = {}): Promise<OpenPage> {
    this.#files += 1;
    const file = join(this.#folder, `report-${this.#files}.html`);
    await writeFile(file, html);
    return this.visit(pathToFileURL(file).href, options);
  }

  async visit(url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
    const context = await this.#browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
    const page = await context.newPage();
    const [complaints, requests]: [string[], string[]] = [[], []];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', async (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(url);
    return { page, url, complaints, requests };
  }

  async closePages(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await rm(this.#folder, { recursive: true });
  }
}
