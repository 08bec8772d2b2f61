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

/** What of a text YAML must not show as it is; line ends it writes by its own rules. */
const UNPRINTABLE_IN_YAML = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;

/** In a block YAML takes the blanks that lines begin with for its indentation, and the yaml package some at their end. */
const BLANKS_AT_LINE_ENDS = /(?:^|\n)[ \t]|[ \t](?:\n|$)|^\n/;

/** YAML has a form of its own for what JSON writes as two halves. */
function escapedInYaml(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : escaped(character);
}

/**
 * The yaml package is loaded by those who print YAML alone. A text that holds what is unprintable is quoted, for only there it
 * can be escaped; the document reads back to the same value.
 */
export async function loadYamlText(): Promise<YamlText> {
  const { Document, visit } = await import('yaml');
  return (value) => {
    const document = new Document(value, { aliasDuplicateObjects: false });
    visit(document, {
      Scalar: (_key, node) => {
        if (typeof node.value === 'string' && isToBeQuoted(node.value)) node.type = 'QUOTE_DOUBLE';
      },
    });
    const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
    return text.replace(UNPRINTABLE_IN_JSON, escapedInYaml);
  };
}

function isToBeQuoted(text: string): boolean {
  return UNPRINTABLE_IN_YAML.test(text) || (text.includes('\n') && BLANKS_AT_LINE_ENDS.test(text));
}

/** A whole document in either form, with its line end. */
export async function documentText(format: 'json' | 'yaml', value: unknown): Promise<string> {
  if (format === 'json') return `${jsonText(value)}\n`;
  const yamlText = await loadYamlText();
  return yamlText(value);
}
