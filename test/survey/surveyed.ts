import type { ForecastObjects } from '../../src/forecast/apply-remedy.ts';
import { prepare } from '../../src/forecast/forecast-migrations.ts';
import { surveyNamespace } from '../../src/survey/namespace-survey.ts';
import type { NamespaceSurvey } from '../../src/survey/survey.ts';

/** The survey of a namespace, done in one go, and in how many steps it can be done. */
export function surveyedIn(objects: ForecastObjects): NamespaceSurvey & { readonly steps: number } {
  const work = surveyNamespace(prepare(objects));
  for (let steps = 0; ; steps += 1) {
    const step = work.next();
    if (step.done === true) return { ...step.value, steps };
  }
}
