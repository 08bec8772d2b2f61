// The four documented situations of one VM (2 CPUs, 4Gi) under a quota of 3 CPUs and 5000Mi, on Harvester 1.7.0: real
// AdmissionReviews over HTTPS, and what a user would see of each. Exits with 1 if a figure is not what it should be.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '../src/commands/run.ts';
import { type ReviewResponse, startWebhook } from './webhook-client.ts';

interface ForecastAnnotation {
  readonly verdict: string;
  readonly next?: string;
  readonly quotas: readonly Record<'resource' | 'used' | 'requested' | 'hard' | 'hardAfterScaleUp', string>[];
  readonly remedies: readonly { readonly text: string }[];
}

const REVIEW = JSON.parse(readFileSync(pathOf('review-migration.json'), 'utf8'));
let mistakes = 0;

function pathOf(example: string): string {
  return fileURLToPath(new URL(example, import.meta.url));
}

function heading(title: string): void {
  console.log(`\n=== ${title}\n`);
}

/** Says whether what came out is what the documented test measured. */
function check(what: string, found: string, expected: string): void {
  const isRight = found === expected;
  if (!isRight) mistakes += 1;
  console.log(isRight ? `    right: ${what}: ${found}` : `    WRONG: ${what}: ${found}, expected ${expected}`);
}

/** As the API server does for a migration that is created: the mutating webhook first, then the validating one. */
async function createMigration(snapshot: string): Promise<[ForecastAnnotation, ReviewResponse]> {
  const webhook = await startWebhook(pathOf(snapshot));
  try {
    const mutated = await webhook.ask('/mutate/migrations', REVIEW);
    const validated = await webhook.ask('/validate/migrations', REVIEW);
    printAsKubectl(validated);
    return [forecastIn(mutated), validated];
  } finally {
    await webhook.close();
  }
}

function printAsKubectl({ allowed, warnings = [], status }: ReviewResponse): void {
  console.log('$ kubectl create -f migration.yaml');
  for (const warning of warnings) console.log(`Warning: ${warning}`);
  const { name, resource } = REVIEW.request;
  if (allowed) console.log(`${resource.resource.slice(0, -1)}.${resource.group}/${name} created`);
  else {
    const who = 'admission webhook "validate-migrations.headroom.harvesterhci.io" denied the request';
    console.log(
      `Error from server (${status?.reason}): error when creating "migration.yaml": ${who}: ${status?.message}`,
    );
  }
  console.log();
}

/** The annotation that the patch adds to the migration. */
function forecastIn({ patch }: ReviewResponse): ForecastAnnotation {
  const operations: readonly { readonly value?: unknown }[] = JSON.parse(Buffer.from(patch ?? '', 'base64').toString());
  const texts = operations.flatMap(({ value }) =>
    typeof value === 'object' && value ? Object.values(value) : [value],
  );
  const forecast = texts.find((text) => typeof text === 'string' && text.startsWith('{'));
  return JSON.parse(String(forecast));
}

/** `9594928626 of 9980344313`: what would be used, of how much. */
function whileMigrating({ quotas }: ForecastAnnotation): string {
  const line = quotas.find(({ resource }) => resource === 'limits.memory');
  return `${BigInt(line?.used ?? 0) + BigInt(line?.requested ?? 0)} of ${line?.hardAfterScaleUp}`;
}

/** What the VM alone uses of the plain quota once the source pod is gone. */
function afterwards({ quotas }: ForecastAnnotation): string {
  const line = quotas.find(({ resource }) => resource === 'limits.memory');
  return `${line?.requested} of ${line?.hard}`;
}

async function migrationAtFirstRatio(): Promise<void> {
  heading('1. Overhead ratio 1.5: the VM is migrated');
  const [forecast] = await createMigration('quota-test.yaml');
  check('verdict', forecast.verdict, 'fits');
  check('limits.memory while migrating', whileMigrating(forecast), '9594928626 of 9980344313');
}

async function migrationsAfterRatioChanged(): Promise<void> {
  heading('2. The ratio is set to 4.5 while the VM runs: it is migrated, and migrated again');
  const [first] = await createMigration('quota-test-ratio-4.5.yaml');
  check('verdict of the first', `${first.verdict}, next: ${first.next}`, 'fits, next: exceeds');
  check('limits.memory while migrating', whileMigrating(first), '10479925626 of 10865341313');
  check('limits.memory afterwards', afterwards(first), '5682461313 of 5000Mi');
  console.log();
  const [second, denial] = await createMigration('quota-test-after-migration.yaml');
  check('verdict of the second', `${second.verdict}, allowed: ${denial.allowed}`, 'exceeds, allowed: false');
  check('limits.memory while migrating', whileMigrating(second), `${2n * 5682461313n} of 10865341313`);
  check(
    'the quota to set',
    /limitsMemory to at least \S+/.exec(second.remedies[0]?.text ?? '')?.[0] ?? 'none',
    QUOTA_TO_SET,
  );
}

/** 5000Mi and what the second migration is short of, in whole Mi as Rancher's pages take it. */
const QUOTA_TO_SET = `limitsMemory to at least ${5000n + (2n * 5682461313n - 10865341313n + 1048575n) / 1048576n}Mi`;

async function startOfStoppedVm(): Promise<void> {
  heading('3. The VM is stopped, and is to be started again at ratio 4.5');
  const printed: string[] = [];
  const stdout = { write: async (text: string) => void printed.push(text) };
  const args = ['forecast', '--start', 'vm1', '--snapshot', pathOf('quota-test-stopped.yaml')];
  console.log('$ headroom forecast --start vm1 --snapshot examples/quota-test-stopped.yaml');
  const exitCode = await run({
    args,
    programName: 'headroom',
    version: 'demo',
    environment: {},
    io: { stdout, stderr: stdout, isTerminal: false, color: false, columns: 100 },
  });
  const text = printed.join('');
  console.log(text);
  check('exit code', `${exitCode}`, '2');
  const short =
    /short of limits\.memory by (\d+) \((\d+) used \+ (\d+) requested > 5000Mi\)/.exec(text)?.slice(1) ?? [];
  check('short by, used, requested of 5000Mi', short.join(', '), `${5682461313n - 5000n * 1048576n}, 0, 5682461313`);
  const own = /Harvester itself refuses the start first .* reckons with (\d+) of limits\.memory/.exec(text)?.[1] ?? '';
  check("Harvester's own check comes first, and needs more than 5000Mi", `${BigInt(own) > 5000n * 1048576n}`, 'true');
}

async function migrationUnderLargerQuota(): Promise<void> {
  heading('4. The quota is raised to 6000Mi: everything fits');
  const [forecast] = await createMigration('quota-test-6000Mi.yaml');
  check('verdict', `${forecast.verdict}, next: ${forecast.next ?? 'fits'}`, 'fits, next: fits');
  check('limits.memory while migrating', whileMigrating(forecast), '11364922626 of 11913917313');
}

await migrationAtFirstRatio();
await migrationsAfterRatioChanged();
await startOfStoppedVm();
await migrationUnderLargerQuota();
console.log(mistakes === 0 ? '\nall figures are as documented' : `\n${mistakes} figures are not as documented`);
process.exitCode = mistakes === 0 ? 0 : 1;
