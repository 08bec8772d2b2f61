import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { kubectlFlags } from '../../src/commands/open-cluster.ts';

test.each([
  { kubeconfig: '/config', context: 'main' },
  { kubeconfig: "my files/it's; id", context: '$(id) `id` "x" *' },
  { context: 'a\nb' },
  {},
])('flags that lead kubectl to the cluster are to a shell what they were: %j', (given) => {
  const line = kubectlFlags(given).join(' ');
  const script = `kubectl() { for word; do printf '%s\\0' "$word"; done; }\nkubectl ${line}`;
  const words = execFileSync('/bin/sh', ['-c', script], { env: {}, cwd: '/', encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
  expect(words).toEqual([
    ...(given.kubeconfig === undefined ? [] : ['--kubeconfig', given.kubeconfig]),
    ...(given.context === undefined ? [] : ['--context', given.context]),
  ]);
});
