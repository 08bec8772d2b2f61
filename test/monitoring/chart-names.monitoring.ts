import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { pathOf } from './chart-files.ts';

const LONGEST_RELEASE_NAME = 53;
/** Of a Service, and of a label's value. */
const LONGEST_NAME = 63;

function servicesOf(release: string): readonly string[] {
  const args = ['template', release, pathOf('charts/headroom'), '--set=monitoring.enabled=true'];
  const rendered = execFileSync(pathOf('.cache/bin/helm'), args, { encoding: 'utf8' });
  const objects = parseAllDocuments(rendered).map((document) => document.toJS());
  return objects.filter((object) => object?.kind === 'Service').map(({ metadata }) => metadata.name);
}

describe('the Services of a release', () => {
  test('are named after it', () => {
    expect([...servicesOf('headroom')].sort()).toEqual(['headroom', 'headroom-metrics']);
  });

  test('have two names that Kubernetes takes, also of the longest release name that Helm takes', () => {
    const names = servicesOf(`${'a'.repeat(LONGEST_RELEASE_NAME - 1)}b`);
    expect(new Set(names).size).toBe(2);
    for (const name of names) {
      expect(name).toMatch(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);
      expect(name.length).toBeLessThanOrEqual(LONGEST_NAME);
    }
  });
});
