import type { StayingCurve, SubscriptionWorth } from '../../../src/domain/value.js';
import facts from '../kit/facts.module.css';
import { useFormats } from '../kit/formats.js';
import panel from '../kit/panel.module.css';
import { segmentColour } from '../kit/palette.js';
import { prose } from '../kit/prose.js';
import { Scroller, Section, Stat } from '../kit/Section.js';
import { SegmentLink } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import table from '../kit/table.module.css';
import { type Line, Lines } from './Lines.js';
import css from './value.module.css';
import { Sentences } from './Worth.js';

/** How long subscriptions last, by segment, and what raises the risk to end. */
export function Staying({ worth }: { readonly worth: SubscriptionWorth }) {
  const f = useFormats();
  const keys = useSegments();
  const { all, segments, time, horizon, risks } = worth;
  const rows = keys.flatMap((key) => {
    const one = segments[key.index];
    return one ? [{ key, one }] : [];
  });
  const lines = rows.map(({ key, one }): Line => ({ name: key.name, colour: segmentColour(key.index), points: curve(one) }));
  const right = Math.max(1, ...[all, ...rows.map(({ one }) => one)].map(({ points }) => points.at(-1)?.time ?? 0));
  return (
    <Section
      id="worth"
      image
      table={{ columns: ['segment', 'time', 'still_there', 'low', 'high', 'at_risk'], rows: () => rows.flatMap(({ key, one }) => one.points.map((p) => [key.name, p.time, p.share, p.low, p.high, p.atRisk])) }}
      title="How long they stay"
      lead={`Time is counted by ‘${time}’. Of those who are still there nobody knows the end; they count for as long as they were seen (Kaplan–Meier).`}
    >
      <div className={css.worth}>
        <div className={`${panel.panel} ${css.wide}`}>
          <h3 className={panel.title}>Who is still there, by segment</h3>
          <Lines
            lines={lines.length > 0 ? lines : [{ name: 'everyone', colour: 'var(--accent)', points: curve(all) }]} steps level={0.5} right={right} top={1} formatX={(x) => f.number(x)} formatY={f.percent}
            across={time} up="share that is still there"
            label={rows.map(({ key, one }) => `${key.name}: ${one.median === undefined ? 'more than half are still there at the end' : `half have left after ${f.number(one.median)}`}`).join('; ')}
          />
          <ul className={css.legend}>
            {rows.map(({ key }) => (
              <li key={key.index}>
                <SegmentLink segment={key} />
              </li>
            ))}
          </ul>
          <p className={panel.soft}>The bands hold the share in 95 of 100 cases. The dotted line is one half.</p>
        </div>
        <div className={`${panel.panel} ${css.wide}`}>
          <h3 className={panel.title}>By segment</h3>
          <Scroller label="How long they stay, by segment">
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">Segment</th>
                  <th scope="col">Left so far</th>
                  <th scope="col">Half have left after</th>
                  <th scope="col">Of those there, stay for {f.number(horizon)} more</th>
                  {all.value === undefined ? null : <th scope="col">Worth until then</th>}
                </tr>
              </thead>
              <tbody>
                {rows.map(({ key, one }) => (
                  <tr key={key.index}>
                    <th scope="row">
                      <SegmentLink segment={key} />
                    </th>
                    <td data-label="Left so far" className={table.number}>
                      {f.count(one.ends)} of {f.count(one.entities)}
                    </td>
                    <td data-label="Half have left after" className={table.number}>
                      {halfLife(one, f.number)}
                    </td>
                    <td data-label={`Stay for ${f.number(horizon)} more`} className={table.number}>
                      {f.percent(one.stays / Math.max(1, one.running))} · {f.count(one.stays)}
                    </td>
                    {all.value === undefined ? null : (
                      <td data-label="Worth until then" className={table.number}>
                        {f.compactMoney(one.value)}
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroller>
        </div>
        <div className={panel.panel}>
          <h3 className={panel.title}>Everyone</h3>
          <dl className={panel.figures}>
            <Stat label="Half have left after" value={halfLife(all, f.number)} />
            <Stat label={`Stay for ${f.number(horizon)} more`} value={f.percent(all.stays / Math.max(1, all.running))} note={`${f.count(all.stays)} of ${f.count(all.running)} who are there`} />
            {all.value === undefined ? null : <Stat label="Worth until then" value={f.compactMoney(all.value)} />}
          </dl>
          <Sentences of={worth.why} />
        </div>
        {risks.length > 0 ? (
          <div className={panel.panel}>
            <h3 className={panel.title}>What goes with leaving</h3>
            <dl className={facts.facts}>
              {risks.map(({ name, ratio, low, high }) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    × {f.fixed(ratio, 2)} ({f.fixed(low, 2)} to {f.fixed(high, 2)})
                  </dd>
                </div>
              ))}
            </dl>
            <p className={panel.soft}>By what factor the risk to leave rises with one more of it (Cox). It says what goes together, not what causes what.</p>
          </div>
        ) : null}
      </div>
      {worth.notes.length > 0 ? (
        <ul className={panel.limits} aria-label="How long they stay: limits">
          {worth.notes.map((note) => (
            <li key={note}>{prose(note)}</li>
          ))}
        </ul>
      ) : null}
    </Section>
  );
}

const curve = ({ points }: StayingCurve): Line['points'] => [{ x: 0, y: 1, low: 1, high: 1 }, ...points.map(({ time, share, low, high }) => ({ x: time, y: share, low, high }))];

function halfLife({ median, medianLow, medianHigh }: StayingCurve, number: (x: number) => string): string {
  if (median === undefined) return 'not yet';
  return `${number(median)} (${medianLow === undefined ? '?' : number(medianLow)} to ${medianHigh === undefined ? 'more' : number(medianHigh)})`;
}
