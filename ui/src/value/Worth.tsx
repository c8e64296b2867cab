import type { PurchaseWorth, Worth as Told } from '../../../src/domain/value.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import panel from '../kit/panel.module.css';
import { segmentColour } from '../kit/palette.js';
import { prose } from '../kit/prose.js';
import { Section, Stat } from '../kit/Section.js';
import { SegmentLink } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import { Lines } from './Lines.js';
import { Staying } from './Staying.js';
import { trialNote } from './trial.js';
import css from './value.module.css';

/** What everyone will be worth: on the whole, by segment, how far to trust it, and what happened when it was tried. */
export function Worth({ worth }: { readonly worth: Told | undefined }) {
  if (!worth) return null;
  if (worth.kind === 'subscriptions') return <Staying worth={worth} />;
  if (worth.kind === 'purchases') return <Bought worth={worth} />;
  return (
    <Section id="worth" title="What they will be worth" lead="This data cannot tell.">
      <Sentences of={worth.why} />
    </Section>
  );
}

/** What is said of how it came to be, and what to bear in mind. */
export function Sentences({ of }: { readonly of: readonly string[] }) {
  return (
    <ul className={panel.sentences}>
      {of.map((sentence) => (
        <li key={sentence}>{prose(sentence)}</li>
      ))}
    </ul>
  );
}

function Bought({ worth }: { readonly worth: PurchaseWorth }) {
  const f = useFormats();
  const keys = useSegments();
  const { all, segments, horizonDays, level, heldOut, by } = worth;
  const money = all.value !== undefined;
  const amount = money ? f.compactMoney : f.compact;
  const tried = heldOut && trialNote(heldOut, f);
  const sumOf = (one: PurchaseWorth['all']) => one.value ?? one.purchases;
  const rows = keys.flatMap((key) => {
    const one = segments[key.index];
    return one ? [{ key, one }] : [];
  }).sort((a, b) => b.one.share - a.one.share);
  const most = Math.max(1e-9, ...rows.map(({ one }) => one.interval[1]));
  const end = heldOut?.curve.at(-1);
  return (
    <Section
      id="worth"
      image
      table={{
        columns: ['segment', 'name', 'entities', 'still_there', 'purchases', 'value', 'low', 'high', 'share', 'spent_so_far'],
        rows: () => rows.map(({ key, one }) => [one.segment, key.name, one.entities, one.alive, one.purchases, one.value, one.interval[0], one.interval[1], one.share, one.spent]),
      }}
      title={`What they will be worth within ${f.count(horizonDays)} days`}
      lead={`As of ${f.date(worth.asOf)}, from how often, how long and until when each of them has bought${money ? ', and for how much' : ''}. Money later counts less: ${f.percent(worth.monthlyDiscount)} a month.`}
    >
      <div className={css.worth}>
        <div className={panel.panel}>
          <h3 className={panel.title}>Everyone who is known today</h3>
          <dl className={panel.figures}>
            {money ? <Stat label="Worth" value={amount(all.value)} note={`${amount(all.interval[0])} to ${amount(all.interval[1])} (${f.percent(level)})`} /> : null}
            <Stat label="Days with a purchase" value={f.count(all.purchases)} note={money ? undefined : `${amount(all.interval[0])} to ${amount(all.interval[1])} (${f.percent(level)})`} />
            {all.alive === undefined ? null : <Stat label="Still there" value={f.percent(all.alive / Math.max(1, all.entities))} note={`${f.count(all.alive)} of ${f.count(all.entities)}`} />}
            {tried ? <Stat label="When tried" value={tried.off} note={tried.of && `off in ${tried.of}`} /> : null}
          </dl>
          <p className={panel.soft}>{prose(worth.covers)}</p>
        </div>
        <div className={panel.panel}>
          <h3 className={panel.title}>By segment</h3>
          <ul className={panel.bars} aria-label="Worth by segment">
            {rows.map(({ key, one }) => (
              <li key={key.index}>
                <SegmentLink segment={key} />
                <Bar share={sumOf(one) / most} interval={[one.interval[0] / most, one.interval[1] / most]} colour={segmentColour(key.index)} />
                <span className={panel.number}>
                  {amount(sumOf(one))} · {f.percent(one.share)}
                </span>
              </li>
            ))}
          </ul>
          <p className={panel.soft}>
            The strokes hold the sum in {f.percent(level)} of cases. The shares are of what is to come; {rows.some(({ one }) => one.spent) ? 'what each brought so far stands with the segment.' : 'not of what was.'}
          </p>
        </div>
        {heldOut && end ? (
          <div className={panel.panel}>
            <h3 className={panel.title}>Did it come as it was told?</h3>
            <Lines
              lines={[
                { name: 'happened', colour: 'var(--ink)', points: [{ x: 0, y: 0 }, ...heldOut.curve.map(({ day, happened }) => ({ x: day, y: happened }))] },
                { name: 'expected', colour: 'var(--accent)', dashed: true, points: [{ x: 0, y: 0 }, ...heldOut.curve.map(({ day, expected }) => ({ x: day, y: expected }))] },
              ]}
              right={end.day} top={Math.max(end.expected, end.happened)} formatX={(x) => f.count(Math.round(x))} formatY={f.compact}
              across={`days after ${f.date(heldOut.cut)}`} up="days with a purchase, added up, of those known then"
              label={`After ${f.count(end.day)} days ${f.count(end.expected)} days with a purchase were expected and ${f.count(end.happened)} had happened`}
            />
            <ul className={css.legend}>
              <li>
                <i aria-hidden="true" /> what happened
              </li>
              <li>
                <i data-dashed="true" style={{ color: 'var(--accent)' }} aria-hidden="true" /> what was told before
              </li>
            </ul>
          </div>
        ) : null}
        <div className={panel.panel}>
          <h3 className={panel.title}>How far to trust it</h3>
          <Sentences of={[worth.trial, ...worth.why]} />
        </div>
      </div>
      {worth.notes.length > 0 || by === 'rate' ? (
        <ul className={panel.limits} aria-label="Worth: limits">
          {by === 'rate' ? <li>The model did worse than the naive rate when it was tried, so the naive rate is what is told here: everyone as often as so far, nobody comes back who came once.</li> : null}
          {worth.notes.map((note) => (
            <li key={note}>{prose(note)}</li>
          ))}
        </ul>
      ) : null}
    </Section>
  );
}
