import { describe, expect, test } from '@jest/globals';
import type { Forecast } from '../../src/forecast/forecast.ts';
import { isBetter, isHopeless } from '../../src/forecast/verdict-of.ts';
import { emptyScene, plainScene, type Scene } from '../builders/scene.ts';
import { migration, vmi } from '../builders/virtual-machine.ts';

const POD_BYTES = 4797464313;

/** `count` VMs in a namespace that is full but for the sidecars of `targets` target pods. */
function crowd(count: number, targets: number, harvester = 'v1.7.0'): { scene: Scene; names: string[] } {
  const names = Array.from({ length: count }, (_, index) => `vm${index}`);
  const base = {
    'limits.cpu': `${count * 2015 + targets * 15}m`,
    'limits.memory': `${count * POD_BYTES + targets * 60_000_000}`,
  };
  return { scene: emptyScene({ harvester, base }).started(...names.map((name) => vmi(name))), names };
}

function answers(forecasts: readonly Forecast[]): string[] {
  return forecasts.map(({ verdict, atBest }) => (atBest === undefined ? verdict : `${verdict} to ${atBest}`));
}

describe('migrations that are asked for together', () => {
  test.each([2, 4, 5])('%i with room for all sidecars fit for certain', (count) => {
    const { scene, names } = crowd(count, count);
    expect(answers(scene.together(...names))).toEqual(names.map(() => 'fits'));
  });

  test.each([7, 9])('%i, too many to walk through, with room for all fit for certain too', (count) => {
    const { scene, names } = crowd(count, count);
    expect(answers(scene.together(...names))).toEqual(names.map(() => 'fits'));
  });

  test('of seven with room for three sidecars nobody can say which fit, and none is left behind', () => {
    const { scene, names } = crowd(7, 3);
    expect(answers(scene.together(...names))).toEqual(names.map(() => 'waits to fits'));
  });

  test('two in a full namespace carry each other: one fits by the scale-up of the other, which is then stuck', () => {
    const { scene, names } = crowd(2, 0);
    expect(answers(scene.together(...names))).toEqual(['exceeds to fits', 'exceeds to fits']);
    expect(answers(names.map((name) => scene.forecast(name)))).toEqual(['exceeds', 'exceeds']);
  });

  test('seven that no order can help exceed for certain', () => {
    const names = Array.from({ length: 7 }, (_, index) => `vm${index}`);
    const full = plainScene({ pods: '7' }).started(...names.map((name) => vmi(name)));
    expect(answers(full.together(...names))).toEqual(names.map(() => 'exceeds'));
  });

  test('Harvester 1.9 may look at one while the scale-up of the other masks the overrun, and does not look again', () => {
    // Over quota by a byte: either alone is compensated.
    const base = { 'limits.cpu': '30', 'limits.memory': `${2 * POD_BYTES - 1}` };
    const { scene, names } = crowd(2, 0, 'v1.9.0');
    const over = scene.base(base);
    expect(answers(names.map((name) => over.forecast(name)))).toEqual(['fits', 'fits']);
    expect(answers(over.together(...names))).toEqual(['exceeds to fits', 'exceeds to fits']);
  });

  test('are reckoned in any order in which they are named, the same VM twice as once', () => {
    const { scene, names } = crowd(3, 1);
    const forwards = scene.together(...names);
    const backwards = scene.together(...names.toReversed());
    expect(answers(backwards.toReversed())).toEqual(answers(forwards));
    expect(answers(scene.together('vm0', 'vm0'))).toEqual(answers([scene.forecast('vm0'), scene.forecast('vm0')]));
  });

  test('of which one is not there leave the others their answer', () => {
    const { scene, names } = crowd(2, 2);
    expect(answers(scene.together('vm9', ...names))).toEqual(['unknown', 'fits', 'fits']);
  });

  test('join those under way, whichever of them is older', () => {
    const { scene } = crowd(3, 3);
    const older = migration('vm2', { metadata: { creationTimestamp: '2026-11-22T02:40:00Z' } });
    const ageless = migration('vm1', { metadata: { creationTimestamp: undefined } });
    expect(answers(scene.with(older, ageless).together('vm0'))).toEqual(['fits']);
  });

  test('of a VM that has gone meanwhile are no longer reckoned with', () => {
    const { scene } = crowd(2, 1);
    expect(answers([scene.with(migration('vm9')).forecast('vm0')])).toEqual(['fits']);
  });

  test('next to one whose pod is refused anyway are reckoned without it', () => {
    const { scene } = crowd(2, 1);
    const refused = { metadata: { labels: { logVerbosity: 'high' } } };
    expect(answers(scene.changedVmi(refused, 'vm1').together('vm0', 'vm1'))).toEqual(['fits', 'exceeds']);
  });

  test.each([
    { title: 'that one alone', imageless: ['vm1'], verdict: /^(fits|unknown)$/ },
    { title: 'both', imageless: ['vm0', 'vm1'], verdict: /^unknown$/ },
  ])('next to one under way where nothing tells the version of $title are answered', ({ imageless, verdict }) => {
    const silent = { status: { observedKubeVirtVersion: undefined, targetKubeVirtVersion: undefined } };
    const whole = crowd(2, 2).scene.pending('vm1').changedKubeVirt(silent);
    const none = { status: { launcherContainerImageVersion: undefined } };
    const scene = imageless.reduce((one, name) => one.changedVmi(none, name), whole);
    expect(scene.forecast('vm0').verdict).toMatch(verdict);
  });
});

describe('a verdict', () => {
  test('is hopeless only where not even luck helps', () => {
    expect(isHopeless({ verdict: 'exceeds' })).toBe(true);
    expect(isHopeless({ verdict: 'exceeds', atBest: 'waits' })).toBe(false);
    expect(isHopeless({ verdict: 'waits' })).toBe(false);
    expect(isHopeless({ verdict: 'unknown' })).toBe(false);
  });

  test('that fits is better than one that waits, and that better than one that exceeds', () => {
    expect(isBetter('fits', 'waits')).toBe(true);
    expect(isBetter('waits', 'exceeds')).toBe(true);
    expect(isBetter('exceeds', 'fits')).toBe(false);
  });
});
