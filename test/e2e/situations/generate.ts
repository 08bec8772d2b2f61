import type { QuotaDraft, Room, RoundDraft, SituationDraft, VmDraft } from './draft.ts';
import { type Random, randomOf } from './random.ts';
import { FEATURE_GROUPS } from './vm-features.ts';

/** A situation's number says in which round it is, whatever the number of situations. */
const SITUATIONS_PER_ROUND = 15;

const RATIOS = ['1', '1.1', '1.25', '1.5', '1.5', '2', '2.2', '3', '4.5', '7.3', '10', '0'];
const SCALED_KEYS = ['limits.cpu', 'limits.memory'];
const UNSCALED_KEYS = ['requests.cpu', 'requests.memory', 'pods', 'count/pods'];
const ALL_KEYS = [...SCALED_KEYS, ...UNSCALED_KEYS, 'cpu', 'memory', 'requests.devices.kubevirt.io/kvm'];
/** What a quota with a scope may have besides `pods`. */
const SCOPED_KEYS = [...SCALED_KEYS, 'requests.cpu', 'requests.memory', 'pods'];

/** The first `count` situations of a seed, in rounds. */
export function roundsOf(seed: number, count: number): readonly RoundDraft[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const rounds = Map.groupBy(numbers, (number) => roundOf(number));
  return [...rounds].map(([round, own]) => ({
    ...clusterOf(seed, round),
    situations: own.map((number) => situationOf(seed, number)),
  }));
}

/** One alone, in the cluster of its round. */
export function roundOfOne(seed: number, number: number): RoundDraft {
  return { ...clusterOf(seed, roundOf(number)), situations: [situationOf(seed, number)] };
}

function roundOf(number: number): number {
  return Math.ceil(number / SITUATIONS_PER_ROUND);
}

function clusterOf(seed: number, round: number): Omit<RoundDraft, 'situations'> {
  const random = randomOf(seed, 'round', round);
  const atStart = random.pick(RATIOS);
  const ratios = { atStart, atMigration: random.chance(20) ? atStart : random.pick(RATIOS) };
  return { ratios, harvester: round % 2 === 1 ? '1.8' : '1.9' };
}

function situationOf(seed: number, number: number): SituationDraft {
  const random = randomOf(seed, 'situation', number);
  const count = Number(random.weighted({ '1': 45, '2': 25, '3': 15, '4': 15 }));
  const vms = Array.from({ length: count }, (_, index) => vmOf(random, `vm${index + 1}`));
  return {
    number,
    vms,
    quotas: quotasOf(random),
    annotation: random.weighted({ both: 82, 'memory-only': 6, 'cpu-is-zero': 6, none: 6 }),
    scaling: random.chance(6) ? 'skipped' : 'on',
    quotasCome: random.chance(35) ? 'after-the-vms' : 'before-the-vms',
    limitRange: random.weighted({ none: 84, defaults: 8, 'generous-bounds': 8 }),
    otherPods: random.chance(30) ? random.between(1, 2) : 0,
    roomFor: random.chance(55) ? count : random.between(1, count),
    asked: count > 1 && random.chance(50) ? 'at-once' : 'in-turn',
    exceeding: random.chance(50) ? 'stays' : 'is-aborted',
  };
}

function vmOf(random: Random, name: string): VmDraft {
  const groups = random.some(FEATURE_GROUPS, Number(random.weighted({ '0': 30, '1': 30, '2': 25, '3': 15 })));
  const features = groups.map((group) => random.pick(group));
  // Pages are of 2Mi, and requests and guest are made of whole ones.
  const step = features.includes('huge-pages') ? 2 : 1;
  return {
    name,
    cores: random.between(1, 8),
    sockets: random.chance(20) ? 2 : 1,
    threads: random.chance(10) ? 2 : 1,
    memoryMi: random.chance(50) ? random.between(1, 16) * 1024 : random.between(150, 10_000) * step,
    limits: random.weighted({ both: 80, memory: 6, cpu: 5, none: 9 }),
    overcommit: {
      cpu: random.pick([1600, 1600, 1000, 333, 100]),
      memory: step === 2 ? 100 : random.pick([150, 150, 120, 217, 100]),
    },
    reservedMi: random.chance(30) ? random.between(1, 128) * step : 0,
    features,
    askedBy: random.chance(50) ? 'user' : 'platform',
  };
}

function quotasOf(random: Random): readonly QuotaDraft[] {
  const unlabelled = Number(random.weighted({ '0': 55, '1': 32, '2': 13 }));
  const defaults = Number(random.weighted({ '0': unlabelled === 0 ? 0 : 20, '1': 100, '2': 4 }));
  // The namespace's annotation has one set of limits, which Harvester gives to each default quota.
  const ofDefault = defaultKeys(random);
  const shapes = [
    ...Array.from({ length: defaults }, (_, index) => ({ name: `default-${index + 1}`, keys: ofDefault })),
    ...Array.from({ length: unlabelled }, (_, index) => ({
      name: `team-${index + 1}`,
      keys: random.some(ALL_KEYS, 3),
    })),
  ];
  const short = random.chance(65) ? shapes.flatMap(({ name, keys }) => keys.map((key) => `${name} ${key}`)) : [];
  const tight = new Set(random.some(short, random.chance(65) ? 1 : 2));
  return shapes.map(({ name, keys }) => {
    const role = name.startsWith('default') ? 'default' : 'unlabelled';
    const scopes = role === 'unlabelled' && random.chance(20) ? scopesOf(random) : [];
    const allowed = scopes.length === 0 ? keys : keysInScope(keys, scopes);
    const rooms = allowed.map(
      (key) => [key, tight.has(`${name} ${key}`) ? tightRoom(random) : wideRoom(random)] as const,
    );
    return { name, role, rooms: Object.fromEntries(rooms), scopes };
  });
}

function defaultKeys(random: Random): readonly string[] {
  const scaled = random.weighted({ both: 75, memory: 15, cpu: 10 });
  const limits = scaled === 'both' ? SCALED_KEYS : [`limits.${scaled}`];
  return [...limits, ...UNSCALED_KEYS.filter(() => random.chance(9))];
}

function scopesOf(random: Random): readonly string[] {
  return random.pick([
    ['NotTerminating'],
    ['NotBestEffort'],
    ['NotTerminating', 'NotBestEffort'],
    ['Terminating'],
    ['BestEffort'],
  ]);
}

function keysInScope(keys: readonly string[], scopes: readonly string[]): readonly string[] {
  const allowed = scopes.includes('BestEffort') ? ['pods'] : SCOPED_KEYS;
  const kept = keys.filter((key) => allowed.includes(key));
  return kept.length === 0 ? ['pods'] : kept;
}

function tightRoom(random: Random): Room {
  return random.weighted({ 'one-less': 35, 'one-mi-less': 20, 'little-less': 25, 'far-less': 20 });
}

function wideRoom(random: Random): Room {
  return random.weighted({ exact: 35, 'one-more': 10, 'little-more': 20, lots: 35 });
}
