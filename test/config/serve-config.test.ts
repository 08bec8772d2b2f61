import { describe, expect, test } from '@jest/globals';
import { defaultClassPolicies } from '../../src/admission/policy.ts';
import { ConfigError, describedSettings, serveConfig } from '../../src/config/serve-config.ts';

const snapshot = ['cluster.yaml'];

const problemsOf = (flags: Record<string, unknown>, environment: Record<string, string> = {}): string[] => {
  try {
    serveConfig({ snapshot, ...flags }, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('the settings of serve', () => {
  test('have defaults', () => {
    expect(serveConfig({ snapshot }, {})).toEqual({
      snapshots: ['cluster.yaml'],
      port: 9443,
      adminPort: 8080,
      certificateLifetimeSeconds: 7_776_000,
      classPolicies: defaultClassPolicies,
      decisionTimeoutSeconds: 4,
      drainSeconds: 5,
      surveyIntervalSeconds: 300,
      events: 'off',
      statusPage: 'off',
      logLevel: 'info',
    });
  });

  test('come from flags, be they text or numbers', () => {
    const config = serveConfig(
      {
        snapshot,
        host: 'a',
        port: '1',
        adminPort: 2,
        policyUser: 'warn',
        policyEvacuation: 'deny',
        drain: 0,
        logLevel: 'debug',
      },
      {},
    );
    expect(config).toMatchObject({ host: 'a', port: 1, adminPort: 2, drainSeconds: 0, logLevel: 'debug' });
    expect(config.classPolicies).toEqual({ ...defaultClassPolicies, user: 'warn', evacuation: 'deny' });
  });

  test('come from the environment where no flag says otherwise', () => {
    const environment = {
      HEADROOM_SNAPSHOT: 'a.yaml,b.yaml',
      HEADROOM_PORT: '1',
      HEADROOM_ADMIN_PORT: '2',
      HEADROOM_POLICY_WORKLOAD_UPDATE: 'off',
      HEADROOM_HOST: '',
    };
    const config = serveConfig({ port: '3' }, environment);
    expect(config).toMatchObject({ snapshots: ['a.yaml', 'b.yaml'], port: 3, adminPort: 2 });
    expect(config.classPolicies['workload-update']).toBe('off');
    expect(config).not.toHaveProperty('host');
  });

  test('are not taken from the variables that Kubernetes makes for a Service called headroom', () => {
    expect(serveConfig({ snapshot }, { HEADROOM_PORT: 'tcp://10.43.0.7:443' }).port).toBe(9443);
  });

  test('name the certificate and its key', () => {
    const config = serveConfig({ tlsCert: 'tls.crt', tlsKey: 'tls.key' }, {});
    expect(config).toMatchObject({ tlsCertFile: 'tls.crt', tlsKeyFile: 'tls.key', snapshots: [] });
  });

  test('cannot be changed afterwards', () => {
    const config = serveConfig({ snapshot }, {});
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.classPolicies)).toBe(true);
    expect(Object.isFrozen(config.snapshots)).toBe(true);
  });

  test.each([
    ['abc', '"abc"'],
    ['-1', '"-1"'],
    ['65536', '"65536"'],
    ['1.5', '"1.5"'],
    ['', '""'],
    ['1e3', '"1e3"'],
  ])('refuse the port %j', (port, shown) => {
    expect(problemsOf({ port })).toEqual([
      `--port (HEADROOM_PORT): expected a whole number from 0 to 65535, got ${shown}`,
    ]);
  });

  test('name each setting that is wrong', () => {
    expect(problemsOf({ policyUser: 'block', logLevel: 'loud' }, { HEADROOM_DECISION_TIMEOUT: '30' })).toEqual([
      '--policy-user (HEADROOM_POLICY_USER): expected one of off, warn, deny, got "block"',
      '--decision-timeout (HEADROOM_DECISION_TIMEOUT): expected a whole number from 1 to 29, got "30"',
      '--log-level (HEADROOM_LOG_LEVEL): expected one of trace, debug, info, warn, error, fatal, got "loud"',
    ]);
  });

  test('do not repeat a private key that was given in place of its file', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n';
    const problems = problemsOf({ tlsCert: 'tls.crt' }, { HEADROOM_TLS_KEY: key });
    expect(problems).toEqual([
      '--tls-key (HEADROOM_TLS_KEY): expected the name of a file, not what is in it, got PEM text',
    ]);
  });

  test('name the authorities of clients, and names of clients', () => {
    const config = serveConfig({ snapshot, clientCa: 'ca.crt', clientName: 'kube-apiserver, front proxy' }, {});
    expect(config).toMatchObject({ clientCaFile: 'ca.crt', clientNames: ['kube-apiserver', 'front proxy'] });
  });

  test.each([',', 'a,,b', ' ', 'a,'])('refuse %j as names of clients', (clientName) => {
    expect(problemsOf({ clientCa: 'ca.crt', clientName })[0]).toMatch(/^--client-name .*separated by commas/);
  });

  test('want authorities of clients with names of clients: names alone would be believed of anybody', () => {
    expect(problemsOf({ clientName: 'a' })).toEqual([
      '--client-name (HEADROOM_CLIENT_NAME): expected with --client-ca (HEADROOM_CLIENT_CA)',
    ]);
  });

  test('want a certificate and its key together, and both on a live cluster', () => {
    const setting = '--tls-cert and --tls-key (HEADROOM_TLS_CERT, HEADROOM_TLS_KEY)';
    expect(problemsOf({ tlsCert: 'a' })).toEqual([`${setting}: expected both or neither`]);
    expect(problemsOf({ tlsKey: 'a' })).toEqual([`${setting}: expected both or neither`]);
    const secret = '--certificate-secret (HEADROOM_CERTIFICATE_SECRET)';
    expect(problemsOf({ snapshot: [] })).toEqual([`${setting} or ${secret}: expected, unless --snapshot is given`]);
    const both = { snapshot: [], tlsCert: 'a', tlsKey: 'b', certificateSecret: 'c' };
    expect(problemsOf(both)).toEqual([`${secret}: expected without ${setting}`]);
  });

  test('that keep something in a cluster have no place beside a snapshot', () => {
    expect(problemsOf({ reservations: 'a', webhookConfiguration: 'b', certificateSecret: 'c' })).toEqual([
      '--certificate-secret (HEADROOM_CERTIFICATE_SECRET): expected without --snapshot',
      '--webhook-configuration (HEADROOM_WEBHOOK_CONFIGURATION): expected without --snapshot',
      '--reservations (HEADROOM_RESERVATIONS): expected without --snapshot',
    ]);
  });

  test('that name objects are checked to be names', () => {
    const expected = 'expected the name of a ConfigMap: lower-case letters, digits, - and .';
    expect(problemsOf({ snapshot: [], certificateSecret: 'c', reservations: '../a' })).toEqual([
      `--reservations (HEADROOM_RESERVATIONS): ${expected}, got "../a"`,
    ]);
  });

  test('are described, each with its flag, its variable and its default', () => {
    expect(describedSettings()).toContainEqual({
      flag: '--admin-port',
      variable: 'HEADROOM_ADMIN_PORT',
      text: 'HTTP port of probes and metrics; 0 picks a free one',
      default: '8080',
    });
    for (const setting of describedSettings()) expect(setting.text).not.toBe('');
  });
});
