/** Words of PromQL that stand where a metric could. */
const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan']);

/**
 * The names of the metrics that a PromQL expression reads: what is left once strings, label matchers, ranges and lists of
 * labels are taken away, and is neither a function nor a keyword.
 */
export function metricNamesIn(expression: string): readonly string[] {
  const bare = expression
    .replaceAll(/"(?:\\.|[^"\\])*"/g, '""')
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replaceAll(/\boffset\s+\w+/g, ' ');
  const words = [...bare.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)\s*(\(?)/g)];
  const metrics = words.filter(([, word = '', call]) => call === '' && !KEYWORDS.has(word));
  return [...new Set(metrics.map(([, word = '']) => word))].sort();
}

/** A histogram's series and a summary's bear the name of the metric and one of these endings. */
export function familyOf(name: string, families: ReadonlySet<string>): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return families.has(base) ? base : name;
}
