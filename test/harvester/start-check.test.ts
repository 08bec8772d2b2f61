import { describe, expect, test } from '@jest/globals';
import { type StartFacts, startCheck } from '../../src/harvester/start-check.ts';
import { type VirtualMachine, virtualMachineShape } from '../../src/objects/kubevirt.ts';
import { managedNamespace, namespaceWith, printed, quotaWith, releaseOf } from './objects.ts';

function vmWith(
  limits: Record<string, string> | undefined,
  printableStatus: string | undefined = 'Stopped',
): VirtualMachine {
  return virtualMachineShape.parse({
    metadata: { name: 'vm1', namespace: 'quota-test' },
    spec: {
      runStrategy: 'Halted',
      template: { spec: { domain: { cpu: { cores: 64 }, resources: { limits, requests: { memory: '2730Mi' } } } } },
    },
    status: { printableStatus },
  });
}

const unused = { 'limits.cpu': '0', 'limits.memory': '0' };

const facts: StartFacts = {
  vm: vmWith({ cpu: '2', memory: '4Gi' }),
  namespace: managedNamespace,
  quota: quotaWith({ used: unused }),
  release: releaseOf('1.7.0'),
  ratio: '1.5',
  architecture: 'amd64',
  hasLauncherPod: false,
};

function told(change: Partial<StartFacts>) {
  const check = startCheck({ ...facts, ...change });
  if (check.kind === 'refused')
    return { ...check, needed: check.needed.toString(), available: check.available.toString() };
  if (check.kind === 'passes') return { ...check, needed: printed(check.needed), available: printed(check.available) };
  return check;
}

describe("Harvester's check of a start", () => {
  test('passes at ratio 1.5; it knows only the limits of the VM, no requests and no cpu topology', () => {
    expect(told({})).toEqual({
      kind: 'passes',
      needed: { 'limits.cpu': '2', 'limits.memory': '4729077272' },
      available: { 'limits.cpu': '3', 'limits.memory': '5000Mi' },
    });
  });

  test('refuses at ratio 4.5 in 5000Mi, as in the quota notes', () => {
    expect(told({ ratio: '4.5' })).toEqual({
      kind: 'refused',
      resource: 'memory',
      needed: '5597298272',
      available: '5000Mi',
      wording: 'memory insufficient resources due to resource quota',
    });
  });

  test('passes at ratio 4.5 in 6000Mi', () => {
    const namespace = namespaceWith('{"limit":{"limitsMemory":"6000Mi"}}');
    expect(told({ ratio: '4.5', namespace })).toMatchObject({
      kind: 'passes',
      available: { 'limits.memory': '6000Mi' },
    });
  });

  test('names cpu when both are short', () => {
    const vm = vmWith({ cpu: '4', memory: '8Gi' });
    expect(told({ vm })).toMatchObject({ kind: 'refused', resource: 'cpu', needed: '4', available: '3' });
  });

  test('passes when exactly full', () => {
    const namespace = namespaceWith('{"limit":{"limitsCpu":"2","limitsMemory":"4729077272"}}');
    expect(told({ namespace })).toMatchObject({ kind: 'passes' });
  });

  test('takes what migrations have added off the use, but no compensation', () => {
    const quota = quotaWith({
      used: { 'limits.cpu': '4', 'limits.memory': '5000Mi' },
      annotations: {
        'harvesterhci.io/migratingUID-1': '{"limits.cpu":"2","limits.memory":"4500Mi"}',
        'harvesterhci.io/migratingCompensation': '{"limits.memory":"128Mi"}',
      },
    });
    const vm = vmWith({ cpu: '1', memory: '1Gi' });
    expect(told({ quota, vm, release: releaseOf('1.9.0') })).toMatchObject({
      kind: 'passes',
      available: { 'limits.cpu': '1', 'limits.memory': '4500Mi' },
    });
  });

  test('counts a key that the quota does not use as unused', () => {
    const quota = quotaWith({ hard: { 'limits.cpu': '3' }, used: { 'limits.cpu': '1' } });
    expect(told({ quota })).toMatchObject({
      kind: 'passes',
      available: { 'limits.cpu': '2', 'limits.memory': '5000Mi' },
    });
  });

  test.each([
    { version: '1.2.0', wording: 'cpu insufficient resources' },
    { version: '1.3.2', wording: 'cpu insufficient resources' },
    { version: '1.4.0', wording: 'cpu insufficient resources due to resource quota' },
    { version: '1.9.0', wording: 'cpu insufficient resources due to resource quota' },
  ])('says "$wording" under Harvester $version', ({ version, wording }) => {
    expect(told({ release: releaseOf(version), vm: vmWith({ cpu: '4' }) })).toMatchObject({ wording });
  });

  test('reckons the overhead alone for a VM without limits', () => {
    const needed = { 'limits.cpu': '0', 'limits.memory': '421527368' };
    expect(told({ vm: vmWith(undefined) })).toMatchObject({ kind: 'passes', needed });
    expect(told({ vm: { ...vmWith(undefined), spec: { template: null } } as VirtualMachine })).toMatchObject({
      needed,
    });
  });

  test.each<{ why: string; change: Partial<StartFacts> }>([
    { why: 'release-has-no-check', change: { release: releaseOf('1.1.3') } },
    { why: 'vm-without-status', change: { vm: vmWith({ cpu: '9' }, '') } },
    { why: 'vm-without-status', change: { vm: { ...vmWith({ cpu: '9' }), status: undefined } } },
    { why: 'has-launcher-pod', change: { hasLauncherPod: true } },
    { why: 'no-namespace-limits', change: { namespace: namespaceWith(undefined) } },
    { why: 'no-default-quota', change: { quota: undefined } },
  ])('is not made: $why', ({ why, change }) => {
    expect(told(change)).toEqual({ kind: 'not-checked', why });
  });

  test.each<{ title: string; change: Partial<StartFacts>; unknown: string; reason: string }>([
    {
      title: 'a garbled annotation of a migration',
      change: { quota: quotaWith({ used: unused, annotations: { 'harvesterhci.io/migrating-vm2': '{' } }) },
      unknown: 'garbled-annotation',
      reason: 'annotation harvesterhci.io/migrating-vm2: expected JSON',
    },
    {
      title: 'garbled namespace limits',
      change: { namespace: namespaceWith('{') },
      unknown: 'garbled-annotation',
      reason: 'annotation field.cattle.io/resourceQuota: expected JSON',
    },
    {
      title: 'a quota without status',
      change: { quota: quotaWith({}) },
      unknown: 'quota-status-empty',
      reason: 'status of ResourceQuota default-z4g94',
    },
    {
      title: 'a quota with an empty status',
      change: { quota: quotaWith({ used: {} }) },
      unknown: 'quota-status-empty',
      reason: 'is empty',
    },
  ])('is unknown with $title', ({ change, unknown, reason }) => {
    expect(told(change)).toEqual({ kind: 'unknown', unknown, reason: expect.stringContaining(reason) });
  });
});
