const PREFIX = 'headroom.harvesterhci.io';

export const VERDICT_ANNOTATION = `${PREFIX}/verdict`;
export const FORECAST_ANNOTATION = `${PREFIX}/forecast`;
export const POLICY_ANNOTATION = `${PREFIX}/policy`;
export const MEMORY_OVERHEAD_ANNOTATION = `${PREFIX}/memory-overhead`;
export const WORKLOAD_MEMORY_ANNOTATION = `${PREFIX}/workload-memory`;
