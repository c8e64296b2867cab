import { type ReactNode, useRef } from 'react';
import { type ExportFile, ExportMenu } from './ExportMenu.js';
import css from './Exportable.module.css';

interface ExportableProps {
  /** Of the image, and of the menu's label. */
  readonly title: string;
  /** What the numbers are of: a line at the foot of the image. */
  readonly source?: string;
  readonly files?: readonly ExportFile[];
  /** Stands at the left of the menu; not in the image. */
  readonly head?: ReactNode;
  readonly children: ReactNode;
}

/** A chart or table that can be taken away: as an image and, where there are any, as files. */
export function Exportable({ title, source, files, head, children }: ExportableProps) {
  const chart = useRef<HTMLDivElement>(null);
  return (
    <div className={css.whole}>
      <div className={css.head}>
        <div>{head}</div>
        <ExportMenu label={`Export: ${title}`} files={files} chart={{ element: chart, title, source }} />
      </div>
      <div ref={chart} className={css.chart}>
        {children}
      </div>
    </div>
  );
}
