// The go.mod with which a program can have one version of KubeVirt as a dependency.

export interface Published {
  readonly kubevirt: string;
  readonly api: string;
  readonly clientGo: string;
}

interface Directives {
  readonly go: string;
  readonly require: readonly string[];
  readonly replace: readonly string[];
  readonly exclude: readonly string[];
}

/** Modules of KubeVirt's own about VM templates: no pod depends on them, and not every module proxy serves them. */
const TEMPLATE_MODULE = /^kubevirt\.io\/(virt-template-\S+)/;
const STUBBED = ['virt-template-api', 'virt-template-client-go'];

/**
 * KubeVirt's own requirements and replacements, which a module that depends on it has to repeat. Where a replacement is a
 * folder of KubeVirt's repository, the published module takes its place, and stubs that of the modules on templates.
 */
export function goModuleOf(kubevirtGoMod: string, published: Published, stubsFolder: string): string {
  const { go, require, replace, exclude } = readDirectives(kubevirtGoMod);
  const staged = new Map([
    ['kubevirt.io/api', published.api],
    ['kubevirt.io/client-go', published.clientGo],
  ]);
  const required = require
    .filter((line) => !isUnneeded(line))
    .map((line) => `${moduleOf(line)} ${staged.get(moduleOf(line)) ?? versionOf(line)}`);
  const replaced = replace.flatMap((line) => {
    const version = staged.get(moduleOf(line));
    if (version !== undefined) return `${moduleOf(line)} => ${moduleOf(line)} ${version}`;
    // KubeVirt's own copy of glog only redirects its log.
    return line.includes('=> .') ? [] : line;
  });
  const stubbed = STUBBED.filter((name) => require.some((line) => moduleOf(line) === `kubevirt.io/${name}`)).map(
    (name) => `kubevirt.io/${name} => ${stubsFolder}/${name}`,
  );
  const blocks = [
    'module headroom/oracle',
    `go ${go}`,
    block('require', [`kubevirt.io/kubevirt ${published.kubevirt}`, ...required]),
    block('replace', [...replaced, ...stubbed]),
    ...(exclude.length === 0 ? [] : [block('exclude', exclude)]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function isUnneeded(line: string): boolean {
  const name = TEMPLATE_MODULE.exec(line)?.[1];
  return name !== undefined && !STUBBED.includes(name);
}

function block(name: string, lines: readonly string[]): string {
  return `${name} (\n${lines.map((line) => `\t${line}\n`).join('')})`;
}

function moduleOf(line: string): string {
  return line.split(/\s+/)[0] ?? '';
}

function versionOf(line: string): string {
  return line.split(/\s+/)[1] ?? '';
}

const BLOCK = /^(require|replace|exclude)\s*\(\s*$([\s\S]*?)^\)/gm;
const SINGLE = /^(require|replace|exclude)\s+([^(\s].*)$/gm;

function readDirectives(text: string): Directives {
  const plain = text.replaceAll(/\s*\/\/.*$/gm, '');
  const go = /^go\s+(\S+)/m.exec(plain)?.[1];
  if (go === undefined) throw new Error("KubeVirt's go.mod names no version of Go");
  const found: Record<string, string[]> = { require: [], replace: [], exclude: [] };
  for (const [, name = '', lines = ''] of [...plain.matchAll(BLOCK), ...plain.matchAll(SINGLE)]) {
    const given = lines.split('\n').map((line) => line.trim());
    found[name]?.push(...given.filter((line) => line !== ''));
  }
  const { require = [], replace = [], exclude = [] } = found;
  return { go, require, replace, exclude };
}
