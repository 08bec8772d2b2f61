import * as z from 'zod';
import { isUnderWay } from '../forecast/part-of-namespace.ts';
import { migrationShape, type VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';

/** What the API server prints of the migrations of a namespace. */
export interface PrintedMigrations {
  /** Of those that are over, one for each VM, without the time of its creation. */
  readonly ended: readonly VirtualMachineInstanceMigration[];
  readonly namesUnderWay: readonly string[];
}

const tableShape = z.object({
  columnDefinitions: z.array(z.object({ name: z.string() })),
  rows: z.array(z.object({ cells: z.array(z.unknown()) })),
});

/** To read one by its name costs the API server as much as a list of so many. */
const LISTED_FOR_ONE = 12;

/**
 * Reads a Table with the columns of KubeVirt's definition (virt-operator, components/crds.go). Undefined for any other, and
 * where those under way are so many that the list of all costs less than each of them by its name.
 */
export function printedMigrations(table: unknown, namespace: string): PrintedMigrations | undefined {
  const read = tableShape.safeParse(table);
  const titles = read.data?.columnDefinitions.map(({ name }) => name) ?? [];
  const columns = ['Name', 'Phase', 'VMI'].map((title) => titles.indexOf(title));
  if (read.data === undefined || columns.includes(-1)) return undefined;
  const printed = read.data.rows.map(({ cells }) => {
    const [name, phase, vmiName] = columns.map((column) => textOf(cells[column])) as [string, string, string];
    return { metadata: { name, namespace }, spec: { vmiName }, status: { phase } };
  });
  const underWay = printed.filter(isUnderWay);
  if (underWay.length * LISTED_FOR_ONE > printed.length) return undefined;
  const ended = new Map(printed.filter((one) => !isUnderWay(one)).map((one) => [one.spec.vmiName, one]));
  return {
    ended: [...ended.values()].map((one) => migrationShape.parse(one)),
    namesUnderWay: underWay.map(({ metadata }) => metadata.name),
  };
}

/** What has no phase yet is printed as null. */
function textOf(cell: unknown): string {
  return typeof cell === 'string' ? cell : '';
}
