import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { Status } from '../report/status-data.ts';
import { statusPage, statusPolicy } from '../report/status-page.ts';

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

const NEARBY_DOMAINS = ['.localhost', '.svc', '.cluster.local'];

/**
 * Whether a browser can have this name only for its own machine or for something in the cluster. A page of the internet
 * that has its own name answered with the reader's address, where a port-forward listens, could read the answer: to the
 * browser it would be its own.
 */
export function isNearbyHost(host: string | undefined): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || isClusterName(name);
}

function isClusterName(name: string): boolean {
  return name !== '' && (!name.includes('.') || NEARBY_DOMAINS.some((domain) => name.endsWith(domain)));
}

interface MadePage {
  readonly status: Status;
  readonly page: Buffer;
}

/**
 * For people, in a browser. Of what has not changed within a second it is made once, whoever asks how often: the time of
 * this process is for decisions.
 */
export function statusAnswer(status: () => Status): (reply: FastifyReply) => FastifyReply {
  const policy = statusPolicy(digestOf);
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `${policy}; frame-ancestors 'none'`,
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  };
  let last: MadePage | undefined;
  return (reply) => {
    const now = status();
    if (last === undefined || !saysTheSame(last.status, now)) {
      last = { status: now, page: Buffer.from(statusPage(now, policy)) };
    }
    return reply.headers(headers).send(last.page);
  };
}

function saysTheSame(one: Status, other: Status): boolean {
  return (
    wholeSeconds(one) === wholeSeconds(other) &&
    one.state === other.state &&
    one.decisions.count === other.decisions.count &&
    one.survey === other.survey &&
    one.certificate?.notAfter.getTime() === other.certificate?.notAfter.getTime()
  );
}

function wholeSeconds({ at }: Status): number {
  return Math.floor(at.getTime() / 1000);
}
