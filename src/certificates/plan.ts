import { type CertificateSet, endOf, endOfServing, formerAuthorities } from './certificate-set.ts';
import { joinedHosts, missingHosts } from './hosts.ts';
import type { Lifetimes } from './lifetimes.ts';

/** What the Secret was found to hold. */
export type Stored =
  | { readonly kind: 'whole'; readonly set: CertificateSet }
  | { readonly kind: 'empty' }
  | { readonly kind: 'faulty'; readonly fault: string }
  | { readonly kind: 'missing'; readonly forMilliseconds: number };

/** What one replica knows when it decides. */
export interface Situation {
  readonly stored: Stored;
  /** The last whole set that this replica has seen. */
  readonly held?: CertificateSet;
  /** The set that this replica answers with. */
  readonly served?: CertificateSet;
  /** CAs of headroom that callers trust at this moment, as the webhook configurations say. */
  readonly trusted: readonly string[];
  /** Whether callers have trusted a CA for long enough that a certificate signed by it can be served. */
  readonly isSettled: (authority: string) => boolean;
}

export interface Rules {
  readonly lifetimes: Lifetimes;
  /** DNS names and IP addresses that the serving certificate is made out to. */
  readonly hosts: readonly string[];
}

/** What is done next to the Secret; each but the first two ends in one write of it. */
export type Step =
  | { readonly kind: 'keep' }
  | { readonly kind: 'look-again' }
  | { readonly kind: 'create'; readonly trusting: readonly string[] }
  | { readonly kind: 'restore'; readonly set: CertificateSet; readonly trusting: readonly string[] }
  | { readonly kind: 'renew'; readonly set: CertificateSet; readonly hosts: readonly string[] }
  | { readonly kind: 'add-authority'; readonly set: CertificateSet }
  | { readonly kind: 'switch-authority'; readonly set: CertificateSet }
  | { readonly kind: 'trust-served'; readonly set: CertificateSet; readonly served: CertificateSet }
  | { readonly kind: 'date-former'; readonly set: CertificateSet }
  | { readonly kind: 'drop-former'; readonly set: CertificateSet; readonly authorities: readonly string[] };

function millisecondsLeft(end: Date, now: Date): number {
  return end.getTime() - now.getTime();
}

function hasEnded(set: CertificateSet, now: Date): boolean {
  return millisecondsLeft(endOfServing(set), now) <= 0;
}

/**
 * Callers know the set that a replica still holds, so it goes back before a new one is made. A new one trusts the CAs of
 * the one before it too: a replica that has not noticed yet may serve by them.
 */
function planReplacement({ stored, held, trusted }: Situation, { lifetimes }: Rules, now: Date): Step {
  const trusting = trusted.filter((each) => millisecondsLeft(endOf(each), now) > -lifetimes.skew);
  if (held === undefined || hasEnded(held, now)) return { kind: 'create', trusting };
  if (stored.kind === 'missing' && stored.forMilliseconds < lifetimes.missing) return { kind: 'look-again' };
  return { kind: 'restore', set: held, trusting };
}

/** A certificate cannot outlast its CA; where it cannot gain anything, renewing it again would never end. */
function canOutlast({ leaf, issuer }: CertificateSet, { lifetimes }: Rules, now: Date): boolean {
  const end = Math.min(now.getTime() + lifetimes.leaf, endOf(issuer.certificate).getTime());
  return end >= endOf(leaf.certificate).getTime() + lifetimes.check;
}

function planLeaf(set: CertificateSet, rules: Rules, now: Date): Step | undefined {
  const { lifetimes, hosts } = rules;
  const left = millisecondsLeft(endOf(set.leaf.certificate), now);
  if (left > lifetimes.leafAtMost) return { kind: 'renew', set, hosts };
  if (left <= lifetimes.leafReserve && canOutlast(set, rules, now)) return { kind: 'renew', set, hosts };
  if (missingHosts(set.leaf.certificate, hosts).length === 0) return undefined;
  return { kind: 'renew', set, hosts: joinedHosts(set.leaf.certificate, hosts) };
}

/** Nothing is served any more, so callers can only win: no step waits for what they trust. */
function planAfterEnd(set: CertificateSet, situation: Situation, rules: Rules, now: Date): Step {
  if (millisecondsLeft(endOf(set.issuer.certificate), now) > 0) return { kind: 'renew', set, hosts: rules.hosts };
  if (set.next !== undefined && isAlive(set.next.certificate, now)) return { kind: 'switch-authority', set };
  return planReplacement(situation, rules, now);
}

function isAlive(authority: string, now: Date): boolean {
  return millisecondsLeft(endOf(authority), now) > 0;
}

function planAuthority(set: CertificateSet, { isSettled }: Situation, rules: Rules, now: Date): Step | undefined {
  if (set.next !== undefined && isAlive(set.next.certificate, now)) {
    return isSettled(set.next.certificate) ? { kind: 'switch-authority', set } : undefined;
  }
  const left = millisecondsLeft(endOf(set.issuer.certificate), now);
  return left <= rules.lifetimes.authorityReserve ? { kind: 'add-authority', set } : undefined;
}

function planFormer(set: CertificateSet, { lifetimes }: Rules, now: Date): Step | undefined {
  const former = formerAuthorities(set);
  if (former.length === 0) return undefined;
  const hasPassed = (end: Date) => millisecondsLeft(end, now) <= -lifetimes.skew;
  const { formerUntil } = set;
  if (formerUntil !== undefined && hasPassed(formerUntil)) return { kind: 'drop-former', set, authorities: former };
  const ended = former.filter((each) => hasPassed(endOf(each)));
  if (ended.length > 0) return { kind: 'drop-former', set, authorities: ended };
  return formerUntil === undefined ? { kind: 'date-former', set } : undefined;
}

/** The next step, of one replica that asks nobody: replicas that see the same Secret come to the same one. */
export function plan(situation: Situation, rules: Rules, now: Date): Step {
  const { stored, served } = situation;
  if (stored.kind !== 'whole') return planReplacement(situation, rules, now);
  const { set } = stored;
  if (served !== undefined && !hasEnded(served, now) && !set.bundle.includes(served.issuer.certificate)) {
    return { kind: 'trust-served', set, served };
  }
  if (hasEnded(set, now)) return planAfterEnd(set, situation, rules, now);
  return (
    planAuthority(set, situation, rules, now) ??
    planLeaf(set, rules, now) ??
    planFormer(set, rules, now) ?? { kind: 'keep' }
  );
}
