import type { Forecast } from '../forecast/forecast.ts';
import { unknownForecast } from '../forecast/forecast-migrations.ts';
import type { WhyUnknown } from '../forecast/unknown-reasons.ts';
import { isHopeless } from '../forecast/verdict-of.ts';
import { type MigrationClass, migrationClass } from '../kubevirt/migration-class.ts';
import { POLICY_ANNOTATION } from './annotation-names.ts';
import type { AskedMigration } from './asked-migration.ts';
import type { AdmissionContext } from './context.ts';
import type { EvidenceOfMigration } from './evidence.ts';
import type { MigrationForecast, MigrationRequest } from './forecaster.ts';
import { quotedName } from './plain-text.ts';
import { isPolicy, type Policy, policyFor } from './policy.ts';
import type { Decision } from './response.ts';

export interface MigrationDecision {
  readonly forecast: Forecast;
  readonly evidence: EvidenceOfMigration;
  readonly migrationClass: MigrationClass;
  readonly policy: Policy;
  readonly action: 'admit' | 'deny';
  readonly warnings: readonly string[];
}

/** An answer that says nothing but why there is none. */
export function unknownMigration(namespace: string, vmi: string, why: WhyUnknown): MigrationForecast {
  return {
    forecast: unknownForecast({ namespace, vmi }, why, []),
    denialPins: false,
  };
}

export function firstLine(message: string): string {
  const end = message.indexOf('\n');
  return end === -1 ? message : message.slice(0, end);
}

function whyAdmitted(policy: Policy, migrationClass: MigrationClass): string {
  return policy === 'deny'
    ? 'admitted although it exceeds: Harvester has already tied the VM to the chosen node, and a denial would leave it tied'
    : `admitted although it exceeds: the policy for migrations of class ${migrationClass} is ${policy} here`;
}

function verdictWarnings(forecast: Forecast, policy: Policy, migrationClass: MigrationClass): readonly string[] {
  switch (forecast.verdict) {
    case 'fits':
      return forecast.next === undefined ? [] : [firstLine(forecast.message)];
    case 'waits':
    case 'unknown':
      return [firstLine(forecast.message)];
    case 'exceeds':
      return isHopeless(forecast)
        ? [firstLine(forecast.message), whyAdmitted(policy, migrationClass)]
        : [firstLine(forecast.message)];
    default:
      return forecast.verdict satisfies never;
  }
}

function policyWarnings(namespacePolicy: string | undefined): readonly string[] {
  return namespacePolicy === undefined || isPolicy(namespacePolicy)
    ? []
    : [`namespace annotation ${POLICY_ANNOTATION} is ${quotedName(namespacePolicy)}, not deny, warn or off: ignored`];
}

type Stage = MigrationRequest['stage'];

function askForecaster(
  asked: AskedMigration,
  stage: Stage,
  context: AdmissionContext,
): Promise<MigrationForecast> | MigrationForecast {
  const { namespace, vmi, migrationName, isDryRun, problem } = asked;
  if (problem !== undefined) {
    return unknownMigration(namespace, vmi, { unknown: 'request-not-understood', reason: problem });
  }
  const request = { namespace, vmi, isDryRun, stage, ...(migrationName && { migrationName }) };
  return context.forecaster.forecastMigration(request);
}

export async function decideMigration(
  asked: AskedMigration,
  stage: Stage,
  context: AdmissionContext,
): Promise<MigrationDecision> {
  const { basis, ...answer } = await askForecaster(asked, stage, context);
  const { forecast, namespacePolicy, denialPins, kubeVirtNamespace } = answer;
  const ofClass = migrationClass({
    userName: asked.userName,
    annotations: asked.annotations,
    ...(kubeVirtNamespace !== undefined && { kubeVirtNamespaces: [kubeVirtNamespace] }),
  });
  const policy = policyFor(ofClass, context.classPolicies, namespacePolicy);
  const evidence = { kind: 'migration', asked, forecast, ...(basis !== undefined && { basis }) } as const;
  const decided = { forecast, evidence, migrationClass: ofClass, policy };
  if (policy === 'off') return { ...decided, action: 'admit', warnings: [] };
  const isDenied = policy === 'deny' && isHopeless(forecast) && !denialPins;
  if (isDenied) return { ...decided, action: 'deny', warnings: [] };
  const warnings = [...verdictWarnings(forecast, policy, ofClass), ...policyWarnings(namespacePolicy)];
  return { ...decided, action: 'admit', warnings };
}

/** What of a decision is logged, counted and audited. */
export function recordOf({ forecast, migrationClass, policy }: MigrationDecision): Decision {
  const { verdict, unknown, namespace, vmi } = forecast;
  if (policy === 'off') return { verdict: 'off', migrationClass, policy, namespace, vmi };
  return { verdict, ...(unknown !== undefined && { unknown }), migrationClass, policy, namespace, vmi };
}
