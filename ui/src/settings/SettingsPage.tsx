import { useSearch } from '@tanstack/react-router';
import { usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { useMay } from '../workspace/session.js';
import { About } from './About.js';
import { Appearance } from './Appearance.js';
import { AuditLog } from './AuditLog.js';
import { Keys } from './Keys.js';
import css from './settings.module.css';
import { WebhookDetail } from './WebhookDetail.js';
import { Webhooks } from './Webhooks.js';
import { Workspaces } from './Workspaces.js';

const PARTS = [
  { id: 'workspaces', title: 'Workspaces', role: 'viewer' },
  { id: 'keys', title: 'Access keys', role: 'admin' },
  { id: 'webhooks', title: 'Webhooks', role: 'operator' },
  { id: 'audit', title: 'What was changed', role: 'admin' },
  { id: 'appearance', title: 'Appearance', role: 'viewer' },
  { id: 'about', title: 'About', role: 'viewer' },
] as const;

/** Workspaces, keys, webhooks, the audit log, how it looks, what it is. */
export function SettingsPage() {
  const { part, webhook } = useSearch({ from: '/w/$workspace/settings' });
  const to = usePaths();
  const may = { viewer: true, operator: useMay('operator'), admin: useMay('admin') };
  const shown = PARTS.filter(({ role }) => may[role]);
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
      {at.id === 'webhooks' ? webhook === undefined ? <Webhooks /> : <WebhookDetail key={webhook} id={webhook} /> : null}
      {at.id === 'audit' ? <AuditLog /> : null}
      {at.id === 'appearance' ? <Appearance /> : null}
      {at.id === 'about' ? <About /> : null}
    </Page>
  );
}
