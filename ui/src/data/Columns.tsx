import { Button } from '@mantine/core';
import { useState } from 'react';
import type { SourceColumn } from '../../../src/domain/source.js';
import { useFormats } from '../kit/formats.js';
import { Scroller } from '../kit/Section.js';
import type { ExportTable } from '../kit/table-files.js';
import { sentence } from '../kit/prose.js';
import css from './data.module.css';
import { ROLES } from './roles.js';

const FEW = 12;

/** What every column was taken for, and why. */
export function Columns({ columns }: { readonly columns: readonly SourceColumn[] }) {
  const f = useFormats();
  const [all, setAll] = useState(false);
  const shown = all ? columns : columns.slice(0, FEW);
  // Viewers are told of columns without their values.
  const examples = columns.some((column) => column.examples.length > 0);
  if (columns.length === 0) return null;
  return (
    <div>
      <h4 className={css.small}>Columns</h4>
      <Scroller label="Columns">
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Taken for</th>
              <th scope="col">Why</th>
              <th scope="col">Values</th>
              <th scope="col">Missing</th>
              {examples ? <th scope="col">Examples</th> : null}
            </tr>
          </thead>
          <tbody>
            {shown.map((column, i) => (
              <tr key={i}>
                <th scope="row">{column.name}</th>
                <td>
                  <span className={css.role} data-role={column.role}>
                    {ROLES[column.role]?.title ?? column.role}
                  </span>
                  <span className={css.type}>{column.type}</span>
                </td>
                <td className={css.why}>
                  {sentence(column.reason)}
                  {column.links && !column.reason.includes('points to') ? ` Points to ${column.links.source}.${column.links.column}.` : ''}
                </td>
                <td className={css.figure}>{f.count(column.distinct)}</td>
                <td className={css.figure}>{column.missing > 0 ? f.count(column.missing) : 'none'}</td>
                {examples ? <td className={css.examples}>{column.examples.join(', ')}</td> : null}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      {columns.length > FEW ? (
        <Button variant="subtle" size="compact-sm" className={css.more} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? 'Show fewer' : `Show all ${columns.length} columns`}
        </Button>
      ) : null}
    </div>
  );
}

/** The same as rows. */
export function columnsOf(columns: readonly SourceColumn[]): ExportTable {
  return { columns: ['column', 'taken_for', 'type', 'why', 'distinct', 'missing', 'examples'], rows: () => columns.map((c) => [c.name, c.role, c.type, c.reason, c.distinct, c.missing, c.examples.join(', ')]) };
}
