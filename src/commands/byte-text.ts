const TENTHS_OF_A_MEBIBYTE = 10n;
const MEBIBYTE = 1_048_576n;

/** Bytes as Mi with one decimal, for people: exact figures stand beside it or in JSON. */
export function mebibytesText(bytes: bigint): string {
  const magnitude = bytes < 0n ? -bytes : bytes;
  const tenths = (magnitude * TENTHS_OF_A_MEBIBYTE + MEBIBYTE / 2n) / MEBIBYTE;
  const sign = bytes < 0n && tenths > 0n ? '-' : '';
  return `${sign}${tenths / 10n}.${tenths % 10n}Mi`;
}

export function signedText(bytes: bigint): string {
  const text = mebibytesText(bytes);
  return bytes > 0n && text !== mebibytesText(0n) ? `+${text}` : text;
}
