import { Button, MultiSelect } from '@mantine/core';
import { useState } from 'react';
import '@mantine/core/styles/Pill.css';
import '@mantine/core/styles/PillsInput.css';
import type { QueryOf } from '../../../src/server/contract/contract.js';
import { ExportMenu, FORMATS } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Empty } from '../kit/Section.js';
import { ProblemNote, Skeleton } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { useAskedRun } from '../wire/runs.js';
import css from './entity.module.css';
import { EntityTable, type Sort } from './EntityTable.js';

interface EntityListProps {
  /** Id of the segment; absent: everyone. */
  readonly segment?: string;
  /** Of the segment, for screen readers and the name of files. */
  readonly name: string;
  /** What can be shown of everybody. */
  readonly features: readonly { readonly name: string; readonly title: string }[];
}

const SIZE = 25;

/** A list of people, a page at a time, sorted and with the columns that one wants: list and count are of one run, which is named. */
export function EntityList({ segment, name, features }: EntityListProps) {
  const f = useFormats();
  const { client } = useWire();
  const [offset, setOffset] = useState(0);
  const [sort, setSort] = useState<Sort>();
  const [columns, setColumns] = useState<readonly string[]>();
  const run = useAskedRun();
  const order = sort && `${sort.descending ? '-' : ''}${sort.by}`;
  const query = { run, offset, limit: SIZE, sort: order, ...(columns && { columns: columns.join(',') }) };
  const members = useAsk('GET /v1/segments/:segment/members', { params: { segment: segment ?? '' }, query }, { keep: true, enabled: segment !== undefined });
  const everyone = useAsk('GET /v1/entities', { query }, { keep: true, enabled: segment === undefined });
  const { data, error, isPlaceholderData, refetch } = segment === undefined ? everyone : members;
  if (error) return <ProblemNote title="The list could not be made." error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={320} />;
  if (data.total === 0) return <Empty>Nobody is in here in this run.</Empty>;
  const hrefOf = (wanted: QueryOf<'GET /v1/exports/entities'>) =>
    segment === undefined ? client.address('GET /v1/exports/entities', { query: wanted }) : client.address('GET /v1/segments/:segment/export', { params: { segment }, query: wanted });
  const shown = columns ?? data.columns.map((column) => column.feature);
  const titles = new Map(features.map((feature) => [feature.name, feature.title]));
  const last = Math.min(data.total, data.offset + data.rows.length);
  return (
    <div className={css.list}>
      <div className={css.listTools}>
        <MultiSelect
          className={css.columns}
          label="Columns"
          size="sm"
          searchable
          hidePickedOptions
          maxValues={12}
          limit={80}
          maxDropdownHeight={280}
          comboboxProps={{ keepMounted: false }}
          data={[...new Map([...shown.map((column) => [column, titles.get(column) ?? column] as const), ...titles]).entries()].map(([value, label]) => ({ value, label }))}
          value={[...shown]}
          onChange={(next) => {
            setColumns(next);
            if (sort && sort.by !== 'entity' && sort.by !== 'strength' && !next.includes(sort.by)) setSort(undefined);
          }}
        />
        <ExportMenu title={name} files={FORMATS.map((format) => ({ format, href: hrefOf({ run, format, sort: order, columns: columns?.join(',') }) }))} />
      </div>
      <EntityTable
        page={data}
        label={name}
        sort={sort}
        waiting={isPlaceholderData}
        onSort={(next) => {
          setSort(next);
          setOffset(0);
        }}
      />
      <div className={css.pages}>
        <p role="status">
          {f.count(data.offset + 1)}–{f.count(last)} of {f.count(data.total)} {data.total === 1 ? f.one : f.many} in run <code>{data.run}</code>
        </p>
        <Button.Group>
          <Button variant="default" size="compact-md" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - SIZE))} leftSection={<Icon name="left" size={15} />}>
            Before
          </Button>
          <Button variant="default" size="compact-md" disabled={last >= data.total} onClick={() => setOffset(offset + SIZE)} rightSection={<Icon name="right" size={15} />}>
            Next
          </Button>
        </Button.Group>
      </div>
    </div>
  );
}
