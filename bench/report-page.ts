import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ReportBrowser } from '../test/browser/chromium.ts';
import { type Figure, figuresOf } from './figure.ts';
import { type SnapshotSize, writeSnapshot } from './make-snapshot.ts';
import { compareRounds, measureInRounds } from './rounds.ts';

const run = promisify(execFile);
const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const LARGE: SnapshotSize = { virtualMachines: 10_000, namespaces: 200 };
const PAGE: SnapshotSize = { virtualMachines: 2000, namespaces: 40 };
const ROUNDS = 5;
/** Of a page of 10,000 VMs. */
const MOST_MEGABYTES = 15;
/** Something exceeds in the snapshot, which is no failure here. */
const EXIT_EXCEEDS = 2;

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function writeReport(snapshot: string, file: string): Promise<void> {
  const args = [pathOf('../src/cli.ts'), 'report', '-o', file, '--snapshot', snapshot];
  await run(process.execPath, args).catch((error: { readonly code?: unknown }) => {
    if (error.code !== EXIT_EXCEEDS) throw error;
  });
}

/** From the start of the process to its end. */
async function commandFigures(folder: string): Promise<readonly Figure[]> {
  const [snapshot, file] = [join(folder, 'large.jsonl'), join(folder, 'large.html')];
  await writeSnapshot(snapshot, LARGE);
  const whats = ['JSON.parse of each line', `report of ${LARGE.virtualMachines} VMs`];
  const rounds = await measureInRounds(
    [
      () => secondsOf(() => run(process.execPath, [pathOf('bare-parse.ts'), snapshot])),
      () => secondsOf(() => writeReport(snapshot, file)),
    ],
    ROUNDS,
  );
  const { size } = await stat(file);
  if (size > MOST_MEGABYTES * 1e6) throw new Error(`the page has ${size} bytes, expected ${MOST_MEGABYTES} MB at most`);
  return figuresOf(compareRounds(whats, rounds), {
    part: 'report',
    unit: 's',
    targets: { [whats[1] as string]: { of: 'value', bound: 'below', amount: 5 } },
  });
}

function bareTable(rows: number): string {
  const cells = '<td>team-000</td>'.repeat(8);
  return `<!doctype html><table>${`<tr>${cells}</tr>`.repeat(rows)}</table>`;
}

const NEXT_FRAME = 'new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))';

/** From the asking for the page until it has been sorted once and that is seen: then everything in it works. */
async function openedSeconds(browser: ReportBrowser, html: string): Promise<number> {
  const seconds = await secondsOf(async () => {
    const { page } = await browser.open(html);
    await page.evaluate("document.querySelector('#vm-table th button')?.click()");
    await page.evaluate(NEXT_FRAME);
  });
  await browser.closePages();
  return seconds;
}

async function pageFigures(folder: string): Promise<readonly Figure[]> {
  const [snapshot, file] = [join(folder, 'page.jsonl'), join(folder, 'page.html')];
  await writeSnapshot(snapshot, PAGE);
  await writeReport(snapshot, file);
  const [html, bare] = [await readFile(file, 'utf8'), bareTable(PAGE.virtualMachines)];
  const browser = await ReportBrowser.launch();
  try {
    const whats = [
      `a bare table of ${PAGE.virtualMachines} rows`,
      `page of ${PAGE.virtualMachines} VMs, open and sorted`,
    ];
    const rounds = await measureInRounds(
      [() => openedSeconds(browser, bare), () => openedSeconds(browser, html)],
      ROUNDS,
    );
    return figuresOf(compareRounds(whats, rounds), {
      part: 'report',
      unit: 's',
      targets: { [whats[1] as string]: { of: 'value', bound: 'below', amount: 2 } },
    });
  } finally {
    await browser.close();
  }
}

/** The report of a large cluster, and the page of a middling one in a real Chromium. */
export async function reportFigures(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  try {
    return [...(await commandFigures(folder)), ...(await pageFigures(folder))];
  } finally {
    await rm(folder, { recursive: true });
  }
}
