import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ReportBrowser } from '../test/browser/chromium.ts';
import { buildBundle, inTemporaryFolder, pathOf } from './bundle.ts';
import { atMost, type Effort, type Figure, figureOf } from './figure.ts';
import { type SnapshotSize, writeSnapshot } from './make-snapshot.ts';
import { MeasuredProgram } from './measured-run.ts';
import { compare, measureInRounds } from './rounds.ts';

const PART = 'report';
const LARGE: Readonly<Record<Effort, SnapshotSize>> = {
  full: { virtualMachines: 10_000, namespaces: 200 },
  quick: { virtualMachines: 200, namespaces: 4 },
};
const PAGE: SnapshotSize = { virtualMachines: 2000, namespaces: 40 };
const ROUNDS = { full: 5, quick: 1 };
/** Of a page of 10,000 VMs. */
const MOST_MEGABYTES = 15;
const COMMAND_SECONDS = atMost(5);
const PAGE_SECONDS = atMost(2);

/** The report of a large cluster, and the page of a middling one in a real Chromium. */
export function reportFigures(effort: Effort): Promise<readonly Figure[]> {
  return inTemporaryFolder(async (folder) => {
    const bundle = await buildBundle(folder);
    const command = await commandFigure(folder, bundle, effort);
    // The tests of the report prove that the page works, and need the browser besides.
    return effort === 'quick' ? [command] : [command, await pageFigure(folder, bundle)];
  });
}

function reportProgram(bundle: string, snapshot: string, file: string): MeasuredProgram {
  return new MeasuredProgram([bundle, 'report', '-o', file, '--snapshot', snapshot], () => undefined);
}

/** From the start of the process to its end. */
async function commandFigure(folder: string, bundle: string, effort: Effort): Promise<Figure> {
  const [snapshot, file] = [join(folder, 'large.jsonl'), join(folder, 'large.html')];
  await writeSnapshot(snapshot, LARGE[effort]);
  const programs = [
    new MeasuredProgram([pathOf('programs/bare-parse.ts'), snapshot], () => undefined),
    reportProgram(bundle, snapshot, file),
  ];
  const runs = await measureInRounds(
    programs.map((program) => async () => (await program.run()).seconds),
    ROUNDS[effort],
  );
  const { size } = await stat(file);
  if (size > MOST_MEGABYTES * 1e6) throw new Error(`the page has ${size} bytes, expected ${MOST_MEGABYTES} MB at most`);
  const what = `report, ${LARGE[effort].virtualMachines.toLocaleString('en')} VMs, whole objects`;
  const [bare = [], values = []] = runs;
  const compared = compare({ what, values }, [{ what: 'JSON.parse of each line', values: bare }]);
  return figureOf(compared, { part: PART, unit: 's', targets: { [what]: COMMAND_SECONDS } });
}

async function pageFigure(folder: string, bundle: string): Promise<Figure> {
  const [snapshot, file] = [join(folder, 'page.jsonl'), join(folder, 'page.html')];
  await writeSnapshot(snapshot, PAGE);
  await reportProgram(bundle, snapshot, file).run();
  const [html, bare] = [await readFile(file, 'utf8'), bareTable(PAGE.virtualMachines)];
  const browser = await ReportBrowser.launch();
  try {
    const pages = [bare, html].map((page) => () => openedSeconds(browser, page));
    const [bareSeconds = [], values = []] = await measureInRounds(pages, ROUNDS.full);
    const rows = PAGE.virtualMachines.toLocaleString('en');
    const what = `page of ${rows} VMs, opened and sorted`;
    const compared = compare({ what, values }, [{ what: `a bare table of ${rows} rows`, values: bareSeconds }]);
    return figureOf(compared, { part: PART, unit: 's', targets: { [what]: PAGE_SECONDS } });
  } finally {
    await browser.close();
  }
}

function bareTable(rows: number): string {
  const cells = '<td>team-000</td>'.repeat(8);
  return `<!doctype html><table>${`<tr>${cells}</tr>`.repeat(rows)}</table>`;
}

const NEXT_FRAME = 'new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))';

/** From the asking for the page until it has been sorted once and that is seen: then everything in it works. */
async function openedSeconds(browser: ReportBrowser, html: string): Promise<number> {
  const start = performance.now();
  const { page } = await browser.open(html);
  await page.evaluate("document.querySelector('#vm-table th button')?.click()");
  await page.evaluate(NEXT_FRAME);
  const seconds = (performance.now() - start) / 1000;
  await browser.closePages();
  return seconds;
}
