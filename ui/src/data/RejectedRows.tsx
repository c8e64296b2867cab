import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { sentence } from '../kit/prose.js';
import { Scroller } from '../kit/Section.js';
import { Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useWire } from '../wire/client.js';
import type { ShownRun } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import css from './data.module.css';
import { beginningOf, examplesIn } from './rejected.js';

const MOST_BYTES = 4_000_000;

/** Rows that were left out, a few of each kind as they stand in the file, and all of them as a file. */
export function RejectedRows({ shown: { run, report } }: { readonly shown: ShownRun }) {
  const f = useFormats();
  const { client } = useWire();
  const may = useMay('analyst');
  const [open, setOpen] = useState(false);
  const call = { params: { run: run.id, file: 'rejected.csv' } };
  const examples = useQuery({
    queryKey: ['fixed', 'rejected', run.id],
    queryFn: async ({ signal }) => examplesIn(await beginningOf(await client.fetch('GET /v1/runs/:run/files/:file', { ...call, signal }), MOST_BYTES)),
    enabled: open,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const rejected = report.sources.reduce((sum, s) => sum + s.audit.rowsRejected, 0);
  if (rejected === 0 || !may) return null;
  return (
    <section aria-labelledby="rejected" className={css.rejectedRows}>
      <h2 id="rejected" className={css.heading}>
        Rows that were left out
      </h2>
      <p className={css.note}>
        {f.count(rejected)} rows could not be used. They may hold personal data, so they are shown only when you ask.
      </p>
      <div className={css.buttons}>
        <Button variant="default" onClick={() => setOpen(!open)} aria-expanded={open}>
          {open ? 'Hide the examples' : 'Show examples'}
        </Button>
        <Button component="a" variant="default" href={client.address('GET /v1/runs/:run/files/:file', call)} download="rejected.csv" leftSection={<Icon name="download" size={16} />}>
          All of them as CSV
        </Button>
      </div>
      {open && examples.isPending ? (
        <Loading what="the examples">
          <Skeleton lines={4} />
        </Loading>
      ) : null}
      {open && examples.error ? <ProblemNote error={examples.error} onRetry={() => void examples.refetch()} /> : null}
      {open && examples.data
        ? examples.data.map((group) => (
            <div key={`${group.source} ${group.reason}`}>
              <h3 className={css.small}>
                {group.source}: {sentence(group.reason)}
              </h3>
              <Scroller label={`Examples of ${group.source}: ${group.reason}`}>
                <table className={css.examplesTable}>
                  <thead>
                    <tr>
                      <th scope="col">Row</th>
                      <th scope="col">As it stands in the file</th>
                    </tr>
                  </thead>
                  <tbody>
                    {group.rows.map((row) => (
                      <tr key={row.row}>
                        <td>{f.count(Number(row.row))}</td>
                        <td>
                          <code>{row.content}</code>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroller>
            </div>
          ))
        : null}
    </section>
  );
}
