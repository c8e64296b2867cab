import { z } from 'zod';
import type { AuditCheck, AuditEntry } from '../../domain/audit-entry.js';
import { document, route } from './route.js';

const entry = document<AuditEntry>('AuditEntry', 'One change: who, what, when, why');
const of = z.enum(['workspace', 'server']).default('workspace').describe('Whose log: of the workspace, or of the server (its workspaces, keys and sessions; not for keys bound to a workspace)');

/** What was changed, by whom, and how the server is. */
export const governRoutes = {
  'GET /v1/audit': route({
    role: 'admin', summary: 'The audit log, newest first',
    query: z.strictObject({ of, after: z.string().max(100).optional().describe("'next' of the part before"), limit: z.coerce.number().int().min(1).max(500).default(100), actor: z.string().max(200).optional(), subject: z.string().max(300).optional().describe('An id'), action: z.string().max(100).optional().describe('Such as segment.rename, or segment alone') }),
    answer: z.object({ items: z.array(entry), next: z.string().optional() }),
  }),
  'GET /v1/audit/verify': route({ role: 'admin', summary: 'Checks the chain of the audit log', query: z.strictObject({ of }), answer: document<AuditCheck>('AuditCheck', 'How many entries, the newest, and the first fault where there is one') }),

  'GET /health': route({ role: 'anyone', summary: 'Whether the process lives', answer: z.object({ status: z.literal('ok') }) }),
  'GET /ready': route({ role: 'anyone', summary: 'Whether it can serve: store open, migrations done', answer: z.object({ status: z.enum(['ready', 'starting']) }) }),
  'GET /metrics': route({ role: 'admin', serverWide: true, summary: 'Figures for Prometheus', answer: z.string(), answers: 'bytes' }),
  'GET /openapi.json': route({ role: 'anyone', summary: 'This interface as an OpenAPI 3.1 document', answer: z.unknown() }),
  'GET /docs': route({ role: 'anyone', summary: 'This interface as a page', answer: z.string(), answers: 'bytes' }),
};
