const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;
const STEP = 1000;

/** The size of a file as people say it: `512 bytes`, `34.1 kB`, `266 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < STEP) return `${bytes} bytes`;
  let amount = bytes / STEP;
  let unit = 0;
  while (amount >= STEP && unit < UNITS.length - 1) {
    amount /= STEP;
    unit += 1;
  }
  return `${amount < 100 ? amount.toFixed(1) : amount.toFixed(0)} ${UNITS[unit]}`;
}
