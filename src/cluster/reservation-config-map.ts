import * as z from 'zod';
import type { Ledger, QuotaNeed, ReadLedger, Reservation, Reservations } from '../forecast/reservations.ts';
import { isObjectName } from '../objects/names.ts';
import { resourceListShape } from '../objects/quantity-shape.ts';
import { type Api, type ApiAnswer, type ApiCall, whyNot } from './api.ts';

const DATA_KEY = 'reservations';

const configMapShape = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string(), resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).nullish(),
});
type ConfigMap = z.infer<typeof configMapShape>;

const needsShape = z
  .record(z.string(), resourceListShape)
  .transform((quotas) =>
    Object.entries(quotas).flatMap(([quota, amounts]) =>
      [...amounts].map(([resource, amount]): QuotaNeed => ({ quota, resource, amount })),
    ),
  );

/** Of whoever is named here something is read, by this name. */
const nameShape = z.string().refine(isObjectName);

const ledgerShape = z.array(
  z
    .object({ namespace: nameShape, vmi: nameShape, at: z.iso.datetime(), needs: needsShape.optional() })
    .transform(({ namespace, vmi, at, needs }) => ({
      namespace,
      vmi,
      atMilliseconds: Date.parse(at),
      ...(needs !== undefined && { needs }),
    })),
);

/** `absent` is a version too: creating the object fails when somebody else has created it. */
type Version = { readonly kind: 'stored'; readonly configMap: ConfigMap } | { readonly kind: 'absent' };

/** Reservations in one ConfigMap; its resourceVersion is what is compared. One that was deleted is made anew. */
export function configMapReservations(
  api: Api,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Reservations {
  const collection = `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`;
  const what = `ConfigMap ${namespace}/${name}`;
  return {
    read: async (signal) => {
      const answer = await api.call({ method: 'GET', path: `${collection}/${encodeURIComponent(name)}` }, signal);
      return ledgerOf(answer, what);
    },
    write: async (ledger, reservations, signal) => {
      const call = writeCall(ledger, textOf(reservations), { collection, namespace, name });
      const answer = await api.call(call, signal);
      if (answer.kind === 'done') return { kind: 'written' };
      if (isConflict(answer, call)) return { kind: 'conflict' };
      return { kind: 'failed', why: `${what} could not be written: ${whyNot(answer)}` };
    },
  };
}

function ledgerOf(answer: ApiAnswer, what: string): Ledger {
  if (answer.kind === 'refused' && answer.code === 404) {
    return { kind: 'read', reservations: [], nowMilliseconds: timeOf(answer), version: absent };
  }
  if (answer.kind !== 'done') return { kind: 'unreadable', why: `${what} could not be read: ${whyNot(answer)}` };
  const read = configMapShape.safeParse(answer.body);
  if (!read.success) return { kind: 'unreadable', why: `${what} is not understood` };
  return {
    kind: 'read',
    reservations: reservationsIn(read.data),
    nowMilliseconds: timeOf(answer),
    version: { kind: 'stored', configMap: read.data } satisfies Version,
  };
}

const absent: Version = { kind: 'absent' };

function timeOf({ answeredAt }: { readonly answeredAt?: Date }): number {
  return (answeredAt ?? new Date()).getTime();
}

/** What somebody has garbled holds no promise that could be kept; the next write puts it right. */
function reservationsIn({ data }: ConfigMap): readonly Reservation[] {
  try {
    const read = ledgerShape.safeParse(JSON.parse(data?.[DATA_KEY] ?? '[]'));
    return read.success ? read.data : [];
  } catch {
    return [];
  }
}

function textOf(reservations: readonly Reservation[]): string {
  return JSON.stringify(reservations.map(entryOf));
}

function entryOf({ namespace, vmi, atMilliseconds, needs }: Reservation): unknown {
  const at = new Date(atMilliseconds).toISOString();
  return { namespace, vmi, at, ...(needs !== undefined && { needs: amountsByQuota(needs) }) };
}

function amountsByQuota(needs: readonly QuotaNeed[]): Record<string, Record<string, string>> {
  // A quota may be called `constructor`: looked up in a plain object, that is JavaScript's own.
  const quotas = Map.groupBy(needs, ({ quota }) => quota);
  return Object.fromEntries(
    [...quotas].map(([quota, own]) => [
      quota,
      Object.fromEntries(own.map(({ resource, amount }) => [resource, amount.toString()])),
    ]),
  );
}

function writeCall(
  ledger: ReadLedger,
  text: string,
  { collection, namespace, name }: { readonly collection: string; readonly namespace: string; readonly name: string },
): ApiCall {
  const version = ledger.version as Version;
  const type = { apiVersion: 'v1', kind: 'ConfigMap' };
  if (version.kind === 'absent') {
    return {
      method: 'POST',
      path: collection,
      body: { ...type, metadata: { namespace, name }, data: { [DATA_KEY]: text } },
    };
  }
  const { configMap } = version;
  const body = { ...type, ...configMap, data: { ...configMap.data, [DATA_KEY]: text } };
  return { method: 'PUT', path: `${collection}/${encodeURIComponent(name)}`, body };
}

/** Written by somebody else since it was read, or deleted, or made. */
function isConflict(answer: ApiAnswer, { method }: ApiCall): boolean {
  if (answer.kind !== 'refused') return false;
  return answer.code === 409 || (answer.code === 404 && method === 'PUT');
}
