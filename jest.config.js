const PURE_FOLDERS = ['quantity', 'objects', 'kubernetes', 'kubevirt', 'harvester', 'forecast', 'doctor', 'report'];

export default {
  // Node strips the types itself.
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // dist holds a copy of what src says, .cache the Go programs of the checks.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
  testTimeout: 30_000,
  // Of two cores Jest would leave one alone.
  maxWorkers: '100%',
  // Modules of an ESM test are never given back: a worker is replaced before it has filled the machine.
  workerIdleMemoryLimit: '1GB',
  // The rest is for `npm run coverage`: the folders that read nothing of the world, and so can be tested whole.
  coverageProvider: 'v8',
  collectCoverageFrom: PURE_FOLDERS.map((folder) => `src/${folder}/**/*.ts`),
  coverageReporters: ['text', 'json-summary'],
  coverageThreshold: { global: { branches: 95 } },
};
