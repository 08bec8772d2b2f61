import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CertificateAndKey, CertificateSet } from '../../src/certificates/certificate-set.ts';
import { createAuthority, createLeaf } from '../../src/certificates/issue.ts';
import { lifetimesOf } from '../../src/certificates/lifetimes.ts';
import { plan, type Situation, type Step, type Stored } from '../../src/certificates/plan.ts';

/** Certificates of ten days: CAs of forty. */
const DAY = 86_400_000;
const lifetimes = lifetimesOf(10 * 86_400);
const rules = { lifetimes, hosts: ['headroom.ns.svc'] };
const start = new Date('2026-11-01T00:00:00Z');
const day = (number: number) => new Date(start.getTime() + number * DAY);

let set: CertificateSet;
let younger: CertificateSet;
let next: CertificateAndKey;
let former: string;

async function createSet(begin: Date): Promise<CertificateSet> {
  const issuer = await createAuthority('headroom CA one', {
    now: begin,
    notAfter: new Date(begin.getTime() + 40 * DAY),
  });
  const validity = { now: begin, notAfter: new Date(begin.getTime() + 10 * DAY) };
  return { bundle: [issuer.certificate], issuer, leaf: await createLeaf(issuer, rules.hosts, validity) };
}

/** The same CA with a certificate made later. */
async function withLeafOf(number: number, hosts = rules.hosts): Promise<CertificateSet> {
  const end = Math.min(day(number + 10).getTime(), day(40).getTime());
  const leaf = await createLeaf(set.issuer, hosts, { now: day(number), notAfter: new Date(end) });
  return { ...set, leaf };
}

beforeAll(async () => {
  set = await createSet(start);
  younger = await createSet(day(5));
  next = await createAuthority('headroom CA next', { now: day(25), notAfter: day(65) });
  former = (await createAuthority('headroom CA former', { now: day(-30), notAfter: day(10) })).certificate;
});

function situation(stored: Stored, changes: Partial<Situation> = {}): Situation {
  return { stored, trusted: [], isSettled: () => false, ...changes };
}

function planWhole(of: CertificateSet, now: Date, changes: Partial<Situation> = {}): Step {
  return plan(situation({ kind: 'whole', set: of }, changes), rules, now);
}

describe('every interval comes from the life of a certificate', () => {
  test.each([
    ['ninety days', 90 * 86_400, { check: 30_000, settling: 60_000, missing: 5000, skew: 3_600_000 }],
    ['ten seconds', 10, { check: 500, settling: 1000, missing: 500, skew: 10_000, authority: 40_000 }],
    ['five minutes', 300, { check: 10_000, leafReserve: 100_000, authorityReserve: 450_000 }],
  ])('of %s', (_, seconds, expected) => {
    expect(lifetimesOf(seconds)).toMatchObject(expected);
  });
});

describe('a whole set', () => {
  test('is kept while it is young', () => {
    expect(planWhole(set, day(1))).toEqual({ kind: 'keep' });
    expect(planWhole(set, day(6.6))).toEqual({ kind: 'keep' });
  });

  test('gets a new certificate of its CA when a third of the life is left', () => {
    expect(planWhole(set, day(6.7))).toEqual({ kind: 'renew', set, hosts: rules.hosts });
  });

  test('gets a new certificate of its CA after the old one has ended', () => {
    expect(planWhole(set, day(20)).kind).toBe('renew');
  });

  test('gets a new certificate when it lacks a host, for those that it has too', async () => {
    const step = plan(situation({ kind: 'whole', set }), { ...rules, hosts: ['other.ns.svc'] }, day(1));
    expect(step).toEqual({ kind: 'renew', set, hosts: ['other.ns.svc', 'headroom.ns.svc'] });
  });

  test('does not collect hosts for ever', async () => {
    const many = await withLeafOf(
      0,
      Array.from({ length: 40 }, (_, index) => `host-${index}.ns.svc`),
    );
    const step = planWhole(many, day(1));
    expect(step.kind === 'renew' && step.hosts).toHaveLength(24);
  });

  test('gets a new certificate when the old one would last longer than any that is made', async () => {
    const leaf = await createLeaf(set.issuer, rules.hosts, { now: start, notAfter: day(45) });
    expect(planWhole({ ...set, leaf }, day(1)).kind).toBe('renew');
  });

  test('is not renewed where the end of its CA leaves nothing to gain', async () => {
    expect(planWhole({ ...(await withLeafOf(32)), next, bundle: [...set.bundle, next.certificate] }, day(39))).toEqual({
      kind: 'keep',
    });
  });
});

describe('a CA', () => {
  test('gets a successor when it could sign little more than one more certificate', async () => {
    const late = await withLeafOf(20);
    expect(planWhole(late, day(24.9)).kind).toBe('keep');
    expect(planWhole(late, day(25)).kind).toBe('add-authority');
  });

  test('is followed once callers have trusted the successor for a while', async () => {
    const both = { ...(await withLeafOf(22)), next, bundle: [...set.bundle, next.certificate] };
    expect(planWhole(both, day(25)).kind).toBe('keep');
    expect(planWhole(both, day(25), { isSettled: (each) => each === next.certificate }).kind).toBe('switch-authority');
    expect(planWhole(both, day(25), { isSettled: (each) => each === set.issuer.certificate }).kind).toBe('keep');
  });

  test('is followed at its end in any case', () => {
    expect(planWhole({ ...set, next, bundle: [...set.bundle, next.certificate] }, day(41)).kind).toBe(
      'switch-authority',
    );
  });

  test('whose successor has ended unused gets another one', async () => {
    const ended = { certificate: former, key: next.key };
    const both = { ...(await withLeafOf(22)), next: ended, bundle: [...set.bundle, former] };
    expect(planWhole(both, day(25)).kind).toBe('add-authority');
  });

  test('and all it has signed that have ended are made anew', () => {
    expect(planWhole(set, day(41))).toEqual({ kind: 'create', trusting: [] });
  });
});

describe('a former CA', () => {
  const trusting = () => ({ ...set, bundle: [...set.bundle, former] });

  test('is trusted until its last certificate has ended by any clock, then dropped', () => {
    const dated = { ...trusting(), formerUntil: day(3) };
    expect(planWhole(dated, day(2)).kind).toBe('keep');
    expect(planWhole(dated, new Date(day(3).getTime() + 3_599_000)).kind).toBe('keep');
    expect(planWhole(dated, new Date(day(3).getTime() + 3_600_000))).toEqual({
      kind: 'drop-former',
      set: dated,
      authorities: [former],
    });
  });

  test('of which nobody knows when that is gets a date', () => {
    expect(planWhole(trusting(), day(2)).kind).toBe('date-former');
  });

  test('that has ended itself is dropped whatever the date', async () => {
    const dated = { ...(await withLeafOf(10)), bundle: [...set.bundle, former], formerUntil: day(300) };
    expect(planWhole(dated, day(11))).toMatchObject({ kind: 'drop-former', authorities: [former] });
  });
});

describe('what a replica serves', () => {
  test('is trusted again where another set took its place', () => {
    expect(planWhole(younger, day(6), { served: set })).toEqual({ kind: 'trust-served', set: younger, served: set });
  });

  test('is not once it has ended', () => {
    expect(planWhole(younger, day(11), { served: set }).kind).toBe('keep');
  });
});

describe.each<[string, Stored]>([
  ['empty', { kind: 'empty' }],
  ['faulty', { kind: 'faulty', fault: 'garbled' }],
  ['missing', { kind: 'missing', forMilliseconds: 60_000 }],
])('a Secret that is %s', (_, stored) => {
  test('gets a new set where nobody holds one, that trusts what callers trust', () => {
    const trusted = [set.issuer.certificate, former];
    expect(plan(situation(stored, { trusted }), rules, day(1))).toEqual({ kind: 'create', trusting: trusted });
    expect(plan(situation(stored, { trusted }), rules, day(12))).toEqual({
      kind: 'create',
      trusting: [set.issuer.certificate],
    });
  });

  test('gets the set back that a replica holds', () => {
    expect(plan(situation(stored, { held: set }), rules, day(1))).toEqual({ kind: 'restore', set, trusting: [] });
  });

  test('does not get one back that has ended', () => {
    expect(plan(situation(stored, { held: set }), rules, day(11)).kind).toBe('create');
  });
});

test('a Secret that has just gone is looked for again first: an uninstall may be under way', () => {
  const stored: Stored = { kind: 'missing', forMilliseconds: 0 };
  expect(plan(situation(stored, { held: set }), rules, day(1))).toEqual({ kind: 'look-again' });
  expect(plan(situation(stored), rules, day(1)).kind).toBe('create');
});
