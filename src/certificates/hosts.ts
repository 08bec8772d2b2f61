import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** More than any Service has; a limit to what a certificate of the past can ask of the next one. */
const MOST_HOSTS = 24;

/** The hosts that a certificate is not made out to. */
export function missingHosts(certificate: string, hosts: readonly string[]): readonly string[] {
  const parsed = new X509Certificate(certificate);
  const isNamed = (host: string) =>
    isIP(host) === 0
      ? parsed.checkHost(host, { subject: 'never', wildcards: false }) !== undefined
      : parsed.checkIP(host) !== undefined;
  return hosts.filter((host) => !isNamed(host));
}

/** Those a certificate is made out to already, and `hosts`: replicas that want different ones shall both be content. */
export function joinedHosts(certificate: string, hosts: readonly string[]): readonly string[] {
  const text = new X509Certificate(certificate).subjectAltName ?? '';
  const present = [...text.matchAll(/(?:^|, )(?:DNS:([a-z0-9.-]+)|IP Address:([0-9A-Fa-f.:]+))(?=, |$)/g)];
  const others = present.map(([, name, address]) => name ?? address ?? '');
  return [...new Set([...hosts, ...others])].slice(0, Math.max(MOST_HOSTS, hosts.length));
}
