import type { ReactNode } from 'react';
import type { Candidate, PredictionStory } from '../../../src/domain/prediction.js';
import { Bar } from '../kit/Bar.js';
import { type Formats, useFormats } from '../kit/formats.js';
import { capital, prose } from '../kit/prose.js';
import { Scroller, Section } from '../kit/Section.js';
import { SegmentLink } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import type { ExportTable } from '../kit/table-files.js';
import panel from '../kit/panel.module.css';
import table from '../kit/table.module.css';
import { Curve } from './Curve.js';
import css from './predict.module.css';

/** One target: the question, what is expected of everyone, how well the model did, and what it goes by. */
export function Target({ target, choosing }: { readonly target: PredictionStory; readonly choosing?: ReactNode }) {
  const { card, name } = target;
  return (
    <Section id={`predict-${name}`} image table={countsOf(target)} title={prose(card.question)} lead={card.reason ? prose(card.reason) : undefined}>
      <div className={css.target}>
        <div className={panel.panel}>
          <h3 className={panel.title}>What is expected</h3>
          <Counts target={target} />
        </div>
        <div className={panel.panel}>
          <h3 className={panel.title}>How far to trust it</h3>
          <ul className={panel.sentences}>
            {card.result.map((sentence) => (
              <li key={sentence}>{prose(sentence)}</li>
            ))}
          </ul>
        </div>
        {choosing}
        <Curves target={target} />
        <Segments target={target} />
        <Importance target={target} />
        <Tried target={target} />
      </div>
      <Card target={target} />
    </Section>
  );
}

function countsOf({ counts }: PredictionStory): ExportTable {
  return { columns: ['answer', 'entities'], rows: () => counts.map(({ of, entities }) => [of, entities]) };
}

function Counts({ target: { counts, unasked, task, segments } }: { readonly target: PredictionStory }) {
  const f = useFormats();
  const all = counts.reduce((sum, { entities }) => sum + entities, 0) + unasked;
  const most = Math.max(1, ...counts.map(({ entities }) => entities));
  if (task === 'regression') return <p className={panel.soft}>A number for each of the {f.many}; see it on the map, in lists and in rules. Its mean differs by segment from {f.number(Math.min(...known(segments)))} to {f.number(Math.max(...known(segments)))}.</p>;
  return (
    <ul className={panel.bars}>
      {counts.map(({ of, entities }) => (
        <li key={of}>
          <span>{capital(of)}</span>
          <Bar share={entities / most} />
          <span className={panel.number}>
            {f.count(entities)} · {f.percent(entities / Math.max(1, all))}
          </span>
        </li>
      ))}
      {unasked > 0 ? (
        <li>
          <span className={panel.soft}>Not asked about: lapsed already</span>
          <Bar share={unasked / most} colour="var(--neutral-bar)" />
          <span className={panel.number}>
            {f.count(unasked)} · {f.percent(unasked / Math.max(1, all))}
          </span>
        </li>
      ) : null}
    </ul>
  );
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value): value is number => value !== null);

function Curves({ target: { evaluation } }: { readonly target: PredictionStory }) {
  const f = useFormats();
  if (evaluation.task !== 'binary') return null;
  const { calibration, gain, rate, roc, precisionRecall, scores } = evaluation;
  const tenth = gain.find(({ share }) => share >= 0.1);
  return (
    <>
      <div className={panel.panel}>
        <h3 className={panel.title}>Does it happen as often as it says?</h3>
        <Curve
          points={calibration.map((bin) => ({ x: bin.predicted, y: bin.observed.value, low: bin.observed.low, high: bin.observed.high, title: `${f.count(bin.rows)} rows: ${f.percent(bin.predicted)} said, ${f.percent(bin.observed.value)} happened` }))}
          across="chance that was said" up="how often it happened"
          label={`Calibration on later data: ${calibration.map((bin) => `${f.percent(bin.predicted)} said, ${f.percent(bin.observed.value)} happened`).join('; ')}`}
        />
        <p className={panel.soft}>On the line, chances are true. The strokes hold the real share in 95 of 100 cases.</p>
      </div>
      <div className={panel.panel}>
        <h3 className={panel.title}>How many are reached by asking only some?</h3>
        <Curve
          points={[{ x: 0, y: 0, title: 'nobody' }, ...gain.map((point) => ({ x: point.share, y: point.captured, title: `the likeliest ${f.percent(point.share)} hold ${f.percent(point.captured)} of them: ${f.number(point.lift, 1)} times as many as chance` }))]}
          across="share that is asked, the likeliest first" up="share of those who do"
          label={`Gain: ${gain.map((point) => `the likeliest ${f.percent(point.share)} hold ${f.percent(point.captured)}`).join('; ')}`}
        />
        <p className={panel.soft}>
          {tenth ? `The likeliest tenth holds ${f.percent(tenth.captured)} of those who do; by chance it would be 10 %. ` : ''}In the trial, {f.percent(rate.value)} did.
        </p>
      </div>
      {scores.auc && scores.averagePrecision ? (
        <>
          <div className={panel.panel}>
            <h3 className={panel.title}>How well does it tell them apart? (ROC)</h3>
            <Curve
              points={roc.map(({ x, y, threshold }) => ({ x, y, title: `${threshold === undefined ? '' : `from ${f.percent(threshold)} on: `}${f.percent(y)} of those who do, ${f.percent(x)} of those who do not` }))}
              dots={false} across="share of those who do not" up="share of those who do"
              label={`ROC curve: area ${f.fixed(scores.auc.value, 3)}, from ${f.fixed(scores.auc.low, 3)} to ${f.fixed(scores.auc.high, 3)}`}
            />
            <p className={panel.soft}>
              Area {f.fixed(scores.auc.value, 3)} ({f.fixed(scores.auc.low, 3)} to {f.fixed(scores.auc.high, 3)}): of one who does and one who does not, it puts the first one higher so often. The dashed line is chance.
            </p>
          </div>
          <div className={panel.panel}>
            <h3 className={panel.title}>How many of those it names will? (precision and recall)</h3>
            <Curve
              points={precisionRecall.map(({ x, y, threshold }) => ({ x, y, title: `${threshold === undefined ? '' : `from ${f.percent(threshold)} on: `}${f.percent(y)} of those named do, and ${f.percent(x)} of those who do are named` }))}
              dots={false} chance={rate.value} across="share of those who do that is named" up="share of those named who do"
              label={`Precision and recall: average precision ${f.fixed(scores.averagePrecision.value, 3)}; ${f.percent(rate.value)} by chance`}
            />
            <p className={panel.soft}>
              Average precision {f.fixed(scores.averagePrecision.value, 3)} ({f.fixed(scores.averagePrecision.low, 3)} to {f.fixed(scores.averagePrecision.high, 3)}). The dashed line is naming anybody: {f.percent(rate.value)}.
            </p>
          </div>
        </>
      ) : null}
    </>
  );
}

function Segments({ target }: { readonly target: PredictionStory }) {
  const f = useFormats();
  const keys = useSegments();
  const rows = keys.flatMap((key) => {
    const mean = target.segments[key.index];
    return mean === null || mean === undefined ? [] : [{ key, mean }];
  }).sort((a, b) => b.mean - a.mean);
  if (rows.length < 2) return null;
  const most = Math.max(...rows.map(({ mean }) => mean), 1e-9);
  return (
    <div className={panel.panel}>
      <h3 className={panel.title}>By segment, on average</h3>
      <ul className={panel.bars}>
        {rows.map(({ key, mean }) => (
          <li key={key.index}>
            <SegmentLink segment={key} />
            <Bar share={mean / most} />
            <span className={panel.number}>{said(mean, target, f)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const said = (mean: number, { task, target }: PredictionStory, f: Formats): string => (task === 'binary' ? f.percent(mean) : 'amount' in target ? f.money(mean) : f.number(mean));

function Importance({ target: { card: { importance } } }: { readonly target: PredictionStory }) {
  const f = useFormats();
  if (importance.length === 0) return null;
  const shown = importance.slice(0, 8);
  const most = Math.max(...shown.map(({ value }) => value), 1e-9);
  return (
    <div className={panel.panel}>
      <h3 className={panel.title}>What it goes by</h3>
      <ul className={panel.bars}>
        {shown.map(({ input, title, value }) => (
          <li key={input}>
            <span>{title}</span>
            <Bar share={value / most} colour="var(--neutral-bar)" />
            <span className={panel.number}>{f.fixed(value, 2)}</span>
          </li>
        ))}
      </ul>
      <p className={panel.soft}>How far each moves the answer on average (mean size of its Shapley values). It says what the model uses, not what causes what.</p>
    </div>
  );
}

function Tried({ target: { candidates } }: { readonly target: PredictionStory }) {
  const f = useFormats();
  if (candidates.length < 2) return null;
  return (
    <div className={panel.panel}>
      <h3 className={panel.title}>Ways that were tried</h3>
      <Scroller label="Ways that were tried">
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Way</th>
              <th scope="col">{capital(candidates[0].score)}, held out</th>
            </tr>
          </thead>
          <tbody>
            {candidates.map((one, i) => (
              <tr key={`${one.predictor} ${i}`} data-chosen={one.chosen}>
                <th scope="row">
                  {one.title}
                  {one.chosen ? <span className={css.chosen}> chosen</span> : null}
                  {settingOf(one, candidates) ? <span className={css.setting}>{settingOf(one, candidates)}</span> : null}
                </th>
                <td className={panel.number}>
                  {f.fixed(one.mean, 4)} ± {f.fixed(one.error, 4)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      <p className={panel.soft}>Of those that are as good within one standard error, the simplest is chosen.</p>
    </div>
  );
}

/** What sets a way apart from others of the same kind. */
function settingOf({ predictor, options }: Candidate, candidates: readonly Candidate[]): string {
  const of = (one: Candidate) => (one.options ?? {}) as Readonly<Record<string, unknown>>;
  const alike = candidates.filter((one) => one.predictor === predictor);
  const own = (options ?? {}) as Readonly<Record<string, unknown>>;
  const differing = Object.keys(own).filter((key) => alike.some((one) => JSON.stringify(of(one)[key]) !== JSON.stringify(own[key])));
  return differing.map((key) => `${key.replaceAll(/([A-Z])/g, ' $1').toLowerCase()} ${String(own[key])}`).join(', ');
}

/** The model card: what it was made from, and where not to trust it. */
function Card({ target: { card, leftOut } }: { readonly target: PredictionStory }) {
  return (
    <>
      {card.limits.length > 0 ? (
        <ul className={panel.limits} aria-label="Limits">
          {card.limits.map((limit) => (
            <li key={limit}>{prose(limit)}</li>
          ))}
        </ul>
      ) : null}
      <details className={css.more}>
        <summary>What it was learnt from</summary>
        <ul className={panel.sentences}>
          {card.data.map((sentence) => (
            <li key={sentence}>{prose(sentence)}</li>
          ))}
          {leftOut.slice(0, 30).map((one) => (
            <li key={`${one.why} ${one.name}`}>{prose(one.sentence)}</li>
          ))}
        </ul>
      </details>
    </>
  );
}
