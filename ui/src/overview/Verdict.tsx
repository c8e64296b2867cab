import type { Report } from '../../../src/domain/report.js';
import type { Choice } from '../../../src/domain/choice.js';
import type { SegmentStability } from '../../../src/domain/segment.js';
import { pairedGroups, testedGroups } from '../choose/tested.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import css from './overview.module.css';

/** Mean bootstrap Jaccard from which a segment counts as steady (Hennig 2007). */
const STEADY = 0.75;

interface VerdictProps {
  readonly choice: Choice;
  readonly stabilities: readonly SegmentStability[];
  readonly steadiness: Report['steadiness'];
}

interface VerdictWordsProps extends VerdictProps {
  readonly choiceHref: string;
}

/** Proven segments or not, said first and plainly, and how sure that is. */
export function Verdict({ choice, stabilities, steadiness, choiceHref }: VerdictWordsProps) {
  const proven = choice.verdict === 'segments';
  const f = useFormats();
  /** Something is proven, but it is not what is shown. */
  const otherwise = !proven && (choice.asked?.proven ?? 1) > 1;
  const shaky = stabilities.filter((s) => s.jaccard < STEADY).length;
  return (
    <div className={css.verdict} data-proven={proven}>
      <div className={css.verdictWords}>
        <p className={css.verdictBadge}>
          <Icon name={proven ? 'check' : 'wave'} />
          {proven ? 'Proven segments' : otherwise ? 'As asked, not as proven' : 'No proven structure'}
        </p>
        <p className={css.verdictText}>
          {proven
            ? 'These groups came out again in data that was held back, and the crowd thins out between them. They are there; they were not made by cutting.'
            : otherwise
            ? `What was asked for (${choice.asked!.title}) gives other segments than the ${f.count(choice.asked!.proven)} that are proven: a view of the same people, useful where it helps.`
            : 'No separate groups could be proven. What follows is a convenience partition: useful slices of one continuum, whose borders could as well lie elsewhere.'}{' '}
          {proven && shaky > 0 ? caution(shaky, stabilities.length) : ''}
          <a href={choiceHref}>How this was decided</a>
        </p>
      </div>
      <HowSure choice={choice} stabilities={stabilities} steadiness={steadiness} />
    </div>
  );
}

function caution(shaky: number, all: number): string {
  if (shaky === all) return 'But none of them is steady when the sample changes: treat their borders as soft. ';
  return `But ${shaky} of the ${all} ${shaky === 1 ? 'is' : 'are'} not steady when the sample changes: lean on the others. `;
}

function HowSure({ choice, stabilities, steadiness }: VerdictProps) {
  const f = useFormats();
  const tested = testedGroups(choice);
  const strength = choice.candidates.find((c) => c.k === tested)?.predictionStrength;
  const paired = pairedGroups(choice);
  const steady = stabilities.filter((s) => s.jaccard >= STEADY).length;
  const again = steadiness ? `. Found anew from another start the groups agree to ${f.percent(steadiness.seeds.mean)}, on half of the data to ${f.percent(steadiness.subsamples.mean)}` : '';
  const mean = stabilities.reduce((sum, s) => sum + s.jaccard, 0) / (stabilities.length || 1);
  return (
    <dl className={css.sure}>
      {strength === undefined ? null : (
        <Gauge label="Found again in held-back data" share={strength} tick={choice.strengthThreshold} note={`${f.percent(strength)} agreement with ${f.count(tested)} groups; at least ${f.percent(choice.strengthThreshold)} is asked for`} />
      )}
      <Gauge
        label="Truly apart from their neighbours"
        share={choice.modalGroups / Math.max(1, paired)}
        note={`Of ${f.count(paired)} ${paired === 1 ? 'group' : 'groups'} tested, ${f.count(choice.modalGroups)} ${choice.modalGroups === 1 ? 'remains' : 'remain'} once neighbours without a gap are joined`}
      />
      {stabilities.length === 0 ? null : (
        <Gauge label="Steady when the sample changes" share={mean} tick={STEADY} colour={mean < STEADY ? 'var(--warn)' : undefined} note={`${f.percent(mean)} overlap on average; ${steady} of ${stabilities.length} ${steady === 1 ? 'is' : 'are'} steady (${f.percent(STEADY)} or more)${again}`} />
      )}
    </dl>
  );
}

interface GaugeProps {
  readonly label: string;
  readonly share: number;
  readonly tick?: number;
  readonly note: string;
  readonly colour?: string;
}

function Gauge({ label, share, tick, note, colour = 'var(--verdict)' }: GaugeProps) {
  return (
    <div>
      <dt className={css.gaugeLabel}>{label}</dt>
      <dd>
        <Bar share={share} tick={tick} height={8} colour={colour} />
        <span className={css.gaugeNote}>{note}</span>
      </dd>
    </div>
  );
}
