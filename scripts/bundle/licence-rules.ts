/** What may be handed on inside the bundle, by SPDX identifier: it asks for its text and its notices, and for no more. */
const IN_BUNDLE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

/** Packages that are never handed on may have these besides, each for its reason. */
const FOR_WORK: ReadonlyMap<string, string> = new Map([
  ['CC-BY-4.0', 'data: caniuse-lite, which Jest reads through browserslist'],
  ['MPL-2.0', 'a tool that is run unchanged: axe-core, in the tests of the report'],
  ['PSF-2.0', 'argparse, of the command line of js-yaml, of which the bundle has only the library'],
]);

/** Of a package that brings no text of its own, what stands in its place, and where it is from. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  [
    'abstract-logging',
    [
      'The MIT License, which the package names at http://jsumners.mit-license.org/ without bringing its text.',
      'Copyright (c) James Sumners',
      '',
      'Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation',
      'files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,',
      'modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the',
      'Software is furnished to do so, subject to the following conditions:',
      '',
      'The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.',
      '',
      'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE',
      'WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR',
      'COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,',
      'ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.',
    ].join('\n'),
  ],
]);

interface Licensed {
  readonly name: string;
  readonly version: string;
  readonly licence: string | undefined;
}

/** Why a package must not be in the bundle; undefined where it may. */
export function bundleFault(found: Licensed & { readonly texts: readonly string[] }): string | undefined {
  const fault = licenceFault(found, (id) => IN_BUNDLE.has(id));
  if (fault !== undefined) return `${fault} in the bundle`;
  return handedOn(found).length > 0 ? undefined : `${titleOf(found)} brings no text of its licence`;
}

/** Why a package must not be installed to work on the project; undefined where it may. */
export function workFault(found: Licensed): string | undefined {
  return licenceFault(found, (id) => IN_BUNDLE.has(id) || FOR_WORK.has(id));
}

/** Exceptions that no licence of these is taken for any more. */
export function needlessExceptions(licences: readonly string[]): string[] {
  const used = new Set(licences.flatMap((licence) => licence.match(/[\w.-]+/g) ?? []));
  return [...FOR_WORK.keys()].filter((id) => !used.has(id));
}

/** The texts that go with a copy of the package. */
export function handedOn({ name, texts }: { readonly name: string; readonly texts: readonly string[] }): string[] {
  const text = TEXTS.get(name);
  return texts.length === 0 && text !== undefined ? [text] : [...texts];
}

export function titleOf({ name, version, licence }: Licensed): string {
  return `${name} ${version} (${licence ?? 'licence not stated'})`;
}

function licenceFault(found: Licensed, isAllowed: (id: string) => boolean): string | undefined {
  if (found.licence !== undefined && isSatisfied(found.licence, isAllowed)) return undefined;
  return `${titleOf(found)} may not be`;
}

/** SPDX licence expressions as packages use them: of `OR` one side is enough, `AND` binds tighter; no `WITH`, no nesting. */
function isSatisfied(expression: string, isAllowed: (id: string) => boolean): boolean {
  const outer = /^\(([^()]+)\)$/.exec(expression)?.[1] ?? expression;
  return outer.split(' OR ').some((side) => side.split(' AND ').every((id) => isAllowed(id.trim())));
}
