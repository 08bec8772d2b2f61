import type { Forecast, QuotaChange, Remedy } from '../forecast/forecast.ts';
import { remedyContext } from '../forecast/forecast-migrations.ts';
import type { KnownGround } from '../forecast/forecast-set.ts';
import { wordedRemedy } from '../forecast/remedy-text.ts';
import { isHopeless } from '../forecast/verdict-of.ts';
import { isLiveMigratable, type NamespaceDiagnosis, namespaceItself } from './diagnosis.ts';
import type { Observation } from './finding.ts';
import { counted, splitMessage } from './words.ts';

/** VMs that no migration is under way of, and whose next migration, or the one after it, their quotas will not let in. */
export function vmsThatCannotMigrate(diagnosis: NamespaceDiagnosis): readonly Observation[] {
  const { ground } = diagnosis;
  if (ground === undefined) return [];
  const resting = restingForecasts(diagnosis, ground);
  const later = resting.filter(({ verdict, next }) => verdict !== 'exceeds' && next === 'exceeds');
  return [
    ...summedUp(diagnosis, ground, resting.filter(isHopeless), 'now'),
    ...summedUp(diagnosis, ground, later, 'later'),
  ];
}

/** Of those that no migration is under way of, and that only a quota can keep from migrating. */
export function restingForecasts({ forecasts }: NamespaceDiagnosis, ground: KnownGround): readonly Forecast[] {
  const busy = new Set(ground.namespace.underWay.map(({ spec }) => spec.vmiName));
  return [...forecasts.values()].filter(({ vmi, cause }) => {
    const found = ground.namespace.vmis.get(vmi);
    return !busy.has(vmi) && cause === undefined && found !== undefined && isLiveMigratable(found);
  });
}

function summedUp(
  diagnosis: NamespaceDiagnosis,
  ground: KnownGround,
  forecasts: readonly Forecast[],
  when: 'now' | 'later',
): Observation[] {
  const [first] = forecasts;
  if (first === undefined) return [];
  const others = ground.namespace.vmis.size > 1 ? [LENT_ROOM] : [];
  return [
    {
      severity: when === 'now' ? 'error' : 'warning',
      subject: namespaceItself(diagnosis),
      summary: summaryOf(forecasts, when),
      evidence: [
        ...(forecasts.length === 1 ? [] : [`The figures of ${first.vmi}, as an example:`]),
        ...figuresOf(first),
        ...others,
        when === 'now'
          ? 'Such a migration stays Pending, and with it the drain of a node or an upgrade that asks for it.'
          : 'The pod of the next migration is larger than the one that runs now, and afterwards it is the one that counts.',
      ],
      remedy: remediesOf(forecasts, diagnosis),
      affected: forecasts.map(({ message }) => splitMessage(message).first),
    },
  ];
}

const LENT_ROOM =
  'That is so for each by itself; migrations of other VMs at the same time may lend it room, which nobody can rely on.';

/** Those of the migration after the next one come last. */
function figuresOf({ message, verdict, quotas, next }: Forecast): readonly string[] {
  const { figures } = splitMessage(message);
  if (verdict !== 'fits' || next === undefined) return figures;
  return figures.map((line, index) => `${index < quotas.length ? 'The next one' : 'The one after it'}: ${line}`);
}

function summaryOf(forecasts: readonly Forecast[], when: 'now' | 'later'): string {
  const [first] = forecasts as [Forecast];
  if (forecasts.length === 1) return splitMessage(first.message).first;
  const vms = `${counted(forecasts.length, 'VM')} of namespace ${first.namespace}`;
  return when === 'now'
    ? `${vms} cannot migrate under the namespace's quotas.`
    : `${vms} can migrate once more, and never again after that.`;
}

/** Of quotas the largest figure that any of the VMs needs: it lets each of them migrate by itself. */
function remediesOf(forecasts: readonly Forecast[], diagnosis: NamespaceDiagnosis): readonly string[] {
  const remedies = forecasts.map((forecast) => forecast.remedies);
  const raises = remedies.flatMap((own) => own.filter((remedy) => remedy.kind === 'raise-quota'));
  const raised = raises.length === 0 ? [] : [raiseText(raises, forecasts, diagnosis)];
  const lowered = remedies.map((own) => own.find((remedy) => remedy.kind === 'lower-ratio'));
  return [...raised, ...ratioText(lowered), ...otherTexts(remedies.flat())];
}

type Raise = Extract<Remedy, { kind: 'raise-quota' }>;

function raiseText(raises: readonly Raise[], forecasts: readonly Forecast[], { prepared }: NamespaceDiagnosis): string {
  const largest = new Map<string, QuotaChange>();
  for (const change of raises.flatMap(({ changes }) => changes)) {
    const key = `${change.where} ${change.quota} ${change.resource}`;
    const other = largest.get(key);
    if (other === undefined || change.to.exceeds(other.to)) largest.set(key, change);
  }
  const { text } = wordedRemedy({ kind: 'raise-quota', changes: [...largest.values()] }, remedyContext(prepared));
  if (forecasts.length === 1) return text;
  const all = raises.length === forecasts.length ? 'each of them' : `each of ${raises.length} of them`;
  return `${text} That lets ${all} migrate as things stand now; pods that grow with each migration may need more.`;
}

/** A ratio helps all of them where it helps each. */
function ratioText(lowered: readonly (Remedy | undefined)[]): string[] {
  const all = lowered.filter((remedy) => remedy?.kind === 'lower-ratio');
  if (all.length < lowered.length) return [];
  const [least] = all.toSorted((one, other) => Number(one.ratio) - Number(other.ratio));
  return least === undefined ? [] : [least.text];
}

function otherTexts(remedies: readonly Remedy[]): string[] {
  const others = remedies.filter(
    ({ kind }) => kind !== 'raise-quota' && kind !== 'lower-ratio' && kind !== 'free-room',
  );
  return [...new Set(others.map(({ text }) => text))];
}
