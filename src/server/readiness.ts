export type ReadinessState = 'starting' | 'ready' | 'draining';

/** Whether the Service may send requests here. Draining is final. */
export interface Readiness {
  state(): ReadinessState;
  markReady(): void;
  markDraining(): void;
}

export function createReadiness(): Readiness {
  let state: ReadinessState = 'starting';
  return {
    state: () => state,
    markReady: () => {
      if (state === 'starting') state = 'ready';
    },
    markDraining: () => {
      state = 'draining';
    },
  };
}
