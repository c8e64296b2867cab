import { useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import css from './page.module.css';
import { useSession } from './session.js';
import { useWire } from '../wire/client.js';

interface PageProps {
  readonly title: string;
  /** One or two sentences: what is seen here, and what it is good for. */
  readonly lead?: ReactNode;
  /** Buttons at the side of the title. */
  readonly actions?: ReactNode;
  /** Above the title: where one is, and back. */
  readonly above?: ReactNode;
  /** The page brings its own h1 (the Overview's headline is one). */
  readonly ownTitle?: boolean;
  readonly children: ReactNode;
}

/** A page of the workspace: its title in the window and on top, its lead, its buttons. On a change of page the title takes the focus, so that a screen reader says it. */
export function Page({ title, lead, actions, above, ownTitle = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const path = useRouterState({ select: (state) => (state.resolvedLocation ?? state.location).pathname });
  const { workspaces } = useSession();
  const { workspace } = useWire();
  const place = workspaces.length > 1 ? (workspaces.find((w) => w.id === workspace)?.name ?? workspace) : undefined;
  useEffect(() => {
    if (focused !== undefined && focused !== path) (heading.current ?? document.querySelector<HTMLElement>('main h1'))?.focus({ preventScroll: true });
    focused = path;
  }, [path]);
  return (
    <div className={css.page}>
      <title>{`${title}${place ? ` · ${place}` : ''} – Shoal`}</title>
      {above ? <div className={css.above}>{above}</div> : null}
      {ownTitle ? null : (
        <header className={css.head}>
          <div className={css.words}>
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {lead ? <p>{lead}</p> : null}
          </div>
          {actions ? <div className={css.actions}>{actions}</div> : null}
        </header>
      )}
      {children}
    </div>
  );
}

/** The path whose title had the focus last: the first page of a visit leaves the focus where it is. */
let focused: string | undefined;
