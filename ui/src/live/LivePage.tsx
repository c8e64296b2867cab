import type { ReactNode } from 'react';
import { Parts } from '../kit/Parts.js';
import type { Line } from '../wire/live.js';
import { usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { useMay } from '../workspace/session.js';
import css from './live.module.css';

const PARTS = [{ id: 'live', title: 'Events' }, { id: 'live/segments', title: 'Live segments' }, { id: 'live/connect', title: 'Connect' }] as const;
type Part = (typeof PARTS)[number]['id'];

interface LivePageProps {
  readonly part: Part;
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of the live side, with the way to the others. */
export function LivePage({ part, children, ...page }: LivePageProps) {
  const to = usePaths();
  const may = useMay('analyst');
  return (
    <Page {...page}>
      <Parts label="Live" current={part} link={(id) => to(id)} parts={PARTS.filter(({ id }) => may || id !== 'live/connect')} />
      {children}
    </Page>
  );
}

const WORDS: Readonly<Record<Line, string>> = { connecting: 'Connecting …', open: 'Following', broken: 'The line broke; trying again', idle: 'Waiting' };

/** Whether what is shown follows what happens. */
export function LineMark({ line }: { readonly line: Line }) {
  return (
    <span className={css.line} data-line={line} role="status">
      {WORDS[line]}
    </span>
  );
}
