// What krew and the check of its index demand of a plugin's manifest.
import { z } from 'zod';

/** krew's IsSafePluginName (internal/index/validation), less the names that Windows keeps for devices. */
const PLUGIN_NAME = /^[\w-]+$/;
/** apimachinery's ParseSemantic after a `v`: no leading zeros, a pre-release and a build may follow. */
const VERSION = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const SHA256 = /^[a-f0-9]{64}$/;
const LABELS = ['os', 'arch'] as const;

/** The systems and processors that manifests are told apart by. */
const PLATFORMS = ['linux', 'darwin', 'windows'].flatMap((os) =>
  ['amd64', 'arm64', '386', 'arm'].map((arch) => ({ os, arch })),
);

const expression = z
  .strictObject({
    key: z.enum(LABELS),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(z.string()).min(1).optional(),
  })
  .refine(
    ({ operator, values }) => operator.endsWith('In') === (values !== undefined),
    'values go with In and NotIn alone',
  );

const selector = z
  .strictObject({
    matchLabels: z
      .partialRecord(z.enum(LABELS), z.string())
      .refine((labels) => Object.keys(labels).length > 0)
      .optional(),
    matchExpressions: z.array(expression).min(1).optional(),
  })
  .refine((both) => Object.keys(both).length > 0, 'selects by nothing');

/** validate-krew-manifest warns of longer lines, words that fill a line by themselves excepted. */
function textOfWidth(width: number) {
  return z
    .string()
    .min(1)
    .refine((text) => text.split('\n').every((line) => line.length <= width || !line.trim().includes(' ')), {
      error: `has a line of more than ${width} characters`,
    });
}

const fileOperation = z.strictObject({ from: z.string().min(1), to: z.string().min(1) });

const platform = z.strictObject({
  selector,
  uri: z.url({ protocol: /^https$/ }).refine((uri) => /\.(tar\.gz|zip)$/.test(uri), 'is no .tar.gz or .zip'),
  sha256: z.string().regex(SHA256),
  files: z.array(fileOperation).min(1).optional(),
  bin: z
    .string()
    .min(1)
    .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'leads out of the archive'),
});

const manifest = z.strictObject({
  apiVersion: z.literal('krew.googlecontainertools.github.com/v1alpha2'),
  kind: z.literal('Plugin'),
  metadata: z.strictObject({ name: z.string().regex(PLUGIN_NAME) }),
  spec: z.strictObject({
    version: z.string().regex(VERSION),
    homepage: z.url({ protocol: /^https$/ }).optional(),
    shortDescription: textOfWidth(70).regex(/^[^\r\n]*$/),
    description: textOfWidth(80),
    caveats: textOfWidth(80).optional(),
    platforms: z.array(platform).min(1),
  }),
});

export interface ReleaseFacts {
  readonly version: string;
  readonly uri: string;
  readonly sha256: string;
  readonly homepage?: string;
}

/** The manifest's text without its comment, for one release; a line whose fact is not given goes. */
export function filledManifest(template: string, facts: ReleaseFacts): string {
  const lines = template.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .filter((line) => facts.homepage !== undefined || !line.includes('{{homepage}}'))
    .join('\n')
    .replaceAll(/"([^"{]*)\{\{(\w+)\}\}"/g, (_, before, name) =>
      JSON.stringify(`${before}${facts[name as keyof ReleaseFacts]}`),
    );
}

/** What is wrong with a manifest in a file of this name; nothing where krew would take it. */
export function krewFaults(value: unknown, fileName: string): string[] {
  const read = manifest.safeParse(value);
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const { metadata, spec } = read.data;
  const misnamed = `${metadata.name}.yaml` === fileName ? [] : [`${fileName}: expected ${metadata.name}.yaml`];
  return [...misnamed, ...platformFaults(spec.platforms.map((one) => one.selector))];
}

type Selector = z.infer<typeof selector>;
type Platform = (typeof PLATFORMS)[number];

/** Each entry is for some platform, and no platform has two. */
function platformFaults(selectors: readonly Selector[]): string[] {
  const chosen = PLATFORMS.map((one) => ({
    one,
    by: selectors.flatMap((each, index) => (selects(each, one) ? [index] : [])),
  }));
  const twice = chosen
    .filter(({ by }) => by.length > 1)
    .map(({ one, by }) => `platforms ${by.join(' and ')}: both are for ${one.os}/${one.arch}`);
  const unused = selectors.flatMap((_, index) =>
    chosen.some(({ by }) => by.includes(index)) ? [] : [`platforms.${index}: is for no platform of krew`],
  );
  return [...twice, ...unused];
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, one: Platform): boolean {
  const isLabelled = LABELS.every((label) => (matchLabels[label] ?? one[label]) === one[label]);
  return (
    isLabelled &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      switch (operator) {
        case 'In':
          return values.includes(one[key]);
        case 'NotIn':
          return !values.includes(one[key]);
        case 'Exists':
          return true;
        case 'DoesNotExist':
          return false;
        default:
          return operator satisfies never;
      }
    })
  );
}
