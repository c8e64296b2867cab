import { useSearch } from '@tanstack/react-router';
import { usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { useMay } from '../workspace/session.js';
import { About } from './About.js';
import { Appearance } from './Appearance.js';
import { AuditLog } from './AuditLog.js';
import { Keys } from './Keys.js';
import css from './settings.module.css';
import { Workspaces } from './Workspaces.js';

const PARTS = [
  { id: 'workspaces', title: 'Workspaces', admin: false },
  { id: 'keys', title: 'Access keys', admin: true },
  { id: 'audit', title: 'What was changed', admin: true },
  { id: 'appearance', title: 'Appearance', admin: false },
  { id: 'about', title: 'About', admin: false },
] as const;

/** Workspaces, keys, the audit log, how it looks, what it is. */
export function SettingsPage() {
  const { part } = useSearch({ from: '/w/$workspace/settings' });
  const to = usePaths();
  const admin = useMay('admin');
  const shown = PARTS.filter((p) => admin || !p.admin);
  const at = shown.find((p) => p.id === part) ?? shown[0];
  return (
    <Page title="Settings">
      <nav aria-label="Settings" className={css.parts}>
        {shown.map((p) => (
          <a key={p.id} href={to('settings', { part: p.id })} aria-current={p.id === at.id ? 'page' : undefined}>
            {p.title}
          </a>
        ))}
      </nav>
      {at.id === 'workspaces' ? <Workspaces /> : null}
      {at.id === 'keys' ? <Keys /> : null}
      {at.id === 'audit' ? <AuditLog /> : null}
      {at.id === 'appearance' ? <Appearance /> : null}
      {at.id === 'about' ? <About /> : null}
    </Page>
  );
}
