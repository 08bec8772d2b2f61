import { fileURLToPath } from 'node:url';
import type { Json } from '../../builders/json.ts';
import { helm, outputOf } from './programs.ts';
import type { Release } from './release.ts';

const CHART = fileURLToPath(new URL('../../../charts/headroom', import.meta.url));
const POST_RENDERER = fileURLToPath(new URL('route-manifests.ts', import.meta.url));

/**
 * `helm upgrade` with no moment in which the API server is sent to a Service that nobody routes: helm is given the
 * webhook configurations as they stand, with the balancer's URL in them.
 */
export async function upgradeRouted({ name, namespace, balancer }: Release, values: Json): Promise<void> {
  const renderer = [process.execPath, POST_RENDERER, `${balancer.port}`];
  const [program = '', ...rest] = renderer;
  const rendering = ['--post-renderer', program, ...rest.flatMap((arg) => ['--post-renderer-args', arg])];
  const args = ['upgrade', name, CHART, '--namespace', namespace, '--values', '-', ...rendering];
  await outputOf(helm(args, { input: JSON.stringify(values) }));
}
