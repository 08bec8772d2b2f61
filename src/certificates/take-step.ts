import { randomBytes } from 'node:crypto';
import { type CertificateSet, endOf, endOfServing, withTrusted } from './certificate-set.ts';
import type { Rules, Step } from './plan.ts';

/** Every CA has a name of its own: clients look an issuer up by its name first. */
export const AUTHORITY_NAME = 'headroom CA';

export type WritingStep = Exclude<Step, { kind: 'keep' | 'look-again' }>;

function after(now: Date, milliseconds: number): Date {
  return new Date(now.getTime() + milliseconds);
}

function later(one: Date | undefined, other: Date): Date {
  return one !== undefined && one > other ? one : other;
}

/** Loaded only here: a replica that finds a set made by another need not hold the library that makes them. */
async function createAuthority({ lifetimes }: Rules, now: Date) {
  const issue = await import('./issue.ts');
  const name = `${AUTHORITY_NAME} ${randomBytes(4).toString('hex')}`;
  return issue.createAuthority(name, { now, notAfter: after(now, lifetimes.authority) });
}

async function createLeaf(issuer: CertificateSet['issuer'], { lifetimes }: Rules, hosts: readonly string[], now: Date) {
  const issue = await import('./issue.ts');
  const authorityEnd = endOf(issuer.certificate);
  const wanted = after(now, lifetimes.leaf);
  return issue.createLeaf(issuer, hosts, { now, notAfter: wanted < authorityEnd ? wanted : authorityEnd });
}

async function create(trusting: readonly string[], rules: Rules, now: Date): Promise<CertificateSet> {
  const issuer = await createAuthority(rules, now);
  const leaf = await createLeaf(issuer, rules, rules.hosts, now);
  return withTrusted({ bundle: [issuer.certificate], issuer, leaf }, trusting);
}

async function switchAuthority(set: CertificateSet, rules: Rules, now: Date): Promise<CertificateSet> {
  const { next, ...rest } = set;
  if (next === undefined) throw new Error('a set without a next CA cannot be switched to it');
  const leaf = await createLeaf(next, rules, rules.hosts, now);
  return { ...rest, issuer: next, leaf, formerUntil: later(set.formerUntil, endOfServing(set)) };
}

function dropFormer(set: CertificateSet, authorities: readonly string[]): CertificateSet {
  const { formerUntil, ...rest } = set;
  const bundle = set.bundle.filter((each) => !authorities.includes(each));
  const remain = bundle.length > (set.next === undefined ? 1 : 2);
  return { ...rest, bundle, ...(remain && formerUntil && { formerUntil }) };
}

/** The set as it is after the step. */
export async function takeStep(step: WritingStep, rules: Rules, now: Date): Promise<CertificateSet> {
  switch (step.kind) {
    case 'create':
      return create(step.trusting, rules, now);
    case 'restore':
      return withTrusted(step.set, step.trusting);
    case 'renew':
      return { ...step.set, leaf: await createLeaf(step.set.issuer, rules, step.hosts, now) };
    case 'add-authority': {
      const next = await createAuthority(rules, now);
      return { ...withTrusted(step.set, [next.certificate]), next };
    }
    case 'switch-authority':
      return switchAuthority(step.set, rules, now);
    case 'trust-served': {
      const trusting = withTrusted(step.set, [step.served.issuer.certificate]);
      return { ...trusting, formerUntil: later(step.set.formerUntil, endOfServing(step.served)) };
    }
    case 'date-former':
      return { ...step.set, formerUntil: after(now, rules.lifetimes.leaf) };
    case 'drop-former':
      return dropFormer(step.set, step.authorities);
    default:
      return step satisfies never;
  }
}
