import { Button, Menu, Select } from '@mantine/core';
import { useState } from 'react';
import type { SegmentDetail } from '../../../src/server/contract/segments.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Scroller } from '../kit/Section.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { usePaths } from '../wire/runs.js';
import css from './detail.module.css';

const PAGE = 50;
const FORMATS = [['csv', 'CSV'], ['parquet', 'Parquet'], ['json', 'JSON']] as const;

/** Who is in a segment, a page at a time, and the whole list as a file. */
export function Members({ segment }: { readonly segment: SegmentDetail }) {
  const f = useFormats();
  const to = usePaths();
  const { client } = useWire();
  const [offset, setOffset] = useState(0);
  const [sort, setSort] = useState('-strength');
  const { data, error, refetch, isPlaceholderData } = useAsk('GET /v1/segments/:segment/members', { params: { segment: segment.id }, query: { offset, limit: PAGE, sort } }, { keep: true });
  if (error) return <ProblemNote title="The members did not come." error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="the members"><Skeleton height={320} /></Loading>;
  if (data.total === 0) return <EmptyState title="Nobody is in it">In the run in use, no {f.one} fulfils this segment.</EmptyState>;
  const sorts = [{ value: '-strength', label: 'Most typical first' }, { value: 'strength', label: 'Nearest to the border first' }, ...data.columns.flatMap((c) => [{ value: `-${c.feature}`, label: `${c.title}, highest first` }, { value: c.feature, label: `${c.title}, lowest first` }])];
  return (
    <div className={css.members} aria-busy={isPlaceholderData}>
      <div className={css.memberTools}>
        <p aria-live="polite">
          <strong>{f.count(data.offset + 1)}</strong> to <strong>{f.count(Math.min(data.total, data.offset + data.rows.length))}</strong> of {f.count(data.total)} {f.many}
        </p>
        <Select aria-label="Order of the members" data={sorts} value={sort} onChange={(value) => { setSort(value ?? '-strength'); setOffset(0); }} allowDeselect={false} comboboxProps={{ keepMounted: false }} className={css.sorts} />
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" leftSection={<Icon name="download" size={16} />}>
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {FORMATS.map(([format, title]) => (
              <Menu.Item key={format} component="a" href={client.address('GET /v1/segments/:segment/export', { params: { segment: segment.id }, query: { format } })} download>
                {title}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
      <Scroller label="Members">
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{f.one}</th>
              <th scope="col">Strength</th>
              {data.columns.map((column) => (
                <th key={column.feature} scope="col">
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row) => (
              <tr key={row.row}>
                <th scope="row">
                  <a href={to(`entities/${encodeURIComponent(row.entity)}`)}>{row.entity}</a>
                </th>
                <td>{f.percent(row.strength)}</td>
                {row.values.map((value, i) => (
                  <td key={i}>{value.text}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      {data.total > PAGE ? (
        <div className={css.pager}>
          <Button variant="default" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))} leftSection={<Icon name="left" size={15} />}>
            Before
          </Button>
          <Button variant="default" disabled={offset + PAGE >= data.total} onClick={() => setOffset(offset + PAGE)} rightSection={<Icon name="right" size={15} />}>
            Next
          </Button>
        </div>
      ) : null}
    </div>
  );
}
