import * as z from 'zod';
import { type ClassPolicies, defaultClassPolicies, POLICIES } from '../admission/policy.ts';
import { isObjectName } from '../objects/names.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

const SWITCH = ['on', 'off'] as const;

function wholeNumber(from: number, to: number) {
  return z
    .string()
    .refine((given) => /^\d{1,9}$/.test(given) && Number(given) >= from && Number(given) <= to, {
      error: `expected a whole number from ${from} to ${to}`,
    })
    .transform(Number);
}

function oneOf<const Choice extends string>(choices: readonly Choice[]) {
  return z.enum(choices, { error: `expected one of ${choices.join(', ')}` });
}

function filled(expected: string) {
  return z.string({ error: expected }).min(1, { error: expected });
}

/** Becomes part of an API path. */
function objectName(of: string) {
  const expected = `expected the name of ${of}: lower-case letters, digits, - and .`;
  return z.string({ error: expected }).refine(isObjectName, { error: expected });
}

function policyShape(ofClass: keyof ClassPolicies) {
  return oneOf(POLICIES).default(defaultClassPolicies[ofClass]);
}

/** What stands in a PEM file, a private key perhaps, must not end up in a message about a file of that name. */
export function isPemText(given: unknown): boolean {
  return typeof given === 'string' && given.includes('-----BEGIN ');
}

function fileName() {
  const expected = 'expected the name of a file, not what is in it';
  return filled('expected a file').refine((given) => !isPemText(given), { error: expected });
}

const COMMON_NAMES = 'expected common names, separated by commas';

/** One row a setting; its flag is the name in kebab case, its variable `HEADROOM_` and the name in capitals. */
export const settingsShape = z.object({
  snapshot: z
    .array(filled('expected a file'))
    .default([])
    .describe('File of Kubernetes objects to answer from instead of a cluster; several are read as one cluster'),
  host: filled('expected a host name or an address').optional().describe('Name or address to listen on'),
  port: wholeNumber(0, 65535).default(9443).describe('HTTPS port of the webhook; 0 picks a free one'),
  adminPort: wholeNumber(0, 65535).default(8080).describe('HTTP port of probes and metrics; 0 picks a free one'),
  ownNamespace: objectName('a namespace')
    .optional()
    .describe('Namespace that headroom runs in; else that of the kubeconfig'),
  tlsCert: fileName()
    .optional()
    .describe('PEM file with the serving certificate and its chain; read again when it changes'),
  tlsKey: fileName().optional().describe('PEM file with the private key of the certificate'),
  clientCa: fileName()
    .optional()
    .describe(
      'PEM file with the authorities of clients: whoever shows no certificate of theirs is refused; read again when it changes',
    ),
  clientName: filled(COMMON_NAMES)
    .transform((given) => given.split(',').map((name) => name.trim()))
    .refine((names) => names.every((name) => name !== ''), { error: COMMON_NAMES })
    .optional()
    .describe('Common names, separated by commas, one of which such a certificate must have; any, if not given'),
  certificateSecret: objectName('a Secret')
    .optional()
    .describe(
      'Secret in which the replicas keep certificates of their own making, instead of --tls-cert and --tls-key',
    ),
  certificateLifetime: wholeNumber(10, 315_360_000)
    .default(7_776_000)
    .describe('Seconds that such a certificate is valid; it is renewed when a third of them is left'),
  webhookConfiguration: objectName('the webhook configurations')
    .optional()
    .describe('Name of the two webhook configurations whose caBundle is kept up with such certificates'),
  serviceName: objectName('a Service').optional().describe('Service that such certificates are made out to'),
  reservations: objectName('a ConfigMap')
    .optional()
    .describe('ConfigMap through which replicas agree on room promised to migrations that are just being created'),
  policyUser: policyShape('user').describe('What happens to a migration of a user that can never fit'),
  policyEvacuation: policyShape('evacuation').describe('The same for those of drains and upgrades'),
  policyWorkloadUpdate: policyShape('workload-update').describe(
    'The same for those of KubeVirt updating its launchers',
  ),
  policyPlatform: policyShape('platform').describe('The same for any other that the platform asks for'),
  decisionTimeout: wholeNumber(1, 29)
    .default(4)
    .describe("Seconds for one decision; keep it below the webhook's timeoutSeconds"),
  drain: wholeNumber(0, 600)
    .default(5)
    .describe('Seconds to go on answering after SIGTERM, until the Service has stopped sending requests'),
  surveyInterval: wholeNumber(0, 86_400)
    .default(300)
    .describe('Seconds between two looks at all namespaces, for the metrics of room; 0 for none'),
  events: oneOf(SWITCH)
    .default('off')
    .describe('Whether Events on VirtualMachineInstances tell of migrations that exceed: on or off'),
  statusPage: oneOf(SWITCH).default('off').describe('Whether / of the admin port is a page for people: on or off'),
  logLevel: oneOf(LOG_LEVELS).default('info').describe('How much is logged'),
});
