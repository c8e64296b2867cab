import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { GroupComparison } from '../../../src/domain/answer.js';
import type { SegmentRow } from '../../../src/server/contract/segments.js';
import { EffectBar } from '../explain/EffectBar.js';
import explain from '../explain/explain.module.css';
import { Exportable } from '../kit/Exportable.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { segmentColour } from '../kit/palette.js';
import { capital, prose } from '../kit/prose.js';
import { Stat } from '../kit/Section.js';
import type { ExportTable } from '../kit/table-files.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useWire } from '../wire/client.js';
import { type ShownRun, useAskedRun, usePaths } from '../wire/runs.js';
import { useSegmentRows, versusQuestion } from '../wire/segments.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import css from './compare.module.css';
import detail from './detail.module.css';
import { OriginMark, originWords } from './OriginMark.js';
import { steadiness } from './steadiness.js';

/** Two segments side by side: their numbers, their stories, and what tells them apart. */
export function CompareSegmentsPage() {
  const { segment = '', other = '' } = useParams({ strict: false });
  const to = usePaths();
  return (
    <Page
      title="Two segments compared"
      above={
        <a href={to('segments')} className={detail.back}>
          <Icon name="left" size={15} /> All segments
        </a>
      }
    >
      <RunFrame>{(shown) => <Compared a={segment} b={other} shown={shown} />}</RunFrame>
    </Page>
  );
}

function Compared({ a, b, shown }: { readonly a: string; readonly b: string; readonly shown: ShownRun }) {
  const to = usePaths();
  const navigate = useNavigate();
  const { data: rows, error } = useSegmentRows();
  const versus = useQuery(versusQuestion(useWire(), a, b, useAskedRun()));
  if (error) return <ProblemNote title="The segments did not come." error={error} />;
  if (!rows) return <Loading what="the segments" />;
  const pair = [a, b].map((id) => rows.find((row) => row.id === id));
  const [first, second] = pair;
  if (!first || !second)
    return (
      <EmptyState title="One of them is not here" action={<a href={to('segments')}>Choose two from the list</a>}>
        The address names the segments “{a}” and “{b}”; one of them was removed or belongs to another workspace.
      </EmptyState>
    );
  const go = (ids: readonly [string, string]) => void navigate({ href: to(`segments/${encodeURIComponent(ids[0])}/versus/${encodeURIComponent(ids[1])}`) });
  return (
    <div className={css.whole}>
      <div className={css.sides}>
        <Side row={first} rows={rows} shown={shown} onChange={(id) => go([id, b])} label="First segment" />
        <Side row={second} rows={rows} shown={shown} onChange={(id) => go([a, id])} label="Second segment" />
      </div>
      <section aria-label="What tells them apart">
        {versus.error ? (
          <ProblemNote error={versus.error} onRetry={() => void versus.refetch()} />
        ) : versus.data ? (
          <Exportable title={`${first.name} and ${second.name}`} table={tableOf(versus.data)} head={<h2 className={css.partTitle}>What tells them apart</h2>}>
            <Differences comparison={versus.data} first={first} second={second} />
          </Exportable>
        ) : (
          <Skeleton height={320} />
        )}
      </section>
    </div>
  );
}

interface SideProps {
  readonly row: SegmentRow;
  readonly rows: readonly SegmentRow[];
  readonly shown: ShownRun;
  readonly label: string;
  onChange(id: string): void;
}

function Side({ row, rows, shown, label, onChange }: SideProps) {
  const f = useFormats();
  const to = usePaths();
  const profile = shown.report.segments.find((s) => s.id === row.id);
  return (
    <article className={css.side} style={{ borderTopColor: colourOf(row) }}>
      <header className={css.sideHead}>
        <OriginMark row={row} size={28} />
        <h2>
          <a href={to(`segments/${encodeURIComponent(row.id)}`)}>{row.name}</a>
        </h2>
      </header>
      <Select aria-label={label} data={rows.map((r) => ({ value: r.id, label: r.name }))} value={row.id} onChange={(id) => id && onChange(id)} searchable allowDeselect={false} maxDropdownHeight={320} comboboxProps={{ keepMounted: false }} />
      <dl className={css.numbers}>
        <Stat label={f.many} value={f.count(row.entities)} note={f.percent(row.share)} />
        {row.revenue === undefined ? null : <Stat label="Revenue" value={f.compactMoney(row.revenue)} note={f.percent(row.revenueShare)} />}
        {row.revenue === undefined || row.entities === 0 ? null : <Stat label={`Per ${f.one}`} value={f.money(row.revenue / row.entities)} />}
        {row.stability === undefined ? null : <Stat label="Found again" value={f.percent(row.stability)} note={steadiness(row.stability).word.toLowerCase()} />}
      </dl>
      <p className={css.story}>{profile ? prose(profile.narrative) : `A segment ${originWords(row.origin)}.`}</p>
      {profile ? (
        <p className={css.brief}>
          <strong>{capital(profile.brief.goal)}.</strong> {prose(profile.brief.reason)}
        </p>
      ) : null}
    </article>
  );
}

function tableOf({ names, features }: GroupComparison): ExportTable {
  return {
    columns: ['feature', 'title', names[0], names[1], 'effect', 'effect_low', 'effect_high', 'cliff'],
    rows: () => features.map(({ feature, title, a, b, effect, interval, cliff }) => [feature, title, a.value, b.value, effect, ...interval, cliff]),
  };
}

const colourOf = (row: SegmentRow): string => (row.segment === undefined ? 'var(--ink-faint)' : segmentColour(row.segment));

function Differences({ comparison, first, second }: { readonly comparison: GroupComparison; readonly first: SegmentRow; readonly second: SegmentRow }) {
  const f = useFormats();
  if (comparison.features.length === 0) return <p className={detail.quiet}>No feature differs between the two.</p>;
  const sizes = comparison.features.map((x) => Math.abs(x.effect)).filter(Number.isFinite).sort((p, q) => p - q);
  // A few giants would leave nothing of the others: the scale ends at the fourth fifth.
  const reach = Math.max(1, sizes[Math.floor(sizes.length * 0.8)] ?? 1);
  return (
    <table className={css.differences}>
      <caption className={css.caption}>
        Typical values in each, and by how many standard deviations they differ, with the 95 % interval. A bar to the left: more in {first.name}; to the right: more in {second.name}.
      </caption>
      <thead>
        <tr>
          <th scope="col">Feature</th>
          <th scope="col">
            <OriginMark row={first} size={20} /> <span>{first.name}</span>
          </th>
          <th scope="col">Difference</th>
          <th scope="col">
            <OriginMark row={second} size={20} /> <span>{second.name}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {comparison.features.map((x) => (
          <tr key={x.feature}>
            <th scope="row">{x.title}</th>
            <td data-more={x.effect > 0}>{prose(x.a.text)}</td>
            <td>
              <EffectBar effect={-x.effect} interval={[-x.interval[1], -x.interval[0]]} reach={reach} colour={colourOf(x.effect > 0 ? first : second)} />
              <span className={explain.traitEffect}>
                {f.fixed(Math.abs(x.effect), 1)} ({f.fixed(Math.min(...x.interval.map(Math.abs)), 1)} to {f.fixed(Math.max(...x.interval.map(Math.abs)), 1)})
              </span>
            </td>
            <td data-more={x.effect < 0}>{prose(x.b.text)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
