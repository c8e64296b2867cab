import { ShoalError } from '../../errors.js';
import { openApi } from '../openapi.js';
import { docsPage } from '../docs.js';
import type { governRoutes } from '../contract/govern.js';
import type { Asked, Handlers } from '../handler.js';
import type { AuditLog, HomeStore } from '../../store/store.js';

/** What was changed, by whom, and how the server is. */
export const governHandlers: Handlers<keyof typeof governRoutes> = {
  async 'GET /v1/audit'({ query: { of, after, limit, actor, subject, action }, ...asked }, { home }) {
    const audit = await logOf(of, asked, home);
    const { items, next } = await audit.list({ after, limit, actor, action, ...(subject !== undefined && { subject: { id: subject } }) });
    return { items: [...items], next };
  },
  async 'GET /v1/audit/verify'({ query: { of }, ...asked }, { home }) {
    return (await logOf(of, asked, home)).verify();
  },

  'GET /health': () => ({ status: 'ok' }),
  async 'GET /ready'(_, { home }) {
    await home.check().catch(() => {
      throw new ShoalError('server/not-ready', { reason: 'the store does not answer.' });
    });
    return { status: 'ready' };
  },
  'GET /metrics': async (_, { metrics }) => ({ type: metrics.type, parts: [Buffer.from(await metrics.text())] }),
  'GET /openapi.json': (_, { version }) => ({ etag: version, make: async () => openApi(version) }),
  'GET /docs': (_, { version }) => ({ etag: version, make: async () => ({ type: 'text/html; charset=utf-8', parts: [Buffer.from(docsPage(version))] }) }),
};

/** The log of the workspace, or of the server. @throws `server/other-workspace` */
export async function logOf(of: 'workspace' | 'server', { caller, place }: Pick<Asked, 'caller' | 'place'>, { audit }: HomeStore): Promise<AuditLog> {
  if (of === 'workspace') return (await place()).store.audit;
  if (caller.workspace !== undefined) throw new ShoalError('server/other-workspace', {});
  return audit;
}
