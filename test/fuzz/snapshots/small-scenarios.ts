import { loadScenario, type Scenario, scenarioNames } from '../../scenarios/load-scenarios.ts';

/** The smallest of them, for the more cases in the same time. */
export function smallScenarios(count: number): readonly Scenario[] {
  return scenarioNames
    .map(loadScenario)
    .sort((one, other) => one.before.length - other.before.length)
    .slice(0, count);
}
