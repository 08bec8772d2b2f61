// Makes what a release hands to krew, from dist: `node scripts/krew.ts --uri URI [--homepage URL] [--out FOLDER]`.
// URI is where headroom.tar.gz will be found; nobody but the releaser knows that.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { tarGz } from './krew-archive.ts';
import { filledManifest, krewFaults } from './krew-rules.ts';

const MANIFEST = 'deploy/krew/headroom.yaml';

const { values } = parseArgs({
  options: {
    uri: { type: 'string' },
    homepage: { type: 'string' },
    out: { type: 'string', default: 'dist/krew' },
  },
});
const { uri, homepage, out } = values;
if (uri === undefined) {
  throw new Error('--uri: expected the https address that headroom.tar.gz will have');
}

const archive = tarGz([
  { name: 'headroom.mjs', content: readFileSync('dist/headroom.mjs'), mode: 'program' },
  { name: 'LICENSE', content: readFileSync('LICENSE'), mode: 'file' },
  { name: 'THIRD-PARTY-LICENSES.txt', content: readFileSync('dist/THIRD-PARTY-LICENSES.txt'), mode: 'file' },
  { name: 'headroom.cdx.json', content: readFileSync('dist/headroom.cdx.json'), mode: 'file' },
]);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const sha256 = createHash('sha256').update(archive).digest('hex');
const manifest = filledManifest(readFileSync(MANIFEST, 'utf8'), {
  version,
  uri,
  sha256,
  ...(homepage === undefined ? {} : { homepage }),
});
const faults = krewFaults(parse(manifest), basename(MANIFEST));
if (faults.length > 0) throw new Error(`${MANIFEST}, filled in:\n${faults.join('\n')}`);

mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'headroom.tar.gz'), archive);
writeFileSync(join(out, 'headroom.yaml'), manifest);
console.log(`${join(out, 'headroom.tar.gz')}: ${Math.round(archive.length / 1024)} KiB, sha256 ${sha256}`);
