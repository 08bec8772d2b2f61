import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { DriftReport } from '../../src/admission/drift-report.ts';
import { DriftLog } from '../../src/server/drift-log.ts';

const DRIFT: DriftReport = {
  reason: 'memory',
  release: '1.6.3',
  kubeVirtVersion: '1.6.3',
  part: 'target',
  differences: ['compute limits.memory: 1Gi expected, 1073741825 found'],
};

function driftLog() {
  const lines: Record<string, unknown>[] = [];
  const clock = { milliseconds: 0 };
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const log = new DriftLog(logger, () => clock.milliseconds);
  const report = (vmi: string, drift: Partial<DriftReport> = {}) =>
    log.report({ namespace: 'team-a', vmi }, { ...DRIFT, ...drift });
  return { lines, clock, report };
}

describe('the log of launcher pods that differ from the formula', () => {
  test('says of which VM, in what, and by which rule of the doctor', () => {
    const { lines, report } = driftLog();
    report('vm1');
    expect(lines).toMatchObject([{ level: 40, rule: 'overhead-drift', namespace: 'team-a', vmi: 'vm1', ...DRIFT }]);
    expect(lines[0]?.msg).toContain('forecasts of its VM may be off');
  });

  test('has one line for a pod that virt-controller tries to make again and again', () => {
    const { lines, clock, report } = driftLog();
    for (let attempt = 0; attempt < 100; attempt += 1) {
      clock.milliseconds += 30_000;
      report('vm1');
    }
    expect(lines).toHaveLength(1);
  });

  test('says it anew of another version of KubeVirt, and of another reason', () => {
    const { lines, report } = driftLog();
    report('vm1');
    report('vm1', { kubeVirtVersion: '1.7.0', release: '1.7.0' });
    report('vm1', { reason: 'containers' });
    expect(lines).toHaveLength(3);
  });

  test('has ten lines a minute where every pod differs, and says how many it has left out', () => {
    const { lines, clock, report } = driftLog();
    for (let vm = 0; vm < 1000; vm += 1) report(`vm${vm}`);
    expect(lines).toHaveLength(10);
    clock.milliseconds += 60_000;
    report('vm999');
    expect(lines).toHaveLength(11);
    expect(lines[10]).toMatchObject({ vmi: 'vm999', untold: 990 });
    report('vm998');
    expect(lines[11]).not.toHaveProperty('untold');
  });

  test('remembers a bounded number of VMs', () => {
    const { lines, clock, report } = driftLog();
    for (let vm = 0; vm <= 1000; vm += 1) {
      clock.milliseconds += 60_000;
      report(`vm${vm}`);
    }
    report('vm1000');
    expect(lines).toHaveLength(1001);
    clock.milliseconds += 60_000;
    report('vm0');
    expect(lines).toHaveLength(1002);
  });
});
