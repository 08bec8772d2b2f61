const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A time span for people, in the two units that say most: `4 min`, `2 h 5 min`, `89 days`. Rounded down. */
export function durationText(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  const days = Math.floor(span / DAY);
  const hours = Math.floor((span % DAY) / HOUR);
  if (days >= 10) return `${days.toLocaleString('en')} days`;
  if (days > 0) return withRest(days === 1 ? '1 day' : `${days} days`, hours, 'h');
  return withRest(`${hours} h`, Math.floor((span % HOUR) / MINUTE), 'min');
}

function withRest(text: string, rest: number, unit: string): string {
  return rest === 0 ? text : `${text} ${rest} ${unit}`;
}

/** How long ago it was, or how soon it will be. */
export function agoText(then: Date, now: Date): string {
  const milliseconds = now.getTime() - then.getTime();
  return milliseconds < 0 ? `in ${durationText(-milliseconds)}` : `${durationText(milliseconds)} ago`;
}
