import { Html, html } from './html.ts';
import { EARLY_SCRIPT, PAGE_SCRIPT } from './page-script.ts';

/** The SHA-256 of a text, in base64: what a Content-Security-Policy names an inline style or script by. */
export type Digest = (text: string) => string;

/**
 * A page asks nothing of anywhere and runs no script but its own: whatever name or message of the cluster came through
 * as markup would do nothing.
 */
export function contentPolicy(style: string, digest: Digest): string {
  const scripts = [EARLY_SCRIPT, PAGE_SCRIPT].map((script) => `'sha256-${digest(script)}'`).join(' ');
  return `default-src 'none'; style-src 'sha256-${digest(style)}'; script-src ${scripts}; base-uri 'none'; form-action 'none'`;
}

export interface Head {
  readonly title: string;
  /** Program and version. */
  readonly by: string;
  readonly style: string;
  /** Of this very style. */
  readonly policy: string;
}

/** All before the body. */
export function headHtml({ title, by, style, policy }: Head): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${by}">
<title>${title}</title>
<style>${new Html(style)}</style>
<script>${new Html(EARLY_SCRIPT)}</script>
</head>
`;
}

/** Hatchings, so that nothing is told by colour alone. */
export const PATTERNS: Html = html`<svg class="defs" width="0" height="0" aria-hidden="true"><defs>${[
  'scaled',
  'short',
  'last',
  'waiting',
].map(
  (name) =>
    html`<pattern id="${name}" class="h-${name}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7"/><path d="M1 0V7" stroke-width="2"/></pattern>`,
)}</defs></svg>`;

/** Shown once the script runs. */
export const THEME_SWITCH: Html = html`<button type="button" data-theme-switch hidden>Theme</button>`;

export const CLOSING: Html = new Html(`<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`);

/** To the minute, in UTC wherever the reader is. */
export function timeHtml(at: Date): Html {
  const text = at.toISOString();
  return html`<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')} UTC</time>`;
}
