import { type ReactNode, useRef } from 'react';
import { ExportMenu } from './ExportMenu.js';
import { useSourceLine } from './Section.js';
import css from './Exportable.module.css';
import type { ExportTable } from './table-files.js';

interface ExportableProps {
  /** Of the image, and of the menu's label. */
  readonly title: string;
  /** What it shows, as rows. */
  readonly table?: ExportTable;
  /** Stands at the left of the menu; not in the image. */
  readonly head?: ReactNode;
  readonly children: ReactNode;
}

/** A chart or table that can be taken away: as an image and, where it has rows, as a list. */
export function Exportable({ title, table, head, children }: ExportableProps) {
  const source = useSourceLine();
  const chart = useRef<HTMLDivElement>(null);
  return (
    <div className={css.whole}>
      <div className={css.head}>
        <div>{head}</div>
        <ExportMenu title={title} table={table} chart={{ element: chart, title, source }} />
      </div>
      <div ref={chart} className={css.chart}>
        {children}
      </div>
    </div>
  );
}
