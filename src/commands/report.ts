import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { examine } from '../doctor/examination.ts';
import { bySeverity, type Finding } from '../doctor/finding.ts';
import type { Cluster, ClusterObjects } from '../forecast/cluster-objects.ts';
import { withRatio } from '../forecast/what-if.ts';
import { clusterSummary } from '../report/cluster-summary.ts';
import { namespaceReport } from '../report/namespace-report.ts';
import { pageChunks } from '../report/page.ts';
import { RatioRooms, triedRatios } from '../report/ratio-rooms.ts';
import type { NamespaceReport, Report } from '../report/report-data.ts';
import type { CommandContext } from './command-context.ts';
import { SECOND_LOOK_MILLISECONDS } from './doctor.ts';
import { type FirstLook, lastingFindings } from './doctor-examination.ts';
import { countVerdicts, exitCodeOf } from './exit-code.ts';
import { ChunkedText, type Io, note, type TextSink } from './io.ts';
import { openCluster } from './open-cluster.ts';
import { addOptionsBesideOutput, type ClusterOptions, collect, givenOptions } from './options.ts';
import { sizeText } from './size-text.ts';
import { openSnapshotFile } from './snapshot-file.ts';
import { namespacesAsked } from './vm-selection.ts';
import { ratioNotes } from './what-if-options.ts';

interface ReportOptions extends Omit<ClusterOptions, 'output' | 'allNamespaces'> {
  readonly ratio?: string;
}

const EXAMPLES = [
  ['a page of the whole cluster', 'report -o report.html'],
  ['of a snapshot, one namespace alone', 'report -o team-a.html -n team-a --snapshot cluster.yaml'],
  ['as it would be at another overhead ratio', 'report -o ratio-2.5.html --ratio 2.5 --snapshot cluster.yaml'],
] as const;

export function addReportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('report')
    .summary('write an HTML page of the whole cluster')
    .description(
      'Writes a self-contained HTML page: which migrations fit, how much room each namespace has, what to do, and what another overhead ratio would need.',
    )
    .requiredOption('-o, --output <file>', 'file to write, - for standard output')
    .option('-n, --namespace <name>', 'only this namespace')
    .option('--snapshot <file>', 'file of Kubernetes objects to answer from (repeatable, - is standard input)', collect)
    .option('--ratio <ratio>', 'what if additional-guest-memory-overhead-ratio were this')
    .action((_options, self: Command) => {
      const target = { by: `headroom ${context.version}`, file: String(self.opts().output) };
      return context.finish(report(target, givenOptions<ReportOptions>(self), context.ioFor(self)));
    });
  addOptionsBesideOutput(command);
  command.addHelpText('after', () => context.examplesText(EXAMPLES));
}

interface Target {
  readonly by: string;
  readonly file: string;
}

/** The spine of the command: a cluster, forecasts, a page, an exit code. */
async function report({ by, file }: Target, options: ReportOptions, io: Io): Promise<number> {
  const cluster = await openCluster(options, 'virtual-machines', io.onProgress);
  const objects = await assumedObjects(cluster, options.ratio, io);
  const summary = clusterSummary(objects, options.ratio);
  const ratios = triedRatios(summary.podRatio);
  const { namespaces, look } = await examined(cluster, { objects, ratios }, options.namespace);
  const pause = options.snapshot === undefined ? () => setTimeout(SECOND_LOOK_MILLISECONDS) : undefined;
  // Of a cluster that is assumed nothing can be wrong.
  const findings = options.ratio === undefined ? await lastingFindings(cluster, look, pause) : undefined;
  const page: Report = {
    made: { at: new Date(), by, source: sourceText(options), scope: scopeText(options) },
    cluster: summary,
    namespaces,
    ratios,
    ...(findings && { findings: bySeverity(findings) }),
  };
  await write(file, pageChunks(page, digestOf), io);
  return exitCodeOf(countVerdicts(verdictsOf(namespaces)));
}

async function assumedObjects(cluster: Cluster, ratio: string | undefined, io: Io): Promise<ClusterObjects> {
  const objects = await cluster.clusterObjects();
  if (ratio === undefined) return objects;
  for (const text of await ratioNotes(cluster, ratio)) await note(io, `note: ${text}`);
  return withRatio(objects, ratio);
}

interface Assumed {
  readonly objects: ClusterObjects;
  readonly ratios: readonly string[];
}

/** Looks at one namespace after the other; the forecasts that doctor's rules look at are those that are shown. */
async function examined(
  cluster: Cluster,
  { objects, ratios }: Assumed,
  only: string | undefined,
): Promise<Pick<Report, 'namespaces'> & { readonly look: FirstLook }> {
  const examination = examine(objects);
  const rooms = new RatioRooms(ratios);
  const found = new Map<string, readonly Finding[]>();
  const namespaces: NamespaceReport[] = [];
  for (const name of await namespacesAsked(cluster, only)) {
    const own = examination.ofNamespace(await cluster.namespaceObjects(name, { kind: 'running' }));
    found.set(name, own.findings);
    const { prepared, forecasts } = own.diagnosis;
    if (forecasts.size === 0) continue;
    namespaces.push(namespaceReport(prepared, [...forecasts.values()], rooms.outlookOf(prepared)));
  }
  return { namespaces, look: { examination, found } };
}

async function write(file: string, chunks: Iterable<string>, io: Io): Promise<void> {
  if (file === '-') return writeChunks(io.stdout, chunks);
  const target = await openSnapshotFile(file);
  try {
    await writeChunks(target, chunks);
    const bytes = await target.finish();
    await note(io, `note: the report is in ${file} (${sizeText(bytes)})`);
  } catch (error) {
    await target.abandon();
    throw error;
  }
}

async function writeChunks(sink: TextSink, chunks: Iterable<string>): Promise<void> {
  const text = new ChunkedText(sink);
  for (const chunk of chunks) await text.add(chunk);
  await text.flush();
}

function sourceText({ snapshot, context }: ReportOptions): string {
  if (snapshot !== undefined && snapshot.length > 0) {
    return `snapshot ${snapshot.map((file) => (file === '-' ? 'on standard input' : file)).join(', ')}`;
  }
  return context === undefined ? 'the cluster of the current context' : `the cluster of context ${context}`;
}

function scopeText({ namespace }: ReportOptions): string {
  return namespace === undefined ? 'the whole cluster' : `namespace ${namespace}`;
}

function* verdictsOf(namespaces: readonly NamespaceReport[]) {
  for (const { forecasts } of namespaces) for (const { verdict } of forecasts) yield verdict;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
