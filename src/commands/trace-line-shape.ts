import * as z from 'zod';
import { Quantity } from '../quantity/quantity.ts';
import type { OfDecision, TraceLine } from '../trace/trace-line.ts';

const text = z.string();
const maybe = z.string().optional();
const count = z.int().nonnegative();
const object = z.looseObject({ apiVersion: text, kind: text });
const bytes = z.string().regex(/^-?\d+$/, 'expected a number of bytes');
const amount = z.string().refine(isAmount, 'expected a Kubernetes quantity');
const texts = z.record(z.string(), z.string());

function isAmount(given: string): boolean {
  try {
    Quantity.parse(given);
    return true;
  } catch {
    return false;
  }
}

const ofDecision = { uid: text, decision: count };
const ofObject = { apiVersion: text, kind: text, namespace: maybe, name: text, resourceVersion: maybe };

const requestShape = z.object({
  ...ofDecision,
  trace: z.literal('request'),
  at: text,
  path: text,
  about: z.enum(['migration', 'pod', 'nothing known']),
  namespace: maybe,
  vmi: maybe,
  name: maybe,
  class: maybe,
  dryRun: z.boolean().optional(),
});

const factShape = z.object({
  ...ofDecision,
  trace: z.literal('fact'),
  ...ofObject,
  promised: z.literal(true).optional(),
  object,
});

const unreadShape = z.object({ ...ofDecision, trace: z.literal('unread'), kind: text, message: text });

const problemShape = z.object({
  ...ofDecision,
  trace: z.literal('problem'),
  ...ofObject,
  message: text,
  object: object.optional(),
});

const overheadShape = z.object({
  ...ofDecision,
  trace: z.literal('overhead'),
  by: text,
  ratio: maybe,
  terms: z.array(z.object({ name: text, bytes: bytes, source: text })),
  baseBytes: bytes,
  ratioShareBytes: bytes,
  networkBytes: bytes,
  totalBytes: bytes,
});

const quotaShape = z.object({
  ...ofDecision,
  trace: z.literal('quota'),
  quota: text,
  resource: text,
  used: amount,
  requested: amount,
  hard: text,
  hardAfterScaleUp: amount,
  shortBy: maybe,
  cause: maybe,
});

const forecastShape = z.object({
  verdict: text,
  atBest: maybe,
  next: maybe,
  unknown: maybe,
  reason: maybe,
  needsScaleUp: z.boolean(),
  needsCompensation: z.boolean(),
  target: texts,
  notes: z.array(text),
  message: text,
});

const verdictShape = z.object({
  ...ofDecision,
  trace: z.literal('verdict'),
  verdict: text,
  policy: maybe,
  denied: z.boolean(),
  warnings: z.array(text),
  forecast: forecastShape.optional(),
  annotations: texts.optional(),
  unknown: maybe,
  reason: maybe,
  milliseconds: z.number(),
  lines: z.object({ unread: count, problem: count, fact: count, overhead: count, quota: count }),
  leftOut: count,
});

export type LoggedLine = TraceLine & OfDecision;

/** A line of a trace as the log holds it. */
export const traceLineShape: z.ZodType<LoggedLine> = z.discriminatedUnion('trace', [
  requestShape,
  factShape,
  unreadShape,
  problemShape,
  overheadShape,
  quotaShape,
  verdictShape,
]);

export const TRACE_SORTS: ReadonlySet<unknown> = new Set<TraceLine['trace']>([
  'request',
  'fact',
  'unread',
  'problem',
  'overhead',
  'quota',
  'verdict',
]);
