import { printableLines } from '../admission/plain-text.ts';

/** JSON escapes C0 alone; the others would still steer a terminal, or hide in it. */
const UNPRINTABLE_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A JSON document on one line in which every unprintable character is escaped; it reads back to the same value. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE_IN_JSON, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

export type YamlText = (value: unknown) => string;

/** The yaml package is loaded by those who print YAML alone. */
export async function loadYamlText(): Promise<YamlText> {
  const { stringify } = await import('yaml');
  return (value) => printableLines(stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }));
}

/** A whole document in either form, with its line end. */
export async function documentText(format: 'json' | 'yaml', value: unknown): Promise<string> {
  if (format === 'json') return `${jsonText(value)}\n`;
  const yamlText = await loadYamlText();
  return yamlText(value);
}
