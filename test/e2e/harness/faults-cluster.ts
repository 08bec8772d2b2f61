import { copyFile, mkdir } from 'node:fs/promises';
import { type ClusterClient, openCluster, runFolder } from './cluster.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { prepareCluster } from './fixtures.ts';
import type { Child } from './processes.ts';

/** A control plane that may be broken: nobody else's tests depend on it. */
export interface BreakableCluster {
  readonly cluster: ClusterClient;
  /** Ends a part of it without a word. */
  kill(name: Breakable): Promise<void>;
  /** It neither runs nor ends: the kernel goes on taking what is sent to it. */
  halt(name: Breakable): void;
  resume(name: Breakable): void;
  /** Starts a killed one; resolves when the API server is ready. */
  restart(name: Breakable): Promise<void>;
  stop(): Promise<void>;
}

export type Breakable = 'etcd' | 'kube-apiserver';

/** From here on, all of the harness works in this cluster's own folder within that of the run. */
export async function startBreakableCluster(name: string): Promise<BreakableCluster> {
  const outer = runFolder();
  const folder = `${outer}/${name}`;
  await mkdir(folder, { recursive: true });
  await copyFile(`${outer}/headroom.mjs`, `${folder}/headroom.mjs`);
  process.env.HEADROOM_E2E_FOLDER = folder;
  const controlPlane = await startControlPlane(folder);
  const cluster = openCluster(controlPlane.connection);
  await prepareCluster(cluster);
  const halted = new Set<Breakable>();
  const resume = (part: Breakable): void => {
    process.kill(childOf(controlPlane, part).pid, 'SIGCONT');
    halted.delete(part);
  };
  return {
    cluster,
    kill: async (part) => void (await childOf(controlPlane, part).stop('SIGKILL')),
    halt: (part) => {
      process.kill(childOf(controlPlane, part).pid, 'SIGSTOP');
      halted.add(part);
    },
    resume,
    restart: (part) => controlPlane.restart(part),
    stop: async () => {
      // A halted one does not end when told to.
      for (const part of halted) resume(part);
      await cluster.close();
      await controlPlane.stop();
      process.env.HEADROOM_E2E_FOLDER = outer;
    },
  };
}

function childOf({ children }: ControlPlane, name: Breakable): Child {
  const child = children.find((one) => one.name === name);
  if (child === undefined) throw new Error(`there is no ${name}`);
  return child;
}
