import { Button, Menu } from '@mantine/core';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Icon, Mark } from '../kit/Icon.js';
import { SchemeToggle, useLightPrint } from '../kit/SchemeToggle.js';
import { Shortcuts } from '../kit/Shortcuts.js';
import { TableFiles } from '../kit/table-files.js';
import { EntitySearch } from '../entity/EntitySearch.js';
import { useWire } from '../wire/client.js';
import { useWriteTable } from '../wire/exports.js';
import { usePaths } from '../wire/runs.js';
import { useForesight } from './foresight.js';
import { Jobs, JobsDot } from './Jobs.js';
import { PAGES } from './pages.js';
import { useLeave, useMay, useSession } from './session.js';
import css from './shell.module.css';

/** The frame of every page: the way round at the side or, on narrow screens, under a bar; the page itself beside it. */
export function Shell() {
  useLightPrint();
  const writeTable = useWriteTable();
  useForesight();
  const [open, setOpen] = useState(false);
  const looks = useMay('analyst');
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    window.addEventListener('keydown', close);
    return () => window.removeEventListener('keydown', close);
  }, []);
  return (
    <Shortcuts>
      <a className={css.skip} href="#content">
        Skip to the page
      </a>
      <div className={css.frame}>
        <header className={css.rail} data-open={open}>
          <div className={css.bar}>
            <Brand />
            <JobsDot />
            <button type="button" className={css.menuButton} aria-expanded={open} aria-controls="way" aria-label="Menu" onClick={() => setOpen(!open)}>
              <Icon name={open ? 'close' : 'menu'} size={20} />
            </button>
          </div>
          <div id="way" className={css.way}>
            <WorkspaceSwitch />
            <NewData />
            {looks ? <EntitySearch small /> : null}
            <Pages />
            <div className={css.foot}>
              <Jobs />
              <Me />
            </div>
          </div>
        </header>
        <main id="content" className={css.main} tabIndex={-1}>
          <TableFiles value={writeTable}>
            <Outlet />
          </TableFiles>
        </main>
      </div>
    </Shortcuts>
  );
}

function Brand() {
  const { workspace } = useWire();
  return (
    <Link className={css.brand} to="/w/$workspace" params={{ workspace }} aria-label="Shoal: to the overview">
      <Mark />
      <span>Shoal</span>
    </Link>
  );
}

function NewData() {
  const to = usePaths();
  const may = useMay('analyst');
  if (!may) return null;
  return (
    <Button component="a" href={to('start')} className={css.newData} leftSection={<Icon name="plus" size={16} />} fullWidth>
      Add data
    </Button>
  );
}

function Pages() {
  const { workspace } = useWire();
  return (
    <nav aria-label="Pages">
      <ul className={css.pages}>
        {PAGES.map((page) => (
          <li key={page.path}>
            <Link
              to={page.path === '' ? '/w/$workspace' : `/w/$workspace/${page.path}`}
              params={{ workspace }}
              search={(before: { run?: string }) => (before.run ? { run: before.run } : {})}
              activeOptions={{ exact: page.path === '', includeSearch: false }}
              preload="intent"
            >
              <Icon name={page.icon} />
              {page.title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Which company's, client's or project's data this is; shown where there is more than one. */
function WorkspaceSwitch() {
  const { workspaces } = useSession();
  const { workspace } = useWire();
  const navigate = useNavigate();
  if (workspaces.length < 2) return null;
  const here = workspaces.find((w) => w.id === workspace)?.name ?? workspace;
  return (
    <Menu position="bottom-start" width="target" withinPortal>
      <Menu.Target>
        <button type="button" className={css.switch} aria-label={`Workspace: ${here}. Choose another`}>
          <span>{here}</span>
          <Icon name="down" size={16} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {workspaces.map((w) => (
          <Menu.Item key={w.id} aria-current={w.id === workspace} rightSection={w.id === workspace ? <Icon name="check" size={16} /> : null} onClick={() => void navigate({ to: '/w/$workspace', params: { workspace: w.id } })}>
            {w.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Me() {
  const { actor } = useSession();
  const leave = useLeave();
  return (
    <div className={css.me}>
      <span className={css.actor}>
        {actor.name}
        {actor.role === actor.name ? null : <span>{actor.role ?? 'limited key'}</span>}
      </span>
      <SchemeToggle />
      <button type="button" className={css.leave} onClick={() => void leave()} aria-label="Sign out" title="Sign out">
        <Icon name="logout" />
      </button>
    </div>
  );
}
