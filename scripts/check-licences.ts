// Every package that the lock file can install has a licence that it may have. Those in the bundle are held to more by the build.
import { readFileSync } from 'node:fs';
import type { LockedPackages } from './bundle/bundled-packages.ts';
import { needlessExceptions, workFault } from './bundle/licence-rules.ts';

const locked: LockedPackages = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
const licensed = Object.entries(locked).map(([folder, { version = '', license: licence }]) => ({
  name: folder,
  version,
  licence,
}));
const faults = [
  ...licensed.map(workFault).filter((fault) => fault !== undefined),
  ...needlessExceptions(licensed.map(({ licence = '' }) => licence)).map(
    (id) => `${id} is excepted, and no package has it`,
  ),
];
for (const fault of faults) console.log(`FAILED: ${fault}`);
if (faults.length === 0) console.log(`${licensed.length} packages have licences that they may have`);
process.exitCode = faults.length === 0 ? 0 : 1;
