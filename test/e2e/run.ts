// Runs the end-to-end suites: one control plane, and Jest with the arguments given beside it.
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCluster } from './harness/cluster.ts';
import { type ControlPlane, startControlPlane } from './harness/control-plane.ts';
import { prepareCluster } from './harness/fixtures.ts';
import { killLeftovers, tail } from './harness/processes.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);
const secondsSince = (start: number) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/** Resolves with the exit code. */
function run(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<number> {
  const child = spawn(process.execPath, args, { cwd: project, stdio: 'inherit', env: environment });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('exit', end);
      resolve(code ?? 1);
    });
  });
}

function runJest(folder: string): Promise<number> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const config = ['--config', 'test/e2e/jest.config.json', '--runInBand'];
  const args = [...flags, 'node_modules/jest/bin/jest.js', ...config, ...process.argv.slice(2)];
  return run(args, { ...process.env, HEADROOM_E2E_FOLDER: folder });
}

async function prepare({ connection }: ControlPlane): Promise<void> {
  const cluster = openCluster(connection);
  await prepareCluster(cluster).finally(() => cluster.close());
}

async function test(folder: string): Promise<number> {
  const start = performance.now();
  const controlPlane = await startControlPlane(folder);
  try {
    await prepare(controlPlane);
    say(`a control plane and what Harvester puts into it: ${secondsSince(start)}`);
    await writeFile(join(folder, 'connection.json'), JSON.stringify(controlPlane.connection), { mode: 0o600 });
    const code = await runJest(folder);
    if (code !== 0) showLogs(controlPlane);
    return code;
  } finally {
    await controlPlane.stop();
  }
}

function showLogs({ children }: ControlPlane): void {
  for (const { name, logFile } of children) say(`--- ${name}\n${tail(logFile)}`);
}

const folder = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
process.once('exit', () => killLeftovers(folder));
// By default a signal ends Node without an exit handler being called.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const built = await run(['scripts/build.ts']);
if (built === 0) {
  // As in the image: the one file, with no package beside it.
  await copyFile(join(project, 'dist/headroom.mjs'), join(folder, 'headroom.mjs'));
  process.exitCode = await test(folder);
} else {
  process.exitCode = built;
}
if (process.exitCode === 0) await rm(folder, { recursive: true, force: true });
else say(`kept for a look: ${folder}`);
