import { createHash } from 'node:crypto';
import type { BundledPackage, LockedPackage, LockedPackages } from './bundled-packages.ts';

export interface BillFacts {
  readonly program: {
    readonly name: string;
    readonly version: string;
    readonly description: string;
    readonly license: string;
  };
  readonly bundle: Buffer;
  readonly packages: readonly BundledPackage[];
  readonly locked: LockedPackages;
  /** Of the Node.js that the image has, and of the bundler. */
  readonly versions: { readonly node: string; readonly esbuild: string };
  /** Seconds since 1970, as SOURCE_DATE_EPOCH has it; without it the bill has no time. */
  readonly epochSeconds: number | undefined;
}

/**
 * A CycloneDX 1.6 bill of materials of the bundle and the Node.js that runs it. The same facts give the same text: it has
 * no serial number, which would have to be another each time.
 */
export function billOfMaterials({ program, bundle, packages, locked, versions, epochSeconds }: BillFacts): object {
  const self = `pkg:generic/${program.name}@${program.version}`;
  const node = `pkg:generic/node@${versions.node}`;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      ...(epochSeconds === undefined ? {} : { timestamp: new Date(epochSeconds * 1000).toISOString() }),
      lifecycles: [{ phase: 'build' }],
      tools: { components: [{ type: 'application', name: 'esbuild', version: versions.esbuild }] },
      component: {
        type: 'application',
        'bom-ref': self,
        name: program.name,
        version: program.version,
        description: program.description,
        purl: self,
        licenses: licences(program.license),
        hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(bundle).digest('hex') }],
      },
    },
    components: [
      ...distinct(packages).map(component),
      {
        type: 'platform',
        'bom-ref': node,
        name: 'node',
        version: versions.node,
        purl: node,
        licenses: licences('MIT'),
      },
    ],
    dependencies: [
      { ref: self, dependsOn: [...needed('', locked[''] ?? {}, packages), node].sort() },
      ...distinct(packages).map(({ folder, ...one }) => {
        return { ref: refOf(one), dependsOn: needed(folder, locked[folder] ?? {}, packages) };
      }),
      { ref: node, dependsOn: [] },
    ],
  };
}

/** A reference may stand in a bill once. */
function distinct(packages: readonly BundledPackage[]): BundledPackage[] {
  return [...new Map(packages.toReversed().map((one) => [refOf(one), one])).values()].toReversed();
}

function component(one: BundledPackage): object {
  return {
    type: 'library',
    'bom-ref': refOf(one),
    name: one.name,
    version: one.version,
    scope: 'required',
    purl: refOf(one),
    licenses: licences(one.licence),
    hashes: [hashOf(one.integrity)],
  };
}

/** The package URL, which copies of the same version in several folders share. */
function refOf({ name, version }: Pick<BundledPackage, 'name' | 'version'>): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function licences(expression: string): object[] {
  return [/ |\(/.test(expression) ? { expression } : { license: { id: expression } }];
}

/** Of the archive that npm has downloaded. */
function hashOf(integrity: string): object {
  const [algorithm, digest] = integrity.split('-', 2) as [string, string];
  const content = Buffer.from(digest, 'base64').toString('hex');
  return { alg: algorithm.replace('sha', 'SHA-'), content };
}

/** What a package asks for and finds in the bundle, by the way that Node looks for packages: its own folder first, then outward. */
function needed(folder: string, asking: LockedPackage, packages: readonly BundledPackage[]): string[] {
  const byFolder = new Map(packages.map((one) => [one.folder, one]));
  const asked = { ...asking.dependencies, ...asking.optionalDependencies, ...asking.peerDependencies };
  const found = Object.keys(asked).map((name) =>
    outward(folder).map((at) => byFolder.get(`${at}node_modules/${name}`)),
  );
  const refs = found
    .map((places) => places.find((one) => one !== undefined))
    .flatMap((one) => (one ? [refOf(one)] : []));
  return [...new Set(refs)].sort();
}

/** `node_modules/a/node_modules/b` is looked for in itself, in `node_modules/a`, then at the top. */
function outward(folder: string): string[] {
  if (folder === '') return [''];
  const outer = folder.slice(0, folder.lastIndexOf('node_modules/'));
  return [`${folder}/`, ...outward(outer.replace(/\/$/, ''))];
}
