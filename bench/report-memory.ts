import { readFileSync, writeSync } from 'node:fs';

/**
 * Imported before a program, this writes the most memory it held, in kilobytes, to file descriptor 3 when it ends.
 * `ru_maxrss` would do but for Linux, where a process is given that of the one it was forked from.
 */
function mostMemoryKilobytes(): number {
  const ofThisProgram = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(ofThisProgram) ?? [];
  return peak === undefined ? process.resourceUsage().maxRSS : Number(peak);
}

process.on('exit', () => writeSync(3, String(mostMemoryKilobytes())));
