import { createContext, type ReactNode, useContext, useRef } from 'react';
import { ExportMenu } from './ExportMenu.js';
import css from './kit.module.css';
import type { ExportTable } from './table-files.js';

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what is seen here, and how to read it. */
  readonly lead?: ReactNode;
  /** What it shows can be taken away as an image. */
  readonly image?: boolean;
  /** The same as rows. */
  readonly table?: ExportTable;
  readonly children: ReactNode;
}

const SourceContext = createContext<string | undefined>(undefined);
/** What the charts inside are of: a line at the foot of their images. */
export const SourceLine = SourceContext.Provider;
export const useSourceLine = (): string | undefined => useContext(SourceContext);

/** One part of the page: a landmark with a heading that links to itself. */
export function Section({ id, title, lead, image = false, table, children }: SectionProps) {
  const content = useRef<HTMLDivElement>(null);
  const source = useSourceLine();
  return (
    <section id={id} className={css.section} aria-labelledby={`${id}-title`}>
      <header className={css.sectionHead}>
        <h2 id={`${id}-title`} className={css.sectionTitle}>
          {title}
        </h2>
        {image || table ? <ExportMenu title={title} table={table} chart={image ? { element: content, title, source } : undefined} /> : null}
        {lead ? <p className={css.lead}>{lead}</p> : null}
      </header>
      {image ? <div ref={content}>{children}</div> : children}
    </section>
  );
}

/** What stands where there is nothing to show, and why. */
export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className={css.empty}>{children}</p>;
}

/** A small label over a value. */
export function Stat({ label, value, note }: { readonly label: string; readonly value: ReactNode; readonly note?: ReactNode }) {
  return (
    <div className={css.stat}>
      <dt className={css.statLabel}>{label}</dt>
      <dd className={css.statValue}>{value}</dd>
      {note ? <dd className={css.statNote}>{note}</dd> : null}
    </div>
  );
}

/** A wide thing that scrolls sideways by itself instead of the page; reachable and scrollable by keyboard. */
export function Scroller({ label, children, className }: { readonly label: string; readonly children: ReactNode; readonly className?: string }) {
  return (
    // A scrolling region has to take the focus to be scrolled by keyboard.
    <div className={`${css.scroller} ${className ?? ''}`} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
