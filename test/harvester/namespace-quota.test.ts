import { describe, expect, test } from '@jest/globals';
import { namespaceLimits } from '../../src/harvester/namespace-quota.ts';
import { namespaceWith } from './objects.ts';

function read(limits: string | undefined) {
  const result = namespaceLimits(namespaceWith(limits));
  if (result.kind !== 'read') return result;
  return { cpu: result.limitsCpu.toString(), memory: result.limitsMemory.toString() };
}

describe("the limits on Rancher's namespace page", () => {
  test.each([
    {
      title: 'both limits',
      text: '{"limit":{"limitsCpu":"3000m","limitsMemory":"5000Mi"}}',
      expected: { cpu: '3', memory: '5000Mi' },
    },
    {
      title: 'a limit that is missing is zero',
      text: '{"limit":{"limitsMemory":"6Gi"}}',
      expected: { cpu: '0', memory: '6Gi' },
    },
    {
      title: 'a limit that is empty or null is zero',
      text: '{"limit":{"limitsCpu":"","limitsMemory":null}}',
      expected: { cpu: '0', memory: '0' },
    },
    { title: 'no limits at all are zero', text: '{}', expected: { cpu: '0', memory: '0' } },
    { title: 'a limit member of null is none', text: '{"limit":null}', expected: { cpu: '0', memory: '0' } },
    {
      title: 'other limits do not matter',
      text: '{"limit":{"limitsCpu":"2","requestsStorage":"100Gi","pods":"10"},"used":{}}',
      expected: { cpu: '2', memory: '0' },
    },
    {
      title: 'Go finds a member in any case of its letters, the last one wins',
      text: '{"Limit":{"limitsCPU":"1","LIMITSCPU":"2"}}',
      expected: { cpu: '2', memory: '0' },
    },
    {
      title: 'a member named __proto__ does no harm',
      text: '{"__proto__":{"limit":{"limitsCpu":"9"}},"limit":{"limitsCpu":"1"}}',
      expected: { cpu: '1', memory: '0' },
    },
  ])('are read: $title', ({ text, expected }) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    { title: 'no annotation', text: undefined },
    { title: 'an empty annotation', text: '' },
  ])('are none with $title', ({ text }) => {
    expect(read(text)).toEqual({ kind: 'none' });
  });

  test.each([
    { text: '{"limit":', message: 'expected JSON, got "{\\"limit\\":"' },
    { text: 'null', message: 'expected an object with a member limit, got "null"' },
    { text: '[]', message: 'expected an object with a member limit, got "[]"' },
    { text: '{"limit":"3"}', message: 'expected an object with a member limit' },
    { text: '{"limit":{"limitsCpu":3}}', message: 'limit.limitsCpu: expected a string' },
    { text: '{"limit":{"limitsMemory":{}}}', message: 'limit.limitsMemory: expected a string' },
  ])('are invalid JSON to Harvester: $text', ({ text, message }) => {
    expect(read(text)).toEqual({
      kind: 'invalid-json',
      message: expect.stringContaining(`annotation field.cattle.io/resourceQuota: ${message}`),
    });
  });

  test.each([
    { text: '{"limit":{"limitsCpu":"1GB"}}', message: 'limit.limitsCpu: expected a Kubernetes quantity' },
    { text: '{"limit":{"limitsMemory":" 1Gi"}}', message: 'limit.limitsMemory: expected a Kubernetes quantity' },
    { text: '{"limit":{"limitsMemory":"-1Gi"}}', message: 'limit.limitsMemory: expected an amount from 0' },
  ])('are invalid quantities: $text', ({ text, message }) => {
    expect(read(text)).toEqual({ kind: 'invalid-quantity', message: expect.stringContaining(message) });
  });
});
