import { vmsThatCannotMigrate } from './cannot-migrate.ts';
import { clusterUnknowns } from './cluster-unknown.ts';
import type { ClusterDiagnosis, NamespaceDiagnosis } from './diagnosis.ts';
import type { Observation, Severity } from './finding.ts';
import { leakedScaleUps } from './leaked-scale-up.ts';
import { limitRangeEffects } from './limit-range.ts';
import { limitsWithoutQuota } from './limits-without-quota.ts';
import { neverScaledQuotas } from './never-scaled.ts';
import { newerVersions } from './newer-version.ts';
import { misunderstoodObjects } from './not-understood.ts';
import { overUsedQuotas } from './over-used.ts';
import { driftedPods } from './overhead-drift.ts';
import { refusedPods } from './pod-refused.ts';
import { resetQuotas } from './quota-reset.ts';
import { quotasWithoutBase } from './quota-without-base.ts';
import { differingRatios } from './ratio-differs.ts';
import { invalidRatios } from './ratio-invalid.ts';
import { inconvertibleRatios } from './ratio-not-convertible.ts';
import { switchedOffScaling } from './scaling-switched-off.ts';
import { severalDefaultQuotas } from './several-default-quotas.ts';
import { spareKubeVirts } from './spare-kubevirts.ts';
import { stuckMigrations } from './stuck-migration.ts';
import { unknownForecasts } from './unknown-forecast.ts';
import { waitingMigrations } from './waiting-migration.ts';

interface RuleOf<Facts> {
  /** docs/doctor.md has a section for each. */
  readonly id: string;
  readonly title: string;
  /** The gravest that it reports. */
  readonly severity: Severity;
  readonly check: (facts: Facts) => readonly Observation[];
}

export type ClusterRule = RuleOf<ClusterDiagnosis>;

export interface NamespaceRule extends RuleOf<NamespaceDiagnosis> {
  /** Whether it believes what quotas count, which for moments is more than the pods that are there. */
  readonly believes?: 'quota-usage';
}

export const CLUSTER_RULES: readonly ClusterRule[] = [
  {
    id: 'cluster-unknown',
    title: 'Facts of the whole cluster are missing',
    severity: 'unknown',
    check: clusterUnknowns,
  },
  { id: 'ratio-invalid', title: 'The overhead ratio is invalid', severity: 'error', check: invalidRatios },
  {
    id: 'ratio-differs',
    title: 'KubeVirt and Harvester have different overhead ratios',
    severity: 'warning',
    check: differingRatios,
  },
  {
    id: 'ratio-not-convertible',
    title: 'An upgrade of Harvester cannot take over the overhead ratio',
    severity: 'warning',
    check: inconvertibleRatios,
  },
  {
    id: 'spare-kubevirts',
    title: 'There is more than one KubeVirt object',
    severity: 'warning',
    check: spareKubeVirts,
  },
  { id: 'newer-version', title: 'A version is not in the tables', severity: 'info', check: newerVersions },
];

export const NAMESPACE_RULES: readonly NamespaceRule[] = [
  {
    id: 'stuck-migration',
    title: 'A migration will not get its pod',
    severity: 'error',
    believes: 'quota-usage',
    check: stuckMigrations,
  },
  {
    id: 'cannot-migrate',
    title: 'VMs can never migrate again under their quota',
    severity: 'error',
    believes: 'quota-usage',
    check: vmsThatCannotMigrate,
  },
  { id: 'pod-refused', title: 'No pod is made of a VM', severity: 'error', check: refusedPods },
  {
    id: 'limit-range',
    title: 'A LimitRange refuses or changes launcher pods',
    severity: 'error',
    check: limitRangeEffects,
  },
  {
    id: 'over-used',
    title: 'More is used than a quota allows',
    severity: 'warning',
    believes: 'quota-usage',
    check: overUsedQuotas,
  },
  {
    id: 'never-scaled',
    title: 'A quota key is never scaled',
    severity: 'warning',
    believes: 'quota-usage',
    check: neverScaledQuotas,
  },
  {
    id: 'quota-without-base',
    title: 'A default quota has no limits of the namespace behind it',
    severity: 'warning',
    check: quotasWithoutBase,
  },
  {
    id: 'limits-without-quota',
    title: "A namespace's limits have no default quota",
    severity: 'warning',
    check: limitsWithoutQuota,
  },
  {
    id: 'several-default-quotas',
    title: 'A namespace has several default quotas',
    severity: 'warning',
    check: severalDefaultQuotas,
  },
  { id: 'quota-reset', title: 'A default quota is not what it should be', severity: 'warning', check: resetQuotas },
  { id: 'leaked-scale-up', title: 'A scale-up was left behind', severity: 'warning', check: leakedScaleUps },
  { id: 'overhead-drift', title: 'Running pods have an unknown overhead', severity: 'warning', check: driftedPods },
  { id: 'not-understood', title: 'Objects are not understood', severity: 'unknown', check: misunderstoodObjects },
  { id: 'unknown-forecast', title: 'Migrations cannot be forecast', severity: 'unknown', check: unknownForecasts },
  { id: 'scaling-switched-off', title: 'Scaling is switched off', severity: 'info', check: switchedOffScaling },
  { id: 'waiting-migration', title: 'Migrations wait', severity: 'info', check: waitingMigrations },
];
