import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';

/** Of which a server has the first for itself, and what asks it the second; none where processes cannot be pinned. */
const cores = pinnableCores();
export const isPinned = cores.length >= 2;

/** The processors that this process may use, where `taskset` is there to choose among them. */
function pinnableCores(): readonly number[] {
  const { status } = spawnSync('taskset', ['-V']);
  if (status !== 0) return [];
  const [, list = ''] = /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The command that runs a server on the core that servers have. */
export function onServersCore(command: readonly string[]): readonly string[] {
  return isPinned ? ['taskset', '-c', `${cores[0]}`, ...command] : command;
}

/** While it runs, this process keeps off the core that servers have. */
export async function onOtherCore<T>(act: () => Promise<T>): Promise<T> {
  pinThisProcess(`${cores[1]}`);
  try {
    return await act();
  } finally {
    pinThisProcess(cores.join());
  }
}

function pinThisProcess(list: string): void {
  if (!isPinned) return;
  const { status, stderr } = spawnSync('taskset', ['-acp', list, `${process.pid}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`taskset: ${stderr}`);
}

/**
 * Microseconds of processor time that all threads of a process have used, from the scheduler's own books: /proc/PID/stat
 * counts in hundredths of a second.
 */
export function cpuMicrosecondsOf(pid: number): number {
  const threads = globSync(`/proc/${pid}/task/*/schedstat`);
  const nanoseconds = threads.reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]), 0);
  return nanoseconds / 1000;
}

/** Megabytes of a process in memory: all, and of that what is its own and what are pages of files. */
export interface Resident {
  readonly all: number;
  readonly own: number;
  readonly files: number;
}

export function residentMegabytesOf(pid: number): Resident {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const amountOf = (field: string): number => {
    const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
    return (Number(kilobytes) * 1024) / 1e6;
  };
  return { all: amountOf('VmRSS'), own: amountOf('RssAnon'), files: amountOf('RssFile') };
}
