import { Checkbox } from '@mantine/core';
import type { SegmentRow } from '../../../src/server/contract/segments.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import { Hidden } from '../kit/Hidden.js';
import { Icon } from '../kit/Icon.js';
import { segmentColour } from '../kit/palette.js';
import { Sparkline } from '../kit/Sparkline.js';
import css from './list.module.css';
import { OriginMark, originWords } from './OriginMark.js';
import { changeOf, type Order, type SortKey } from './order.js';
import { steadiness, toneColour } from './steadiness.js';

interface SegmentListProps {
  readonly rows: readonly SegmentRow[];
  readonly order: Order;
  onOrder(order: Order): void;
  /** Address of a segment's page. */
  readonly link: (id: string) => string;
  readonly chosen: ReadonlySet<string>;
  onChoose(chosen: ReadonlySet<string>): void;
}

/** Segments as a table: size, value, trend, steadiness, freshness; sorted by pressing a heading. On narrow screens each row is a card. */
export function SegmentList({ rows, order, onOrder, link, chosen, onChoose }: SegmentListProps) {
  const f = useFormats();
  const head = { order, onOrder };
  const largest = Math.max(0.01, ...rows.flatMap((row) => [row.share, row.revenueShare ?? 0]));
  const withValue = rows.some((row) => row.revenue !== undefined);
  return (
    <table className={css.list}>
      <caption>
        <Hidden>Segments</Hidden>
      </caption>
      <thead>
        <tr>
          <td />
          <Head by="name" text="Segment" {...head} />
          <Head by="size" text={`Share of ${f.many}`} {...head} falling />
          {withValue ? <Head by="value" text="Share of revenue" {...head} falling /> : null}
          <Head by="change" text="Trend" {...head} falling />
          <Head by="stability" text="Steadiness" {...head} falling />
          <Head by="fresh" text="As of" {...head} falling />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} row={row} href={link(row.id)} largest={largest} withValue={withValue} chosen={chosen.has(row.id)} onChoose={(on) => onChoose(toggled(chosen, row.id, on))} />
        ))}
      </tbody>
    </table>
  );
}

function toggled(set: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (on) next.add(id);
  else next.delete(id);
  return next;
}

interface HeadProps {
  readonly by: SortKey;
  readonly text: string;
  readonly order: Order;
  onOrder(order: Order): void;
  /** The first press sorts from high to low. */
  readonly falling?: boolean;
}

function Head({ by, text, order, onOrder, falling = false }: HeadProps) {
  const sorted = order.by === by;
  return (
    <th scope="col" aria-sort={sorted ? (order.descending ? 'descending' : 'ascending') : undefined}>
      <button type="button" className={css.sort} data-sorted={sorted} onClick={() => onOrder({ by, descending: sorted ? !order.descending : falling })}>
        {text}
        <Icon name={sorted && !order.descending ? 'up' : 'down'} size={13} />
      </button>
    </th>
  );
}

interface RowProps {
  readonly row: SegmentRow;
  readonly href: string;
  readonly largest: number;
  readonly withValue: boolean;
  readonly chosen: boolean;
  onChoose(on: boolean): void;
}

function Row({ row, href, largest, withValue, chosen, onChoose }: RowProps) {
  const f = useFormats();
  const colour = segmentColour(row.segment ?? -1);
  const steady = row.stability === undefined ? undefined : steadiness(row.stability);
  return (
    <tr data-chosen={chosen}>
      <td className={css.choose}>
        <Checkbox size="xs" checked={chosen} onChange={(event) => onChoose(event.currentTarget.checked)} aria-label={`Choose ${row.name}`} />
      </td>
      <th scope="row">
        <a href={href} className={css.name}>
          <OriginMark row={row} />
          <span>{row.name}</span>
        </a>
        <span className={css.sub}>
          {originWords(row.origin)}
          {row.goal ? `, ${row.goal}` : ''}
        </span>
      </th>
      <td data-label={`Share of ${f.many}`}>
        <Measure share={row.share} of={largest} colour={colour} note={f.count(row.entities)} />
      </td>
      {withValue ? (
        <td data-label="Share of revenue">{row.revenueShare === undefined ? <span className={css.sub}>not known</span> : <Measure share={row.revenueShare} of={largest} colour="var(--neutral-bar)" note={f.compactMoney(row.revenue)} />}</td>
      ) : null}
      <td data-label="Trend">
        <Trend row={row} />
      </td>
      <td data-label="Steadiness">
        {steady ? (
          <>
            <span className={css.tone} style={{ background: toneColour(steady.tone) }} />
            {f.percent(row.stability)}
            <span className={css.sub}>{steady.word}</span>
          </>
        ) : (
          <span className={css.sub}>exact: by rule</span>
        )}
      </td>
      <td data-label="As of">
        <span className={css.date}>{row.asOf > 0 ? f.date(row.asOf) : 'no dates'}</span>
      </td>
    </tr>
  );
}

function Measure({ share, of, colour, note }: { readonly share: number; readonly of: number; readonly colour: string; readonly note: string }) {
  const f = useFormats();
  return (
    <>
      <Bar share={share / of} colour={colour} height={6} />
      <span className={css.numbers}>
        {f.percent(share)} <span>{note}</span>
      </span>
    </>
  );
}

function Trend({ row }: { readonly row: SegmentRow }) {
  const f = useFormats();
  const change = changeOf(row);
  const sizes = row.trend.map((t) => t.entities);
  if (sizes.length < 2) return <span className={css.sub}>first run</span>;
  const moved = row.entered !== undefined && row.left !== undefined ? `${f.count(row.entered)} in, ${f.count(row.left)} out` : undefined;
  return (
    <div className={css.trend}>
      <Sparkline values={sizes} width={64} label={`Size over ${sizes.length} runs: ${sizes.map((n) => f.count(n)).join(', ')}`} />
      <span>
        {change === undefined ? '' : `${change > 0 ? '+' : ''}${f.percent(change)}`}
        {moved ? <span className={css.sub}>{moved}</span> : null}
      </span>
    </div>
  );
}
