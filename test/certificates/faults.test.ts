import { X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lastPair, Namespace, SECRET } from './replicas.ts';

const KEYS = ['ca.crt', 'ca.key', 'tls.crt', 'tls.key', 'next-ca.crt', 'next-ca.key', 'former-ca-until'];

/** Things that happen to a namespace of three replicas. Between any two of them every replica has checked twice. */
const fault = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('time' as const), seconds: fc.integer({ min: 20, max: 700 }) }),
  },
  fc.record({
    kind: fc.constant('garble' as const),
    key: fc.constantFrom(...KEYS),
    text: fc.string({ maxLength: 40 }),
  }),
  fc.constant({ kind: 'delete' as const }),
  fc.record({ kind: fc.constant('restart' as const), which: fc.nat(2) }),
  fc.record({ kind: fc.constant('cut' as const), which: fc.nat(2), seconds: fc.integer({ min: 20, max: 150 }) }),
);
type Fault = typeof fault extends fc.Arbitrary<infer Value> ? Value : never;

async function happen(namespace: Namespace, event: Fault, check: () => void): Promise<void> {
  switch (event.kind) {
    case 'time':
      return namespace.clock.advance(event.seconds, check);
    case 'garble':
      return namespace.changeData((data) => ({ ...data, [event.key]: Buffer.from(event.text).toString('base64') }));
    case 'delete':
      return namespace.api.delete(SECRET);
    case 'restart':
      await namespace.stop(namespace.replicas[event.which]!);
      namespace.startReplica();
      return namespace.idle();
    case 'cut': {
      const { cable } = namespace.replicas[event.which]!;
      cable.isCut = true;
      await namespace.clock.advance(event.seconds, check);
      cable.isCut = false;
      return;
    }
    default:
      event satisfies never;
  }
}

function expectTrusted(namespace: Namespace): void {
  for (const replica of namespace.replicas.filter(({ pairs }) => pairs.length > 0)) {
    const [leaf, authority] = lastPair(replica).cert.split(/(?<=-----END CERTIFICATE-----\n)/);
    expect(new X509Certificate(leaf!).validToDate.getTime()).toBeGreaterThan(namespace.clock.now().getTime());
    for (const bundle of namespace.caBundles()) expect(bundle).toContain(authority);
  }
}

function countServed({ replicas }: Namespace): number {
  return new Set(replicas.map((replica) => lastPair(replica).cert)).size;
}

test('whatever happens to the Secret and to single replicas, callers trust every certificate that is served', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 12 }), async (faults) => {
      const namespace = new Namespace();
      await namespace.start(3);
      const check = () => expectTrusted(namespace);
      for (const event of faults) {
        await happen(namespace, event, check);
        await namespace.clock.advance(50, check);
      }
      // A renewal may have come in the very last seconds.
      for (let checks = 0; checks < 5 && countServed(namespace) > 1; checks++) await namespace.clock.advance(20, check);
      expect(countServed(namespace)).toBe(1);
      await namespace.stopAll();
    }),
    { numRuns: 10 },
  );
}, 120_000);
