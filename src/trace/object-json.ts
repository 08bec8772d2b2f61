import { Quantity } from '../quantity/quantity.ts';

/** No shape names anything deeper; what stands in the place of a mere presence may be nested without end. */
const DEEPEST = 30;

/**
 * What an object's shape has read, as JSON that the shape reads to the same again: amounts in texts of their own family,
 * maps as objects, and no member where there was none.
 */
export function objectJson(read: unknown, depth = 0): unknown {
  if (typeof read !== 'object' || read === null) return read;
  if (read instanceof Quantity) return exactText(read);
  if (depth > DEEPEST) return {};
  if (Array.isArray(read)) return read.map((item) => objectJson(item, depth + 1));
  const members = [...(read instanceof Map ? read : Object.entries(read))];
  const given = members.filter(([, member]) => member !== undefined);
  return Object.fromEntries(given.map(([name, member]) => [name, objectJson(member, depth + 1)]));
}

const NANOS_PER_UNIT = 1_000_000_000n;
/** A 1024th is 0.0009765625. */
const DECIMALS_OF_1024TH = 10n;

/** The canonical text, unless that is of another family: amounts below 1024 are all printed alike. */
function exactText(amount: Quantity): string {
  const canonical = amount.toString();
  const read = Quantity.parse(canonical);
  if (read.format === amount.format) return canonical;
  return amount.format === 'BinarySI' ? kibibytesText(amount.nanos) : `${canonical}e0`;
}

function kibibytesText(nanos: bigint): string {
  const scale = NANOS_PER_UNIT * 10n ** DECIMALS_OF_1024TH;
  const scaled = (nanos * 10n ** DECIMALS_OF_1024TH) / 1024n;
  const fraction = `${scaled % scale}`.padStart(`${scale}`.length - 1, '0');
  return `${scaled / scale}${scaled % scale === 0n ? '' : `.${fraction}`}Ki`;
}
