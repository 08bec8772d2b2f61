import type { Forecast, Remedy } from '../forecast/forecast.ts';
import { forecastMigration, prepare, remedyContext } from '../forecast/forecast-migrations.ts';
import type { KnownGround } from '../forecast/forecast-set.ts';
import { podsOfVmi } from '../forecast/launchers.ts';
import { wordedRemedy } from '../forecast/remedy-text.ts';
import { isHopeless } from '../forecast/verdict-of.ts';
import { hasStoredScaleUp } from '../harvester/quota-annotations.ts';
import { isRejectedByQuota } from '../kubevirt/migration-state.ts';
import type { VirtualMachineInstanceMigration } from '../objects/kubevirt.ts';
import type { NamespaceDiagnosis } from './diagnosis.ts';
import { kubectl } from './kubectl.ts';
import { isScaled } from './moving-quota.ts';

interface Pending {
  readonly migration: VirtualMachineInstanceMigration;
  readonly forecast: Forecast;
}

/**
 * What helps a migration that is under way already, which is not what would help one that is still to be asked for:
 * its scale-up stays as it was reckoned, so a lower ratio can let it in and a higher one cannot; and Harvester refuses
 * to change the namespace's limits while it is there. Each is what a forecast of the changed facts has shown to help.
 */
export function pendingRemedies(
  diagnosis: NamespaceDiagnosis,
  ground: KnownGround,
  { migration, forecast }: Pending,
): readonly string[] {
  const alone = forecastWithout(diagnosis, [migration], migration);
  const isCured = alone.verdict === 'fits' || alone.verdict === 'waits';
  const aborted = isCured ? retryTexts(diagnosis, migration, alone) : raisedOnceAborted(diagnosis, ground, migration);
  const whilePending = forecast.remedies.flatMap((remedy) => pendingText(remedy, ground, migration));
  const all = [...wakingTexts(diagnosis, ground, { migration, forecast }), ...aborted, ...whilePending];
  if (all.length > 0) return all;
  const [why, what] =
    forecast.cause === 'not-admitted'
      ? [
          `Change what the reason names, or the VM; no quota can help. ${TRIED_AGAIN}`,
          'Otherwise give the migration up.',
        ]
      : ['No single change was found that lets it in.', 'Give the migration up.'];
  return [why, what, deletion(diagnosis, [migration])];
}

/** The forecast once somebody has given migrations up: they have failed, and their scale-ups are about to go. */
function forecastWithout(
  { prepared }: NamespaceDiagnosis,
  aborted: readonly VirtualMachineInstanceMigration[],
  { spec }: VirtualMachineInstanceMigration,
): Forecast {
  const { cluster, namespace } = prepared.objects;
  const items = namespace.migrations.items.map((one) => {
    return aborted.includes(one) ? { ...one, status: { ...one.status, phase: 'Failed' } } : one;
  });
  const migrations = { ...namespace.migrations, items };
  return forecastMigration(prepare({ cluster, namespace: { ...namespace, migrations } }, prepared), spec.vmiName);
}

function retryTexts(
  diagnosis: NamespaceDiagnosis,
  migration: VirtualMachineInstanceMigration,
  { next, remedies }: Forecast,
): string[] {
  const raise = next === 'exceeds' ? remedies.find((remedy) => remedy.kind === 'raise-quota') : undefined;
  return [
    `Abort it and migrate ${migration.spec.vmiName} again: what Harvester adds for it is then reckoned anew, and is enough.`,
    deletion(diagnosis, [migration]),
    ...(raise === undefined
      ? []
      : [`The migration after that one would not fit. In between: ${raiseText(diagnosis, raise)}`]),
  ];
}

/** Said of the moment when nothing is pending any more. */
function raiseText({ prepared }: NamespaceDiagnosis, raise: Remedy): string {
  return wordedRemedy(raise, { ...remedyContext(prepared), refusesEditWhilePending: false }).text;
}

/** Raising a namespace's limits takes an abortion first; any other quota is raised as it is (`pendingText`). */
function raisedOnceAborted(
  diagnosis: NamespaceDiagnosis,
  ground: KnownGround,
  migration: VirtualMachineInstanceMigration,
): string[] {
  const others = ground.namespace.underWay.filter((one) => one !== migration);
  const pending = [migration, ...others.filter((one) => !hasTarget(ground, one))];
  const { remedies } = forecastWithout(diagnosis, pending, migration);
  const raise = remedies.find((remedy) => remedy.kind === 'raise-quota');
  if (raise === undefined || !isEditRefused(raise, ground)) return [];
  const which = pending.length === 1 ? '' : ', with every other pending migration of the namespace';
  const running = others.length < pending.length ? '' : ' Wait for those that run.';
  return [
    `Abort the migration first${which}, for Harvester refuses to change the namespace's limits while one is pending.${running}`,
    deletion(diagnosis, pending),
    `${raiseText(diagnosis, raise)} Then migrate ${migration.spec.vmiName} again.`,
  ];
}

function isEditRefused(remedy: Remedy, { cluster, namespace }: KnownGround): boolean {
  if (remedy.kind !== 'raise-quota' || cluster.harvester?.release.quotaEditRefusalWording === undefined) return false;
  const isHeld = namespace.quotas.some(({ quota, bases }) => {
    return bases !== undefined && (hasStoredScaleUp(quota) || isScaled(bases));
  });
  return isHeld && remedy.changes.some(({ where }) => where === 'namespace-annotation');
}

function hasTarget({ namespace }: KnownGround, migration: VirtualMachineInstanceMigration): boolean {
  const vmi = namespace.vmis.get(migration.spec.vmiName);
  return vmi !== undefined && podsOfVmi(namespace.launchers, vmi, migration).target !== undefined;
}

/** KubeVirt's rate limiter waits for at most 1000 s between two tries (client-go DefaultControllerRateLimiter). */
const TRIED_AGAIN = 'The pending migration is then tried again by itself, after 17 minutes at the latest.';
/** Only one whose condition says that a quota has refused it. */
const TRIED_AT_ONCE = 'The pending migration is tried again as soon as the quota changes.';

function pendingText(remedy: Remedy, ground: KnownGround, migration: VirtualMachineInstanceMigration): string[] {
  switch (remedy.kind) {
    case 'raise-quota':
      if (isEditRefused(remedy, ground)) return [];
      return [`${remedy.text} ${isRejectedByQuota(migration) ? TRIED_AT_ONCE : TRIED_AGAIN}`];
    case 'lower-ratio':
      return [
        `Without aborting it: ${lowerFirst(remedy.text)} ${TRIED_AGAIN} Its scale-up stays as it is, so a lower ratio can let it in, and a higher one cannot.`,
      ];
    case 'free-room':
    case 'enable-scaling':
    case 'set-container-limits':
    case 'add-limit-range':
      return [`${remedy.text} ${TRIED_AGAIN}`];
    default:
      return remedy satisfies never;
  }
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

/** Harvester 1.9 reckons a compensation at events of the migration alone, and misses the moment where several compete. */
function wakingTexts(
  { objects }: NamespaceDiagnosis,
  { cluster }: KnownGround,
  { migration, forecast }: Pending,
): string[] {
  const compensates = cluster.harvester?.release.scaling === 'base-plus-deltas-and-compensation';
  if (isHopeless(forecast)) return [];
  if (!compensates) {
    return [
      'Look again in a minute: in a lucky order it gets in once others have settled, and in another it does not.',
    ];
  }
  return [
    'If it is still pending after a minute, wake Harvester, which looks at a pending migration only at an event of it.',
    kubectl('-n', objects.name, 'annotate', KIND, migration.metadata.name, 'touched=1', '--overwrite'),
  ];
}

/** Short for virtualmachineinstancemigration. */
const KIND = 'vmim';

/** Harvester's own action does not abort a migration that has no target pod yet. */
function deletion({ objects }: NamespaceDiagnosis, migrations: readonly VirtualMachineInstanceMigration[]): string {
  return kubectl('-n', objects.name, 'delete', KIND, ...migrations.map(({ metadata }) => metadata.name));
}
