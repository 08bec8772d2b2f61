import { readFileSync, writeSync } from 'node:fs';

/**
 * Imported before a program, this writes to file descriptor 3 when it ends what it took: the most kilobytes of memory, and
 * the microseconds of processor time of all its threads. `ru_maxrss` would do for memory but on Linux, where a process is
 * given that of the one it was forked from.
 */
function mostMemoryKilobytes(): number {
  const ofThisProgram = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(ofThisProgram) ?? [];
  return peak === undefined ? process.resourceUsage().maxRSS : Number(peak);
}

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, `${mostMemoryKilobytes()} ${user + system}`);
});
